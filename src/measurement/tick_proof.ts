/**
 * Which ticks the latest stamps of one host still allow.
 *
 * A clock with a tick of q shows c + kq, and a stamp S is that rounded down to a millisecond. For a whole q all
 * stamps are then equal modulo q: the ticks that are left are the divisors of the greatest common divisor of
 * all differences. For another q, of a list of usual ones, c lies in [S, S + 1) modulo q, and arcs without a common
 * point contradict it.
 *
 * One odd stamp, or one step of a coarse clock, contradicts every tick at once, and a clock whose ticks are not quite
 * as long as they should be leaves its grid now and then. So a tick is ruled out when stamps of a few seconds contradict
 * it even if the clock was set once among them. Stamps that lie further apart have to contradict a grid that slides, too.
 */

import { foldMs } from "../time/day.ts";
import { FINE_TICK_MS, FRACTIONAL_TICKS_MS, KNOWN_TICKS_MS } from "./known_ticks.ts";

/** The coarsest tick that is looked for, milliseconds. */
export const MAX_TICK_MS = 1000;

/** Most stamps that are looked at together; no more than MIN_STAMPS where they lie further apart than SPAN_NS. */
const MAX_STAMPS = 16;
const MIN_STAMPS = 6;
const SPAN_NS = 8e9;

/** By how much the ticks of a coarse clock may be too long or too short: the error of crystals, which NTP takes away. */
const MAX_SLIDE_RATIO = 100e-6;

/** Below this multiple of what rounding and sliding leave open, a sliding grid looks like a fine clock. */
const SLIDE_FACTOR = 4;

/** So often the stamps must contradict a tick: once may be a clock that was set. */
const CONTRADICTIONS = 2;

const TOLERANCE_MS = 1e-7;

/** The ticks that are left, while the stamps of one host come in. */
export class TickProof {
  /** The latest stamps and when they were asked for; empty when nothing is to be learnt any more. */
  #stampsMs: number[] = [];
  #timesNs: number[] = [];
  /** Every whole tick that is left divides one of these; 0 stands for any. */
  #wholes: readonly number[] = [0];
  /** Coarsest first. */
  #fractionals: readonly number[] = FRACTIONAL_TICKS_MS;
  /** The coarsest tick of a sliding grid that is left, where that matters. */
  #slidingMs = FINE_TICK_MS;
  /** Worked out when it is asked for. */
  #worstTickMs: number | undefined = MAX_TICK_MS;
  #isFine = false;
  /** Number of the latest stamps whose differences all of {@linkcode TickProof.#wholes} divide. */
  #divided = 0;

  /** Whether every tick above a millisecond is ruled out. It stays so. */
  get isFine(): boolean {
    return this.#isFine;
  }

