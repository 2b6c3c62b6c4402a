/**
 * In which form a host counts time.
 *
 * RFC 792 asks for milliseconds since midnight UT in network byte order. Each other form that hosts use is a hypothesis: it turns
 * every timestamp into a time, and so every answer into an interval of the offset of that clock from ours,
 *
 * ```
 *   offset in [X - t4, R + q - t1]        modulo the period of the form
 * ```
 *
 * with t1 and t4 our own window of that answer. A form is refuted when no offset fits all answers, since a number that counts in
 * another unit or byte order does not advance with time. Of the forms that remain, the one is chosen that as few numbers as
 * possible would fit as closely by chance, weighted by how rare it is.
 */

import { byteSwap32, clearHighBit, fold, hasHighBit, MS_PER_DAY } from "../time/day.ts";
import type { HostAnswer } from "./answer.ts";
import { type AskedStamp, commonStepMs } from "./coarse_tick.ts";

/** What a timestamp counts. */
export type ClockUnit =
  /** Milliseconds since midnight. */
  | "ms-of-day"
  /** Seconds since midnight. */
  | "seconds-of-day"
  /** Unix time in seconds. */
  | "unix-seconds"
  /** Unix time in milliseconds, modulo 2^32. */
  | "unix-ms"
  /** Milliseconds from a moment of its own, such as the start of the host. */
  | "uptime-ms";

/** One hypothesis. */
export interface ClockForm {
  /** What is counted. */
  readonly unit: ClockUnit;
  /** The octets are in the opposite order. */
  readonly isLittleEndian: boolean;
  /** The high-order bit is set and carries no time (RFC 792, page 17). */
  readonly hasHighBit: boolean;
}

/** A form that fits the answers of a host. */
export interface FittedForm extends ClockForm {
  /** Least offset of that clock from ours that fits all answers, in milliseconds; undefined for an uptime. */
  readonly lowerMs: number | undefined;
  /** Greatest offset that fits all answers, in milliseconds; undefined for an uptime. */
  readonly upperMs: number | undefined;
  /** Chance that random numbers come as close, times how rare the form is: a rank, not a probability. */
  readonly rank: number;
}

const NUMBERS = 2 ** 32;
/** RFC 1122 §3.2.2.8 asks for 15 updates a second: a clock may lag this much behind itself, in milliseconds. */
export const TICK_ALLOWANCE_MS = 1000 / 15;
/** Largest rate error that counts as keeping time, as a fraction: ten times what NTP corrects. */
export const MAX_SKEW = 0.005;
const MINUTE_MS = 60_000;
/** Different times that show a common step. */
const MIN_TIMES = 4;

interface Unit {
  readonly msPerCount: number;
  readonly periodMs: number;
  /** Numbers from here on are no such time. */
  readonly limit: number;
  /** How many times as rare as the standard form, roughly. */
  readonly rarity: number;
  /** A clock in this form that is off by more is taken for something else. */
  readonly nearMs: number;
}

