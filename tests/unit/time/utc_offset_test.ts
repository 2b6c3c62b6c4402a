import { assertEquals } from "@std/assert";
import { formatUtcOffset, UTC_OFFSETS_IN_USE } from "../../../src/time/utc_offset.ts";

Deno.test("offsets from UTC in civil use, each once, ascending", () => {
  // The list of the IANA time zone database, as a clock shows them.
  const west = "-12:00 -11:00 -10:00 -9:30 -9:00 -8:00 -7:00 -6:00 -5:00 -4:00 -3:30 -3:00 -2:30 " +
    "-2:00 -1:00";
  const east = "+1:00 +2:00 +3:00 +3:30 +4:00 +4:30 +5:00 +5:30 +5:45 +6:00 +6:30 +7:00 +8:00 " +
    "+8:45 +9:00 +9:30 +10:00 +10:30 +11:00 +12:00 +12:45 +13:00 +13:45 +14:00";
  const expected = [...west.split(" "), "", ...east.split(" ")].map((offset) => `UTC${offset}`);
  assertEquals(UTC_OFFSETS_IN_USE.map(formatUtcOffset), expected);
});