  /** The coarsest tick that is not ruled out, milliseconds, 1000 at most; 1 when there is none. */
  get worstTickMs(): number {
    return this.#worstTickMs ??= Math.max(
      ...this.#wholes.map(largestTick),
      this.#fractionals[0] ?? FINE_TICK_MS,
      this.#slidingMs,
    );
  }

  /** Takes one stamp, whole milliseconds of the day, and when it was asked for (CLOCK_MONOTONIC). */
  add(stampMs: number, atNs: number): void {
    if (this.isFine) return;
    const stamps = this.#stampsMs, times = this.#timesNs;
    // A stamp that repeats says nothing new.
    if (stamps[stamps.length - 1] === stampMs) return;
    append(stamps, stampMs);
    append(times, atNs);
    if (stamps.length <= CONTRADICTIONS) return;
    const latest = countLatest(times, atNs);
    const used = latest === stamps.length ? stamps : stamps.slice(-latest);
    // Most stamps rule nothing out that was left. They are many in a capture: no array is made then.
    const first = this.#divided + 1 < latest ? 1 : used.length - 1;
    if (doDivideAll(this.#wholes, used, first)) this.#divided = latest;
    else {
      this.#wholes = meet(this.#wholes, wholeTicks(used));
      this.#worstTickMs = undefined;
      this.#divided = 0;
    }
    if (!arePossibleTicks(this.#fractionals, used)) {
      this.#fractionals = this.#fractionals.filter((tickMs) => isPossibleTick(used, tickMs));
      this.#worstTickMs = undefined;
    }
    const isOnGrid = this.#wholes.length > 0 || this.#fractionals.length > 0;
    const isSlow = atNs - (times[times.length - latest] ?? atNs) > SPAN_NS;
    const slidingMs = !isOnGrid && isSlow
      ? KNOWN_TICKS_MS.find((tickMs) => mayBeSliding(stamps, times, tickMs)) ?? FINE_TICK_MS
      : FINE_TICK_MS;
    if (slidingMs !== this.#slidingMs) this.#worstTickMs = undefined;
    this.#slidingMs = slidingMs;
    this.#isFine = !isOnGrid && this.#slidingMs === FINE_TICK_MS;
    if (this.isFine) [this.#stampsMs, this.#timesNs, this.#wholes] = [[], [], []];
  }
}

/** Adds to the latest numbers. Moving them makes no array, as taking one from the start does. */
function append(latest: number[], value: number): void {
  if (latest.length < MAX_STAMPS) {
    latest.push(value);
    return;
  }
  latest.copyWithin(0, 1);
  latest[MAX_STAMPS - 1] = value;
}

/** How many stamps are looked at: those of the last time, and some more. */
function countLatest(timesNs: readonly number[], atNs: number): number {
  let count = 0;
  for (let index = 0; index < timesNs.length; index++) {
    if (timesNs.length - index <= MIN_STAMPS || atNs - (timesNs[index] as number) <= SPAN_NS) {
      count++;
    }
  }
  return count;
}

/**
 * Whether each number divides every difference of stamps, from that to the one with number `first` on: then what they have in
 * common with them is they themselves.
 */
function doDivideAll(
  wholes: readonly number[],
  stampsMs: readonly number[],
  first: number,
): boolean {
  for (const whole of wholes) {
    for (let index = first; index < stampsMs.length; index++) {
      if (foldMs((stampsMs[index] as number) - (stampsMs[index - 1] as number)) % whole !== 0) {
        return false;
      }
    }
  }
  return true;
}

function arePossibleTicks(ticksMs: readonly number[], stampsMs: readonly number[]): boolean {
  for (const tickMs of ticksMs) if (!isPossibleTick(stampsMs, tickMs)) return false;
  return true;
}

/** For each place at which the clock may have been set: what all differences before and after it have in common. */
function wholeTicks(stampsMs: readonly number[]): number[] {
  const steps = stampsMs.slice(1).map((stampMs, index) =>
    Math.abs(foldMs(stampMs - (stampsMs[index] as number)))
  );
  let common = 0;
  const after = [common];
  for (const step of steps.toReversed()) {
    common = greatestCommonDivisor(common, step);
    after.push(common);
  }
  let before = 0;
  return steps.map((step, index) => {
    const common = greatestCommonDivisor(before, after[steps.length - 1 - index] as number);
    before = greatestCommonDivisor(before, step);
    return common;
  });
}

/** What two sets of divisors have in common, as the largest numbers of it that a tick divides. */
function meet(some: readonly number[], others: readonly number[]): number[] {
  const all = some.flatMap((one) => others.map((other) => greatestCommonDivisor(one, other)));
  const unique = [...new Set(all)].filter(hasTick);
  return unique.filter((one) => !unique.some((other) => other !== one && isDivisor(one, other)));
}

/** Whether one number divides another; all divide 0. */
function isDivisor(one: number, other: number): boolean {
  return one === 0 ? other === 0 : other % one === 0;
}

/** Whether a tick above a millisecond divides a number. */
function hasTick(common: number): boolean {
  for (let tickMs = 2; tickMs <= MAX_TICK_MS && tickMs * tickMs <= common; tickMs++) {
    if (common % tickMs === 0) return true;
  }
  return common === 0 || common > FINE_TICK_MS && common <= MAX_TICK_MS;
}

/** The largest divisor that is looked for, 1 to 1000; of 0 the largest of all. */
export function largestTick(common: number): number {
  if (common !== 0 && common <= MAX_TICK_MS) return common;
  for (let tickMs = MAX_TICK_MS; tickMs > FINE_TICK_MS; tickMs--) {
    if (common % tickMs === 0) return tickMs;
  }
  return FINE_TICK_MS;
}

/** Whether stamps could be those of a clock with that tick that was set so often at most, once by default. */
export function isPossibleTick(
  stampsMs: readonly number[],
  tickMs: number,
  maxSets = CONTRADICTIONS - 1,
): boolean {
  let anchorMs = stampsMs[0] as number, lowerMs = 0, upperMs = 1, contradictions = 0;
  for (const stampMs of stampsMs) {
    const aheadMs = foldMs(stampMs - anchorMs) % tickMs;
    const position = aheadMs < 0 ? aheadMs + tickMs : aheadMs;
    // The arc of the stamp, or what of it lies beyond the beginning of the circle.
    const start = position < upperMs - TOLERANCE_MS ? position : position - tickMs;
    lowerMs = Math.max(lowerMs, start);
    upperMs = Math.min(upperMs, start + 1);
    if (upperMs - lowerMs > TOLERANCE_MS) continue;
    contradictions++;
    if (contradictions > maxSets) return false;
    anchorMs = stampMs;
    lowerMs = 0;
    upperMs = 1;
  }
  return true;
}

/** Whether stamps could be those of a clock whose ticks are a little too long or short, and that was set once at most. */
function mayBeSliding(
  stampsMs: readonly number[],
  timesNs: readonly number[],
  tickMs: number,
): boolean {
  let contradictions = 0;
  for (let index = 1; index < stampsMs.length; index++) {
    const stepMs = foldMs((stampsMs[index] as number) - (stampsMs[index - 1] as number));
    const passedMs = ((timesNs[index] as number) - (timesNs[index - 1] as number)) / 1e6;
    const openMs = 1 + Math.abs(passedMs) * MAX_SLIDE_RATIO;
    if (tickMs < SLIDE_FACTOR * openMs) return false;
    if (Math.abs(stepMs - Math.round(stepMs / tickMs) * tickMs) <= openMs) continue;
    contradictions++;
    if (contradictions === CONTRADICTIONS) return false;
  }
  return true;
}

/** The largest whole number that divides both, for numbers from 0; where one is 0 it is the other. */
export function greatestCommonDivisor(one: number, other: number): number {
  let larger = one, smaller = other;
  while (smaller > 0) {
    const rest = larger % smaller;
    larger = smaller;
    smaller = rest;
  }
  return larger;
}
