import { assert, assertEquals, assertThrows } from "@std/assert";
import { readNumber } from "../../../src/measurement/number_reading.ts";
import { byteSwap32, MS_PER_DAY } from "../../../src/time/day.ts";
import { UTC_OFFSETS_IN_USE } from "../../../src/time/utc_offset.ts";
import { Random } from "../../lab/random.ts";

const NOON = Date.UTC(2026, 10, 27, 11, 51, 34, 700);
const NOW = NOON % MS_PER_DAY;
const HIGH = 0x8000_0000;
const HOUR = 3_600_000;

/** The reading that is found likeliest, in a form that is easy to compare. */
function best(number: number, at = NOON): string {
  const [first] = readNumber(number >>> 0, at);
  if (first === undefined) return "";
  return [
    first.form,
    first.isLittleEndian ? "little-endian" : "",
    first.hadHighBit ? "high-bit" : "",
    first.utcOffsetMinutes === 0 ? "" : String(first.utcOffsetMinutes),
    Math.round(first.offsetMs ?? NaN),
  ].filter((part) => part !== "").join(" ");
}

const CASES: readonly (readonly [name: string, number: number, expected: string])[] = [
  ["milliseconds since midnight UTC", NOW - 44, "milliseconds-of-day -44"],
  ["with the high bit set", NOW + HIGH, "milliseconds-of-day high-bit 0"],
  ["little-endian", byteSwap32(NOW), "milliseconds-of-day little-endian 0"],
  [
    "little-endian with the high bit set",
    byteSwap32(NOW + HIGH),
    "milliseconds-of-day little-endian high-bit 0",
  ],
  ["local time of Kathmandu", NOW + 5.75 * HOUR, "milliseconds-of-day 345 0"],
  ["local time of New York", NOW - 5 * HOUR + 20, "milliseconds-of-day -300 20"],
  ["local time of Eucla", NOW + 8.75 * HOUR, "milliseconds-of-day 525 0"],
  ["local time, little-endian", byteSwap32(NOW + HOUR), "milliseconds-of-day little-endian 60 0"],
  [
    "local time with the high bit set",
    NOW + HOUR + HIGH,
    "milliseconds-of-day high-bit 60 0",
  ],
  ["seconds of the day", Math.floor(NOW / 1000), "seconds-of-day -700"],
  ["Unix seconds", Math.floor(NOON / 1000), "unix-seconds -700"],
  ["Unix milliseconds modulo 2^32", NOON % 2 ** 32, "unix-milliseconds 0"],
  [
    "Unix seconds, little-endian",
    byteSwap32(Math.floor(NOON / 1000)),
    "unix-seconds little-endian -700",
  ],
  [
    "seconds of the day, little-endian",
    byteSwap32(Math.floor(NOW / 1000)),
    "seconds-of-day little-endian -700",
  ],
  ["low half of the time alone", ((NOW & 0xffff) << 16) >>> 0, "swapped-halves 0"],
];

for (const [name, number, expected] of CASES) {
  Deno.test(`a number is read best as ${name}`, () => assertEquals(best(number), expected));
}

Deno.test("midnight is no event, on either side and in any zone", () => {
  const midnight = Date.UTC(2026, 10, 27);
  assertEquals(best(MS_PER_DAY - 5, midnight + 5), "milliseconds-of-day -10");
  assertEquals(best(5, midnight - 5), "milliseconds-of-day 10");
  assertEquals(best(13.75 * HOUR - 10, midnight - 10), "milliseconds-of-day 825 0");
});

Deno.test("an uptime fits any number and so is never preferred", () => {
  const readings = readNumber(123_456_789, NOON);
  assertEquals(readings.at(-1)?.form, "uptime-milliseconds");
  assertEquals(readings.at(-1)?.chance, 1);
});

Deno.test("of random numbers, as many come close as the chance says", () => {
  // The share of numbers whose reading as UTC has a chance of at most c must be c.
  const random = new Random(1);
  let close = 0;
  const trials = 20_000, limit = 0.01;
  for (let i = 0; i < trials; i++) {
    const plain = readNumber(random.u32(), NOON).find(({ form, isLittleEndian, hadHighBit }) =>
      form === "milliseconds-of-day" && !isLittleEndian && !hadHighBit
    );
    if (plain !== undefined && plain.chance <= limit && plain.utcOffsetMinutes === 0) close++;
  }
  assert(Math.abs(close / trials - limit) < 0.003, `${close} of ${trials}`);
});

