/**
 * How coarse the clock of a host is, from a few timestamps.
 *
 * The timestamps of a clock with a tick of q lie on a grid of q. Those of a finer clock follow the times at which it was asked. A
 * pair of requests that left at different phases of q is therefore a test: a finer clock passes one by a chance of about 1/q.
 */

import { FRACTIONAL_TICKS_MS } from "../measurement/known_ticks.ts";
import { greatestCommonDivisor, isPossibleTick, largestTick } from "../measurement/tick_proof.ts";
import { modulo } from "../time/day.ts";

/** A timestamp and when it was asked for. */
export interface AskedStamp {
  /** When the request left, by our clock, in milliseconds. */
  readonly sentMs: number;
  /** Time that the timestamp shows, in whole milliseconds, unfolded. */
  readonly shownMs: number;
}

/** What is known of a tick. */
export interface HostTick {
  /** The tick that the timestamps show, above 1 ms; undefined where they show none. */
  readonly shownMs: number | undefined;
  /** The coarsest tick that they allow, in milliseconds: 1 to 1000. */
  readonly worstMs: number;
}

/** A tick is shown when a finer clock would give such timestamps more rarely than this. */
const MAX_CHANCE = 1e-7;
/** A clock of half the tick passes each test by a chance of 1/2. */
const MIN_TESTS = 8;
const FINE_TICK_MS = 1;

/** Finds the tick of the clock that gave these timestamps, in the order in which they were asked for. */
export function findTick(stamps: readonly AskedStamp[]): HostTick {
  const times = stamps.map(({ shownMs }) => shownMs);
  const fractional = FRACTIONAL_TICKS_MS.filter((tickMs) => isPossibleTick(times, tickMs, 0));
  const ticks = [largestTick(commonStepMs(times)), ...fractional].sort((a, b) => b - a);
  return {
    shownMs: ticks.find((tickMs) => tickMs > FINE_TICK_MS && isShown(tickMs, stamps)),
    worstMs: Math.max(FINE_TICK_MS, ticks[0] ?? FINE_TICK_MS),
  };
}

/** The greatest step of which all times are whole multiples apart, in milliseconds; 0 where they are all the same. */
export function commonStepMs(timesMs: readonly number[]): number {
  const [firstMs = 0, ...others] = timesMs;
  return others.reduce(
    (stepMs, timeMs) => greatestCommonDivisor(stepMs, Math.abs(timeMs - firstMs)),
    0,
  );
}

function isShown(tickMs: number, stamps: readonly AskedStamp[]): boolean {
  // A timestamp is cut off to whole milliseconds, which widens the grid of another tick.
  const widthMs = Number.isInteger(tickMs) ? 1 : 2;
  const tests = stamps.filter(({ sentMs }, i) => {
    if (i === 0) return false;
    const apartMs = modulo(sentMs - (stamps[i - 1] as AskedStamp).sentMs, tickMs);
    return Math.min(apartMs, tickMs - apartMs) >= widthMs;
  }).length;
  return tests >= MIN_TESTS && (widthMs / tickMs) ** tests < MAX_CHANCE;
}
