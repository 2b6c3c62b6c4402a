/**
 * What a 32-bit number may say when it stands where a timestamp should (RFC 792, page 16).
 *
 * The number alone does not show in which form its host counts. Every form that hosts are known to use (Rye and
 * Beverly, PAM 2019, and more) is tried; each gives a time and so an offset from the time at which the number was
 * taken. A form is the more likely the closer it comes, and the fewer numbers would come as close by chance:
 *
 * ```
 *   chance = numbers that read as a time at most |offset| away / 2^32
 * ```
 *
 * Reading a random number as a local time in any of 40 time zones comes close 40 times as often as reading it as UTC.
 * Forms that few hosts use need as much more evidence: the order of the readings is that of chance times rarity.
 */

import { findZones, UTC_OFFSETS_IN_USE } from "../time/utc_offset.ts";
import { byteSwap32, clearHighBit, foldMs, hasHighBit, modulo, MS_PER_DAY } from "../time/day.ts";

/** What the number counts. */
export type NumberForm =
  /** Milliseconds since midnight. */
  | "milliseconds-of-day"
  /** Seconds since midnight. */
  | "seconds-of-day"
  /** Unix time in seconds. */
  | "unix-seconds"
  /** Unix time in milliseconds, modulo 2^32. */
  | "unix-milliseconds"
  /** The low 16 bits of the time alone, in the high half: milliseconds modulo 65.536 s. */
  | "swapped-halves"
  /** Milliseconds since the host was started: no time of day. */
  | "uptime-milliseconds";

/** One reading of a number. */
export interface NumberReading {
  /** What it counts. */
  readonly form: NumberForm;
  /** Its octets were reversed first. */
  readonly isLittleEndian: boolean;
  /** Its high-order bit, which marks a non-standard value (RFC 792, page 17), was cleared first. */
  readonly hadHighBit: boolean;
  /** Minutes by which it was taken to be ahead of UTC: 0, or an offset in civil use. */
  readonly utcOffsetMinutes: number;
  /** The time of day that it shows, milliseconds since midnight in that zone; undefined where it shows none. */
  readonly timeOfDayMs: number | undefined;
  /** The Unix time that it shows, milliseconds; undefined where it shows none. */
  readonly unixMs: number | undefined;
  /** By how much it is ahead of the time at which it was taken, milliseconds; undefined where that means nothing. */
  readonly offsetMs: number | undefined;
  /** Share of all 32-bit numbers that would come as close in this form, 0 to 1; 1 where any number would do. */
  readonly chance: number;
}

const NUMBERS = 2 ** 32;
const SECONDS_PER_DAY = 86_400;
const HALF_RANGE = 65_536;
const MS_PER_MINUTE = 60_000;

/** A local time further off than this is no evidence of a time zone: zones lie a quarter of an hour apart. */
const ZONE_TOLERANCE_MS = 5 * MS_PER_MINUTE;

/** Unix times are shown when they fall within this of the time asked for: a clock years off shows no more. */
const UNIX_TOLERANCE_MS = 366 * MS_PER_DAY;

interface Plain {
  readonly number: number;
  readonly isLittleEndian: boolean;
  readonly hadHighBit: boolean;
}

/**
 * Reads a number in every form in which it can be a time.
 *
 * @param number the 32 bits, unsigned
 * @param atUnixMs when it was taken, Unix time in milliseconds
 * @returns the readings, the likeliest first
 * @throws {RangeError} the number is no integer from 0 to 2^32 - 1, or the time is not finite
 */
export function readNumber(number: number, atUnixMs: number): NumberReading[] {
  if (!Number.isInteger(number) || number < 0 || number >= NUMBERS) {
    throw new RangeError(`Cannot read ${number}: expected an integer from 0 to ${NUMBERS - 1}`);
  }
  if (!Number.isFinite(atUnixMs)) throw new RangeError(`Cannot read at ${atUnixMs}: no time`);
  const swapped = byteSwap32(number);
  const orders: Plain[] = [{ number, isLittleEndian: false, hadHighBit: false }];
  if (swapped !== number) {
    orders.push({ number: swapped, isLittleEndian: true, hadHighBit: false });
  }
  return [
    ...orders.flatMap((plain) => readPlain(plain, atUnixMs)),
    ...readHalf(number, atUnixMs),
  ].sort((one, other) => one.chance * rarityOf(one) - other.chance * rarityOf(other));
}

/** How many times as rare as the standard form, roughly; a host that is odd in two ways is rarer still. */
function rarityOf({ form, isLittleEndian, hadHighBit, utcOffsetMinutes }: NumberReading): number {
  return (form === "milliseconds-of-day" ? 1 : 100) * (isLittleEndian ? 10 : 1) *
    (hadHighBit ? 10 : 1) * (utcOffsetMinutes === 0 ? 1 : 10);
}