Deno.test("what is no unsigned 32-bit number is refused", () => {
  for (const number of [-1, 1.5, 2 ** 32, NaN]) {
    assertThrows(() => readNumber(number, NOON), RangeError, "Cannot read");
  }
  assertThrows(() => readNumber(1, Infinity), RangeError, "no time");
});

/** The chance of a form, as the count of numbers that read as near, of all 2^32. */
function nearNumbers(number: number, form: string, at = NOON, zone = 0): number | undefined {
  const reading = readNumber(number >>> 0, at).find((each) =>
    each.form === form && each.utcOffsetMinutes === zone && !each.isLittleEndian &&
    !each.hadHighBit
  );
  return reading && reading.chance * 2 ** 32;
}

Deno.test("the chance of a reading counts the numbers that come as close, in the unit of its form", () => {
  // Milliseconds: 44 on either side and the time itself.
  assertEquals(nearNumbers(NOW - 44, "milliseconds-of-day"), 89);
  assertEquals(nearNumbers(NOW + 44, "milliseconds-of-day"), 89);
  assertEquals(nearNumbers(NOW, "milliseconds-of-day"), 1);
  // Seconds: 0.7 s before the time is 0.7 of a number on either side.
  assertEquals(nearNumbers(Math.floor(NOW / 1000), "seconds-of-day"), 2.4);
  assertEquals(nearNumbers(Math.floor(NOON / 1000) - 9, "unix-seconds"), 2 * 9.7 + 1);
  assertEquals(nearNumbers(NOON % 2 ** 32 + 5, "unix-milliseconds"), 11);
  // Local times: as many times as there are zones beside UTC.
  const zones = UTC_OFFSETS_IN_USE.length - 1;
  assertEquals(nearNumbers(NOW + HOUR, "milliseconds-of-day", NOON, 60), zones);
  assertEquals(nearNumbers(NOW + HOUR - 30, "milliseconds-of-day", NOON, 60), zones * 61);
  assertEquals(nearNumbers(77, "uptime-milliseconds"), 2 ** 32);
});

Deno.test("a local time counts within five minutes of its zone, and not beyond", () => {
  assertEquals(nearNumbers(NOW + HOUR + 300_001, "milliseconds-of-day", NOON, 60), undefined);
  assert(nearNumbers(NOW + HOUR + 300_000, "milliseconds-of-day", NOON, 60) !== undefined);
  assert(nearNumbers(NOW + HOUR - 300_000, "milliseconds-of-day", NOON, 60) !== undefined);
});

Deno.test("Unix seconds count within a leap year, milliseconds at the nearest turn of 2^32", () => {
  const year = 366 * 86_400;
  const now = NOON / 1000;
  for (
    const [offset, counts] of [[year - 1, true], [1 - year, true], [year + 1, false], [
      -year - 1,
      false,
    ]] as const
  ) {
    const reading = nearNumbers(Math.round(now + offset), "unix-seconds");
    assertEquals(reading !== undefined, counts, `${offset} s`);
  }
  const [turn] = readNumber((NOON + 1000) % 2 ** 32, NOON).filter(({ form }) =>
    form === "unix-milliseconds"
  );
  assertEquals([turn?.unixMs, turn?.offsetMs], [NOON + 1000, 1000]);
  const half = readNumber((NOON + 2 ** 31 - 5) % 2 ** 32, NOON).find(({ form, isLittleEndian }) =>
    form === "unix-milliseconds" && !isLittleEndian
  );
  assertEquals([half?.offsetMs, half?.chance], [2 ** 31 - 5, (2 ** 32 - 9) / 2 ** 32]);
});

Deno.test("what is no time of day is not read as one", () => {
  const forms = (number: number) =>
    new Set(
      readNumber(number, NOON).filter((each) => !each.isLittleEndian).map(({ form }) => form),
    );
  assert(forms(86_399_999).has("milliseconds-of-day"));
  assert(!forms(86_400_000).has("milliseconds-of-day"));
  assert(forms(86_399).has("seconds-of-day"));
  assert(!forms(86_400).has("seconds-of-day"));
  assert(!forms(0).has("swapped-halves"));
  assert(forms(0x0001_0000).has("swapped-halves"));
  assert(!forms(0x0001_0001).has("swapped-halves"));
});

