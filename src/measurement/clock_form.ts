/**
 * The forms in which hosts count time where RFC 792 (page 16) asks for milliseconds since midnight UT in network byte order (Rye and
 * Beverly, PAM 2019, and more). One number does not show which it is (number_reading.ts), several may (src/behaviour).
 */

import { byteSwap32, clearHighBit, hasHighBit, MS_PER_DAY } from "../time/day.ts";

/** What a timestamp counts. */
export type ClockUnit =
  /** Milliseconds since midnight. */
  | "milliseconds-of-day"
  /** Seconds since midnight. */
  | "seconds-of-day"
  /** Unix time in seconds. */
  | "unix-seconds"
  /** Unix time in milliseconds, modulo 2^32. */
  | "unix-milliseconds"
  /** Milliseconds from a moment of its own, such as the start of the host: no time of day. */
  | "uptime-milliseconds";

/** A unit, an order of octets, and whether the number is marked as non-standard. */
export interface ClockForm {
  /** What is counted. */
  readonly unit: ClockUnit;
  /** The octets are in the opposite order. */
  readonly isLittleEndian: boolean;
  /** The high-order bit is set and carries no time (RFC 792, page 17). */
  readonly hasHighBit: boolean;
}

/** How a unit counts. */
export interface UnitInfo {
  /** Length of a count, milliseconds. */
  readonly msPerCount: number;
  /** Time after which the counts repeat, milliseconds. */
  readonly periodMs: number;
  /** Numbers from here on are no such time. */
  readonly limit: number;
  /** How many times as rare as the standard form, roughly. */
  readonly rarity: number;
  /** A clock that is off by more is taken for something else. */
  readonly nearMs: number;
}

/** How many numbers there are. */
export const NUMBERS = 2 ** 32;
/** A host that is odd in two ways is rarer still. */
const ODD_RARITY = 10;

/** All units. */
export const UNITS: Readonly<Record<ClockUnit, UnitInfo>> = {
  "milliseconds-of-day": {
    msPerCount: 1,
    periodMs: MS_PER_DAY,
    limit: MS_PER_DAY,
    rarity: 1,
    nearMs: Infinity,
  },
  "seconds-of-day": {
    msPerCount: 1000,
    periodMs: MS_PER_DAY,
    limit: MS_PER_DAY / 1000,
    rarity: 100,
    nearMs: Infinity,
  },
  // A clock that is years off shows no more than any other number.
  "unix-seconds": {
    msPerCount: 1000,
    periodMs: NUMBERS * 1000,
    limit: NUMBERS,
    rarity: 100,
    nearMs: 366 * MS_PER_DAY,
  },
  "unix-milliseconds": {
    msPerCount: 1,
    periodMs: NUMBERS,
    limit: NUMBERS,
    rarity: 100,
    nearMs: Infinity,
  },
  // A count with the high-order bit set is marked as non-standard, whatever it counts.
  "uptime-milliseconds": {
    msPerCount: 1,
    periodMs: NUMBERS / 2,
    limit: NUMBERS / 2,
    rarity: 1000,
    nearMs: Infinity,
  },
};

/** Every combination. Forms with a high-order bit to clear exist only where the bit is set. */
export const CLOCK_FORMS: readonly ClockForm[] = (Object.keys(UNITS) as ClockUnit[])
  .flatMap((unit) =>
    [false, true].flatMap((isLittleEndian) =>
      [false, true].map((hasHighBit) => ({ unit, isLittleEndian, hasHighBit }))
    )
  );

/** The time that a number shows in a form, in milliseconds from 0 to the form's period; undefined for none. */
export function readTimestamp(number: number, form: ClockForm): number | undefined {
  const ordered = form.isLittleEndian ? byteSwap32(number) : number;
  if (form.hasHighBit && !hasHighBit(ordered)) return undefined;
  const count = form.hasHighBit ? clearHighBit(ordered) : ordered;
  const { limit, msPerCount } = UNITS[form.unit];
  return count < limit ? count * msPerCount : undefined;
}

/** How many times as rare as the standard form, roughly. */
export function rarityOf({ unit, isLittleEndian, hasHighBit }: ClockForm): number {
  return UNITS[unit].rarity * (isLittleEndian ? ODD_RARITY : 1) * (hasHighBit ? ODD_RARITY : 1);
}

/** Share of all numbers that show a time at most so far from a given one, 0 to 1. */
export function chanceWithin(offsetMs: number, unit: ClockUnit): number {
  return Math.min(1, (2 * Math.abs(offsetMs) / UNITS[unit].msPerCount + 1) / NUMBERS);
}
