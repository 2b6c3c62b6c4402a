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

import { byteSwap32, fold, foldMs, modulo, MS_PER_DAY } from "../time/day.ts";
import { findZones, UTC_OFFSETS_IN_USE } from "../time/utc_offset.ts";
import {
  chanceWithin,
  CLOCK_FORMS,
  type ClockForm,
  type ClockUnit,
  NUMBERS,
  rarityOf,
  readTimestamp,
  UNITS,
} from "./clock_form.ts";

/** What the number counts: a unit, or the low 16 bits of the time alone, in the high half, modulo 65.536 s. */
export type NumberForm = ClockUnit | "swapped-halves";

/** A way to take a number for a time, and how far that time is from the true one. */
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

const HALF_RANGE = 65_536;
const MS_PER_MINUTE = 60_000;
const ZONE_RARITY = 10;

/** A local time further off than this is no evidence of a time zone: zones lie a quarter of an hour apart. */
const ZONE_TOLERANCE_MS = 5 * MS_PER_MINUTE;

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
  const forms = CLOCK_FORMS.filter((form) => says(number, form));
  return [...forms.flatMap((form) => readAs(number, form, atUnixMs)), ...readHalf(number, atUnixMs)]
    .sort((one, other) => one.chance * rank(one) - other.chance * rank(other));
}

/** Whether one number alone can say anything in a form: of those that any number fits, the plain one is enough. */
function says(number: number, { unit, isLittleEndian, hasHighBit }: ClockForm): boolean {
  if (isLittleEndian && byteSwap32(number) === number) return false;
  return unit === "milliseconds-of-day" ||
    !hasHighBit && !(isLittleEndian && unit === "uptime-milliseconds");
}

/** How many times as rare as the standard form, roughly. */
function rank({ form, isLittleEndian, hadHighBit, utcOffsetMinutes }: NumberReading): number {
  // What no single number can contradict is taken to be as rare as a Unix time.
  const isOpen = form === "swapped-halves" || form === "uptime-milliseconds";
  const unit = isOpen ? "unix-milliseconds" : form;
  return rarityOf({ unit, isLittleEndian, hasHighBit: hadHighBit }) *
    (utcOffsetMinutes === 0 ? 1 : ZONE_RARITY);
}

function readAs(number: number, form: ClockForm, atUnixMs: number): NumberReading[] {
  const { unit } = form;
  const shownMs = unit === "uptime-milliseconds" ? number : readTimestamp(number, form);
  if (shownMs === undefined) return [];
  const blank = blankReading(unit, form);
  // Any number may be an uptime; nothing can be held against it.
  if (unit === "uptime-milliseconds") return [{ ...blank, chance: 1 }];
  const offsetMs = fold(shownMs - modulo(atUnixMs, UNITS[unit].periodMs), UNITS[unit].periodMs);
  if (Math.abs(offsetMs) > UNITS[unit].nearMs) return [];
  const read = { ...blank, offsetMs, chance: chanceWithin(offsetMs, unit) };
  if (unit === "unix-seconds" || unit === "unix-milliseconds") {
    return [{ ...read, unixMs: atUnixMs + offsetMs }];
  }
  const standard = { ...read, timeOfDayMs: shownMs };
  return unit === "seconds-of-day" ? [standard] : [standard, ...readZones(standard, offsetMs)];
}

/** The same time of day as a local one. Each zone is one more chance to come close. */
function readZones(reading: NumberReading, aheadMs: number): NumberReading[] {
  const zones = UTC_OFFSETS_IN_USE.length - 1;
  return findZones(aheadMs, ZONE_TOLERANCE_MS).map((utcOffsetMinutes) => {
    const offsetMs = foldMs(aheadMs - utcOffsetMinutes * MS_PER_MINUTE);
    const chance = zones * chanceWithin(offsetMs, "milliseconds-of-day");
    return { ...reading, utcOffsetMinutes, offsetMs, chance };
  });
}

/** A 32-bit number of which an exchange of the 16-bit halves left the low 16 bits of the time alone. */
function readHalf(number: number, atUnixMs: number): NumberReading[] {
  if ((number & 0xffff) !== 0 || number === 0) return [];
  const orders = [number >>> 16, byteSwap32(number) & 0xffff];
  return orders.map((half, index) => {
    const offsetMs = fold(half - modulo(atUnixMs, MS_PER_DAY), HALF_RANGE);
    const chance = Math.min(1, (2 * Math.abs(offsetMs) + 1) / HALF_RANGE);
    const order = { isLittleEndian: index === 1, hasHighBit: false };
    return { ...blankReading("swapped-halves", order), offsetMs, chance };
  });
}

function blankReading(
  form: NumberForm,
  { isLittleEndian, hasHighBit }: Omit<ClockForm, "unit">,
) {
  return {
    form,
    isLittleEndian,
    hadHighBit: hasHighBit,
    utcOffsetMinutes: 0,
    timeOfDayMs: undefined,
    unixMs: undefined,
    offsetMs: undefined,
  };
}