Deno.test("a time of day is shown in the form's own unit", () => {
  const find = (number: number, form: string) =>
    readNumber(number, NOON).find((each) => each.form === form && !each.isLittleEndian);
  assertEquals(find(NOW - 44, "milliseconds-of-day")?.timeOfDayMs, NOW - 44);
  assertEquals(find(42_000, "seconds-of-day")?.timeOfDayMs, 42_000_000);
  assertEquals(find(42_000, "seconds-of-day")?.offsetMs, 42_000_000 - NOW);
  assertEquals(find(Math.floor(NOON / 1000), "unix-seconds")?.unixMs, NOON - 700);
  const half = find(((NOW & 0xffff) << 16) >>> 0, "swapped-halves");
  assertEquals([half?.offsetMs, half?.chance, half?.timeOfDayMs], [0, 1 / 65_536, undefined]);
  const late = find((((NOW - 100) & 0xffff) << 16) >>> 0, "swapped-halves");
  assertEquals([late?.offsetMs, late?.chance], [-100, 201 / 65_536]);
  // As far off as a half can be, on either side: nothing is likelier than certain.
  const far = find((((NOW + 32_768) & 0xffff) << 16) >>> 0, "swapped-halves");
  assertEquals([Math.abs(far?.offsetMs ?? NaN), far?.chance], [32_768, 1]);
});

Deno.test("the low half of a time is read in either byte order", () => {
  const half = NOW & 0xffff;
  for (const [number, order] of [[half << 16, false], [byteSwap32(half), true]] as const) {
    const found = readNumber(number >>> 0, NOON).filter(({ form, offsetMs }) =>
      form === "swapped-halves" && offsetMs === 0
    );
    assertEquals(found.map(({ isLittleEndian }) => isLittleEndian), [order]);
  }
});

Deno.test("a number that reads alike in both byte orders is read once", () => {
  const orders = readNumber(0x0101_0101, NOON).map(({ isLittleEndian }) => isLittleEndian);
  assertEquals(orders.includes(true), false);
  assert(readNumber(0x0101_0102, NOON).some(({ isLittleEndian }) => isLittleEndian));
});

Deno.test("a rarer form must come closer: ten times by byte order, high bit or zone, a hundred by another unit", () => {
  // A time of day 200 ms off (401 numbers), beside the same number in the other byte order at no distance.
  const order = (readings: readonly { form: string; isLittleEndian: boolean }[]) =>
    readings.slice(0, 2).map(({ isLittleEndian }) => isLittleEndian);
  const at = Date.UTC(2026, 10, 27) + byteSwap32(0x0102_0304);
  const off = (0x0102_0304 - byteSwap32(0x0102_0304)) % MS_PER_DAY;
  const [first, second] = readNumber(0x0102_0304, at);
  assert(Math.abs(off) > 1000);
  assertEquals([first?.isLittleEndian, first?.offsetMs], [true, 0]);
  assertEquals(second?.isLittleEndian, false);
  assertEquals(order(readNumber(0x0102_0304, at)), [true, false]);
});

Deno.test("a local time is as likely by chance as one of the 39 offsets from UTC in use is", () => {
  const [, zone] = readNumber((NOW + HOUR) % MS_PER_DAY, NOON)
    .filter(({ form, hadHighBit, isLittleEndian }) =>
      form === "milliseconds-of-day" && !hadHighBit && !isLittleEndian
    ).sort((one, other) => one.utcOffsetMinutes - other.utcOffsetMinutes);
  assertEquals([zone?.utcOffsetMinutes, zone?.offsetMs], [60, 0]);
  assertEquals((zone?.chance ?? NaN) * 2 ** 32, 39);
});

Deno.test("any number may be an uptime, which one reading says once, and not with octets reversed or a bit cleared", () => {
  for (const number of [123_456_789, HIGH + 5, byteSwap32(77)]) {
    const uptimes = readNumber(number, NOON).filter(({ form }) => form === "uptime-milliseconds");
    assertEquals(uptimes.map(({ isLittleEndian, hadHighBit }) => [isLittleEndian, hadHighBit]), [
      [false, false],
    ]);
  }
});
