/** What `decode` prints of a number that stands where a timestamp should. */

import { assert, assertEquals } from "@std/assert";
import type { NumberReading } from "../../../src/measurement/number_reading.ts";
import { formatNumberReadings } from "../../../src/report/number_text.ts";

/** 2026-11-27 13:00:00 UTC. */
const AT_MS = Date.UTC(2026, 10, 27, 13);
const HOUR_MS = 3_600_000;

const READING: NumberReading = {
  form: "milliseconds-of-day",
  isLittleEndian: false,
  hadHighBit: false,
  utcOffsetMinutes: 0,
  timeOfDayMs: 13 * HOUR_MS,
  unixMs: undefined,
  offsetMs: 12,
  chance: 5.6e-9,
};

function lines(number: number, ...readings: readonly Partial<NumberReading>[]): string[] {
  const all = readings.map((reading) => ({ ...READING, ...reading }));
  return formatNumberReadings(number, all, AT_MS).split("\n");
}

/** The cells of the first row. */
function row(reading: Partial<NumberReading>): string[] {
  return (lines(46_800_012, reading)[4] ?? "").trim().split(/ {2,}/);
}

Deno.test("number text: the likeliest reading in a sentence, then a table of all", () => {
  assertEquals(
    lines(46_800_012, {}, {
      ...{ form: "unix-seconds", isLittleEndian: true, timeOfDayMs: undefined },
      ...{ unixMs: Date.UTC(1999, 0, 2, 3, 4, 5), offsetMs: -3 * 86_400_000, chance: 0.5 },
    }),
    [
      "46800012 = 0x02ca1c8c, taken at 2026-11-27 13:00:00.000 UTC",
      "Most likely ms of the day: +0.012 s off.",
      "",
      "  shows           off by      1 in   read as",
      "  13:00:00.000    +0.012 s    180 M  ms of the day",
      "  01-02 03:04:05  -3 d 00:00  2      Unix s little-endian",
      "",
      "1 in N: of N random numbers, one would come as close when read so.",
    ],
  );
});

Deno.test("number text: sizes of an offset from milliseconds to days", () => {
  const offsets: readonly (readonly [number, string])[] = [
    [0, "+0.000 s"],
    [-1, "-0.001 s"],
    [59_999, "+59.999 s"],
    [60_000, "+0:01:00.000"],
    [-5 * HOUR_MS, "-5:00:00.000"],
    [HOUR_MS + 61_001, "+1:01:01.001"],
    [86_399_999, "+23:59:59.999"],
    [86_400_000, "+1 d 00:00"],
    [-(3 * 86_400_000 + 90 * 60_000), "-3 d 01:30"],
  ];
  for (const [offsetMs, text] of offsets) assertEquals(row({ offsetMs })[1], text);
});

Deno.test("number text: how seldom chance comes as close, in two digits", () => {
  const chances: readonly (readonly [number, string])[] = [
    [1, "1"],
    [0.9, "1"],
    [1 / 12.4, "12"],
    [1 / 999, "999"],
    [2 / 1999, "1 k"],
    [1 / 999.7, "1 k"],
    [1 / 1000, "1 k"],
    [1 / 1240, "1.2 k"],
    [1 / 12_400, "12 k"],
    [1 / 123_456, "120 k"],
    [1 / 999_999, "1 M"],
    [1 / 2.5e6, "2.5 M"],
    [1 / 999.9e6, "1 G"],
    [2 ** -32, "4.3 G"],
  ];
  for (const [chance, text] of chances) assertEquals(row({ chance })[2], text, `${1 / chance}`);
});

Deno.test("number text: each form says what it shows and how it was read", () => {
  assertEquals(
    row({ utcOffsetMinutes: -300, hadHighBit: true }).at(-1),
    "ms of the day UTC-5:00 high bit",
  );
  assertEquals(row({ form: "unix-milliseconds", unixMs: AT_MS + 1 })[0], "11-27 13:00:00");
  assertEquals(row({ form: "seconds-of-day" }).at(-1), "s of the day");
  assertEquals(row({ form: "uptime-milliseconds", timeOfDayMs: undefined, offsetMs: undefined }), [
    ...["no time", "180 M", "uptime in ms"],
  ]);
});

Deno.test("number text: constants and weak readings are no time, a time that looks like a constant is", () => {
  const verdict = (number: number, ...readings: readonly Partial<NumberReading>[]) =>
    lines(number, ...readings)[1];
  assert(verdict(0, { chance: 0.1 })?.startsWith("0 is what a host without a clock answers"));
  assert(verdict(1, { chance: 1e-4 })?.startsWith("1 is a constant"));
  assert(verdict(0x01000000, { chance: 1 })?.startsWith("This is 1, little-endian"));
  assert(verdict(0)?.startsWith("0 is what a host"));
  // At midnight a clock shows 0 too.
  assertEquals(
    verdict(0, { chance: 1e-7, offsetMs: 5 }),
    "Most likely ms of the day: +0.005 s off.",
  );
  assertEquals(verdict(77, { offsetMs: undefined }), "It shows no time.");
  assertEquals(verdict(77), "It shows no time.");
  const unsure = "No reading is close enough to be sure; the likeliest is first.";
  assertEquals([verdict(77, { chance: 2e-5 }), verdict(77, { chance: 0.2 })], [unsure, unsure]);
});
