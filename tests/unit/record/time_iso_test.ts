/** `time_iso` is the time to the microsecond, whichever second the record before was of. */

import { assertEquals } from "@std/assert";
import { timeIso } from "../../../src/record/shared_fields.ts";
import { Random } from "../../lab/random.ts";

Deno.test("time_iso: each record has its own time, in order or not, also where it is rounded to the next second", () => {
  const { value } = timeIso<number>((unixMs) => unixMs);
  const cases: readonly (readonly [number, string])[] = [
    [0, "1970-01-01T00:00:00.000000Z"],
    [1_795_000_000_000.001, "2026-11-18T11:06:40.000001Z"],
    [1_795_000_000_999.999, "2026-11-18T11:06:40.999999Z"],
    [1_795_000_000_999.9996, "2026-11-18T11:06:41.000000Z"],
    [1_795_000_000_123.456, "2026-11-18T11:06:40.123456Z"],
    [1_795_046_399_999.5, "2026-11-18T23:59:59.999500Z"],
    [1_795_046_400_000, "2026-11-19T00:00:00.000000Z"],
    [1_795_000_000_000.5, "2026-11-18T11:06:40.000500Z"],
  ];
  for (const [unixMs, expected] of cases) assertEquals(value(unixMs), expected);
});

Deno.test("time_iso: it is what Date says, with three digits more", () => {
  const { value } = timeIso<number>((unixMs) => unixMs);
  const random = new Random(12);
  for (let round = 0; round < 3000; round++) {
    const ms = 1_795_000_000_000 + random.u32() % 4000;
    const us = random.u32() % 1000;
    const iso = new Date(ms).toISOString().slice(0, -1);
    assertEquals(value(ms + us / 1000), `${iso}${String(us).padStart(3, "0")}Z`);
  }
});
