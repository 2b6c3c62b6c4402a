/** Times in the records of `decode`: seconds, however they were counted before. */

import { assertEquals } from "@std/assert";
import { PACKET_FIELDS, type PacketEvent } from "../../../src/record/packet_record.ts";
import { STAMP_FIELDS, type StampEvent } from "../../../src/record/stamp_record.ts";

function stampValues(unixMs: number | undefined): unknown[] {
  const event = { number: 5, atUnixMs: 1_700_000_001_250, rank: 1, reading: { unixMs } };
  return ["time", "shown_unix_s"].map((name) =>
    STAMP_FIELDS.find((field) => field.name === name)?.value(event as StampEvent)
  );
}

Deno.test("stamp record: both times are Unix seconds, and none is shown where none is read", () => {
  assertEquals(stampValues(1_700_000_000_500), [1_700_000_001.25, 1_700_000_000.5]);
  assertEquals(stampValues(undefined), [1_700_000_001.25, undefined]);
});

function packetTime(unixSeconds: number, nanoseconds: number): unknown {
  const event = { packet: { unixSeconds, nanoseconds }, decodedAtUnixMs: 1_700_000_002_750 };
  return PACKET_FIELDS.find(({ name }) => name === "time")?.value(event as PacketEvent);
}

Deno.test("packet record: its time is when it was captured, or else when it was decoded", () => {
  assertEquals(packetTime(1_700_000_000, 125_000_000), 1_700_000_000.125);
  assertEquals(packetTime(NaN, 0), 1_700_000_002.75);
});