const UNITS: Readonly<Record<ClockUnit, Unit>> = {
  "ms-of-day": {
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
  "unix-seconds": {
    msPerCount: 1000,
    periodMs: NUMBERS * 1000,
    limit: NUMBERS,
    rarity: 100,
    nearMs: 366 * MS_PER_DAY,
  },
  // Any count of milliseconds since some start would do, if it were allowed to be further off.
  "unix-ms": {
    msPerCount: 1,
    periodMs: NUMBERS,
    limit: NUMBERS,
    rarity: 100,
    nearMs: 15 * MINUTE_MS,
  },
  // A count with the high-order bit set is marked as non-standard, whatever it counts.
  "uptime-ms": {
    msPerCount: 1,
    periodMs: NUMBERS / 2,
    limit: NUMBERS / 2,
    rarity: 1000,
    nearMs: Infinity,
  },
};

/** All hypotheses. Forms with a high-order bit to clear exist only where the bit is set. */
const FORMS: readonly ClockForm[] = (Object.keys(UNITS) as ClockUnit[]).flatMap((unit) =>
  [false, true].flatMap((isLittleEndian) =>
    [false, true].map((hasHighBit) => ({ unit, isLittleEndian, hasHighBit }))
  )
);

/**
 * The forms that fit all answers, the likeliest first. Answers whose timestamps say nothing (constants, copies) must have been
 * taken out.
 */
export function fitForms(answers: readonly HostAnswer[]): FittedForm[] {
  if (answers.length === 0) return [];
  return FORMS.flatMap((form) => {
    const fitted = fitForm(form, answers);
    return fitted === undefined ? [] : [fitted];
  }).sort((one, other) => one.rank - other.rank);
}

/** The time that a raw timestamp shows in a form, in milliseconds from 0 to the form's period; undefined for none. */
export function readTimestamp(raw: number, form: ClockForm): number | undefined {
  const ordered = form.isLittleEndian ? byteSwap32(raw) : raw;
  if (form.hasHighBit && !hasHighBit(ordered)) return undefined;
  const count = form.hasHighBit ? clearHighBit(ordered) : ordered;
  const { limit, msPerCount } = UNITS[form.unit];
  return count < limit ? count * msPerCount : undefined;
}

/** Whether a form counts whole seconds. */
export function countsSeconds({ unit }: Pick<ClockForm, "unit">): boolean {
  return UNITS[unit].msPerCount > 1;
}

/** The receive timestamps in a form that fits them all, in the order of the answers, without a break at midnight. */
export function timesOf(form: ClockForm, answers: readonly HostAnswer[]): AskedStamp[] {
  const { periodMs } = UNITS[form.unit];
  const read = ({ reply }: HostAnswer) => readTimestamp(reply.receive, form) ?? 0;
  const firstMs = answers[0] === undefined ? 0 : read(answers[0]);
  return answers.map((answer) => ({
    sentMs: answer.sentUnixMs,
    shownMs: firstMs + fold(read(answer) - firstMs, periodMs),
  }));
}

function fitForm(form: ClockForm, answers: readonly HostAnswer[]): FittedForm | undefined {
  const { periodMs, msPerCount, rarity, nearMs } = UNITS[form.unit];
  const tickMs = Math.max(msPerCount, TICK_ALLOWANCE_MS, commonTickMs(form, answers));
  const first = answers[0] as HostAnswer;
  let lowerMs = -Infinity, upperMs = Infinity, baseMs: number | undefined;
  for (const { reply, sentUnixMs, receivedUnixMs } of answers) {
    const receiveMs = readTimestamp(reply.receive, form);
    const transmitMs = readTimestamp(reply.transmit, form);
    if (receiveMs === undefined || transmitMs === undefined) return undefined;
    baseMs ??= fold(receiveMs - sentUnixMs, periodMs);
    const driftMs = MAX_SKEW * (sentUnixMs - first.sentUnixMs);
    // A transmit timestamp before the receive timestamp contradicts the host, not the form.
    const earlierMs = fold(transmitMs - receiveMs, periodMs) < 0 ? receiveMs : transmitMs;
    const least = fold(earlierMs - receivedUnixMs - baseMs, periodMs) - driftMs;
    const greatest = fold(receiveMs - sentUnixMs - baseMs, periodMs) + tickMs + driftMs;
    lowerMs = Math.max(lowerMs, least);
    upperMs = Math.min(upperMs, greatest);
    if (lowerMs > upperMs) return undefined;
  }
  if (baseMs === undefined) return undefined;
  if (form.unit === "uptime-ms") {
    return { ...form, lowerMs: undefined, upperMs: undefined, rank: rarityOf(form, rarity) };
  }
  const middleMs = fold(baseMs + (lowerMs + upperMs) / 2, periodMs);
  const halfMs = (upperMs - lowerMs) / 2;
  if (Math.abs(middleMs) - halfMs > nearMs) return undefined;
  const numbers = (2 * Math.abs(middleMs) + 1) / msPerCount + 1;
  return {
    ...form,
    lowerMs: middleMs - halfMs,
    upperMs: middleMs + halfMs,
    rank: rarityOf(form, rarity) * Math.min(1, numbers / NUMBERS),
  };
}

function rarityOf({ isLittleEndian, hasHighBit }: ClockForm, rarity: number): number {
  return rarity * (isLittleEndian ? 10 : 1) * (hasHighBit ? 10 : 1);
}

/** The greatest step of which all timestamps are whole multiples apart, in milliseconds; 0 where too few show it. */
function commonTickMs(form: ClockForm, answers: readonly HostAnswer[]): number {
  const times = new Set(answers.map(({ reply }) => readTimestamp(reply.receive, form) ?? 0));
  return times.size < MIN_TIMES ? 0 : Math.min(1000, commonStepMs([...times]));
}
