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

import {
  chanceWithin,
  CLOCK_FORMS,
  type ClockForm,
  type ClockUnit,
  rarityOf,
  readTimestamp,
  UNITS,
} from "../measurement/clock_form.ts";
import { NEAR_MS } from "../measurement/mod.ts";
import { fold } from "../time/day.ts";
import type { HostAnswer } from "./answer.ts";
import { type AskedStamp, commonStepMs } from "./coarse_tick.ts";

/** A form that fits the answers of a host. */
export interface FittedForm extends ClockForm {
  /** Least offset of that clock from ours that fits all answers, in milliseconds; undefined for an uptime. */
  readonly lowerMs: number | undefined;
  /** Greatest offset that fits all answers, in milliseconds; undefined for an uptime. */
  readonly upperMs: number | undefined;
  /** Chance that random numbers come as close, times how rare the form is: a rank, not a probability. */
  readonly rank: number;
}

/** RFC 1122 §3.2.2.8 asks for 15 updates a second: a clock may lag this much behind itself, in milliseconds. */
export const TICK_ALLOWANCE_MS = 1000 / 15;
/** Largest rate error that counts as keeping time, as a fraction: ten times what NTP corrects. */
export const MAX_SKEW = 0.005;
/** No tick in use is longer. */
const MAX_TICK_MS = 1000;
/** Different times that show a common step. */
const MIN_TIMES = 4;

/** Any count of milliseconds since some start would do for Unix time, if it were allowed to be further off. */
const nearMsOf = (unit: ClockUnit) => unit === "unix-milliseconds" ? NEAR_MS : UNITS[unit].nearMs;

/**
 * The forms that fit all answers, the likeliest first. Answers whose timestamps say nothing (constants, copies) must have been
 * taken out.
 */
export function fitForms(answers: readonly HostAnswer[]): FittedForm[] {
  return CLOCK_FORMS.flatMap((form) => {
    const fitted = fitForm(form, answers);
    return fitted === undefined ? [] : [fitted];
  }).sort((one, other) => one.rank - other.rank);
}

/** Whether a form counts whole seconds. */
export function countsSeconds({ unit }: Pick<ClockForm, "unit">): boolean {
  return UNITS[unit].msPerCount === 1000;
}

/** The receive timestamps of at least one answer, in a form that fits them all, in their order, without a break at midnight. */
export function timesOf(form: ClockForm, answers: readonly HostAnswer[]): AskedStamp[] {
  const { periodMs } = UNITS[form.unit];
  const read = ({ reply }: HostAnswer) => readTimestamp(reply.receive, form) as number;
  const firstMs = read(answers[0] as HostAnswer);
  return answers.map((answer) => ({
    sentMs: answer.sentUnixMs,
    shownMs: firstMs + fold(read(answer) - firstMs, periodMs),
  }));
}

function fitForm(form: ClockForm, answers: readonly HostAnswer[]): FittedForm | undefined {
  const { periodMs, msPerCount } = UNITS[form.unit];
  const tickMs = Math.max(msPerCount, lagMs(form, answers));
  const first = answers[0] as HostAnswer;
  let lowerMs = -Infinity, upperMs = Infinity, baseMs: number | undefined;
  for (const { reply, sentUnixMs, receivedUnixMs } of answers) {
    const receiveMs = readTimestamp(reply.receive, form);
    const transmitMs = readTimestamp(reply.transmit, form);
    if (receiveMs === undefined || transmitMs === undefined) return undefined;
    baseMs ??= fold(receiveMs - sentUnixMs, periodMs);
    const driftMs = MAX_SKEW * (sentUnixMs - first.sentUnixMs);
    // A transmit timestamp before the receive timestamp contradicts the host, not the form.
    const leftMs = receiveMs + Math.max(0, fold(transmitMs - receiveMs, periodMs));
    const least = fold(leftMs - receivedUnixMs - baseMs, periodMs) - driftMs;
    const greatest = fold(receiveMs - sentUnixMs - baseMs, periodMs) + tickMs + driftMs;
    lowerMs = Math.max(lowerMs, least);
    upperMs = Math.min(upperMs, greatest);
    if (lowerMs > upperMs) return undefined;
  }
  if (baseMs === undefined) return undefined;
  if (form.unit === "uptime-milliseconds") {
    return { ...form, lowerMs: undefined, upperMs: undefined, rank: rarityOf(form) };
  }
  const middleMs = fold(baseMs + (lowerMs + upperMs) / 2, periodMs);
  const halfMs = (upperMs - lowerMs) / 2;
  if (Math.abs(middleMs) - halfMs > nearMsOf(form.unit)) return undefined;
  return {
    ...form,
    lowerMs: middleMs - halfMs,
    upperMs: middleMs + halfMs,
    rank: rarityOf(form) * chanceWithin(middleMs, form.unit),
  };
}

/**
 * How much a clock may lag behind itself: the greatest step of which all timestamps are whole multiples apart, up to a second. What
 * RFC 1122 allows is allowed in any case, also where too few timestamps show a step.
 */
function lagMs(form: ClockForm, answers: readonly HostAnswer[]): number {
  const times = new Set(answers.flatMap(({ reply }) => readTimestamp(reply.receive, form) ?? []));
  if (times.size < MIN_TIMES) return TICK_ALLOWANCE_MS;
  return Math.max(TICK_ALLOWANCE_MS, Math.min(MAX_TICK_MS, commonStepMs([...times])));
}