function readPlain(plain: Plain, atUnixMs: number): NumberReading[] {
  const cleared = { ...plain, number: clearHighBit(plain.number), hadHighBit: true };
  return [
    ...readMilliseconds(plain, atUnixMs),
    ...(hasHighBit(plain.number) ? readMilliseconds(cleared, atUnixMs) : []),
    ...readSeconds(plain, atUnixMs),
    ...readUnix(plain, atUnixMs),
    ...(plain.isLittleEndian ? [] : [readUptime(plain)]),
  ];
}

function readMilliseconds(plain: Plain, atUnixMs: number): NumberReading[] {
  const { number } = plain;
  if (number >= MS_PER_DAY) return [];
  const aheadMs = foldMs(number - dayMs(atUnixMs));
  const read = (utcOffsetMinutes: number, zones: number): NumberReading => {
    const offsetMs = foldMs(aheadMs - utcOffsetMinutes * MS_PER_MINUTE);
    return {
      ...form("milliseconds-of-day", plain),
      utcOffsetMinutes,
      timeOfDayMs: number,
      offsetMs,
      chance: chanceOf(zones * (2 * Math.abs(offsetMs) + 1)),
    };
  };
  const zones = UTC_OFFSETS_IN_USE.length - 1;
  const locals = findZones(aheadMs, ZONE_TOLERANCE_MS);
  return [read(0, 1), ...locals.map((minutes) => read(minutes, zones))];
}

function readSeconds(plain: Plain, atUnixMs: number): NumberReading[] {
  const { number } = plain;
  if (number >= SECONDS_PER_DAY) return [];
  const offsetMs = foldMs(number * 1000 - dayMs(atUnixMs));
  const within = 2 * Math.abs(offsetMs) / 1000 + 1;
  const timeOfDayMs = number * 1000;
  return [{ ...form("seconds-of-day", plain), timeOfDayMs, offsetMs, chance: chanceOf(within) }];
}

function readUnix(plain: Plain, atUnixMs: number): NumberReading[] {
  const { number } = plain;
  const secondsOffMs = number * 1000 - atUnixMs;
  // The multiple of 2^32 ms that brings it nearest.
  const unixMs = number + Math.round((atUnixMs - number) / NUMBERS) * NUMBERS;
  const millisecondsOffMs = unixMs - atUnixMs;
  const readings: NumberReading[] = [];
  if (Math.abs(secondsOffMs) <= UNIX_TOLERANCE_MS) {
    readings.push({
      ...form("unix-seconds", plain),
      unixMs: number * 1000,
      offsetMs: secondsOffMs,
      chance: chanceOf(2 * Math.abs(secondsOffMs) / 1000 + 1),
    });
  }
  readings.push({
    ...form("unix-milliseconds", plain),
    unixMs,
    offsetMs: millisecondsOffMs,
    chance: chanceOf(2 * Math.abs(millisecondsOffMs) + 1),
  });
  return readings;
}

/** A 32-bit number of which an exchange of the 16-bit halves left the low 16 bits of the time alone. */
function readHalf(number: number, atUnixMs: number): NumberReading[] {
  if ((number & 0xffff) !== 0 || number === 0) return [];
  const plain = { number, isLittleEndian: false, hadHighBit: false };
  const orders = [number >>> 16, byteSwap32(number) & 0xffff];
  return orders.map((half, index) => {
    const difference = half - dayMs(atUnixMs);
    const offsetMs = difference - Math.round(difference / HALF_RANGE) * HALF_RANGE;
    const chance = Math.min(1, (2 * Math.abs(offsetMs) + 1) / HALF_RANGE);
    return { ...form("swapped-halves", plain), isLittleEndian: index === 1, offsetMs, chance };
  });
}

/** Any number may be an uptime; nothing can be held against it. */
function readUptime(plain: Plain): NumberReading {
  return { ...form("uptime-milliseconds", plain), chance: 1 };
}

function form(name: NumberForm, plain: Plain) {
  return {
    form: name,
    isLittleEndian: plain.isLittleEndian,
    hadHighBit: plain.hadHighBit,
    utcOffsetMinutes: 0,
    timeOfDayMs: undefined,
    unixMs: undefined,
    offsetMs: undefined,
  };
}

function dayMs(unixMs: number): number {
  return modulo(unixMs, MS_PER_DAY);
}

function chanceOf(numbers: number): number {
  return Math.min(1, numbers / NUMBERS);
}
