import { assert, assertEquals, assertThrows } from "@std/assert";
import { readNumber } from "../../../src/measurement/number_reading.ts";
import { byteSwap32, MS_PER_DAY } from "../../../src/time/day.ts";

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
  let seed = 1;
  let close = 0;
  const trials = 20_000, limit = 0.01;
  for (let i = 0; i < trials; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const plain = readNumber(seed, NOON).find(({ form, isLittleEndian, hadHighBit }) =>
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
