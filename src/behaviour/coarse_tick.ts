/**
 * How coarse the clock of a host is, from a few timestamps.
 *
 * The timestamps of a clock with a tick of q lie on a grid of q, whenever it is asked. Those of a finer clock follow the times at
 * which it was asked: to lie on a grid too, each delay must make up for the phase of its request. With requests in cells of one
 * millisecond of q, n_j of n in cell j, that happens by a chance of at most
 *
 * ```
 *   product of (n_j / n)^n_j
 * ```
 *
 * whatever the delays are distributed as (the likeliest distribution is the one that was seen), if they are independent.
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

/** A tick is shown when a finer clock would give such timestamps more rarely than this: no fewer than eight show one. */
const MAX_CHANCE = 1e-7;

/** Finds the tick of the clock that gave these timestamps, in the order in which they were asked for. */
export function findTick(stamps: readonly AskedStamp[]): HostTick {
  const times = stamps.map(({ shownMs }) => shownMs);
  const fractional = FRACTIONAL_TICKS_MS.filter((tickMs) => isPossibleTick(times, tickMs, 0));
  const ticks = [largestTick(commonStepMs(times)), ...fractional].sort((a, b) => b - a);
  return {
    shownMs: ticks.find((tickMs) => isShown(tickMs, stamps)),
    worstMs: ticks[0] as number,
  };
}

/** The greatest step of which all times are whole multiples apart, in milliseconds; 0 where they are all the same. */
export function commonStepMs(timesMs: readonly number[]): number {
  const firstMs = timesMs[0] as number;
  return timesMs.reduce(
    (stepMs, timeMs) => greatestCommonDivisor(stepMs, Math.abs(timeMs - firstMs)),
    0,
  );
}

/** Whether a finer clock would hardly give such timestamps; of one millisecond, with its one cell, never. */
function isShown(tickMs: number, stamps: readonly AskedStamp[]): boolean {
  // A timestamp is cut off to whole milliseconds, which widens the grid of another tick.
  const cells = Math.floor(tickMs / (Number.isInteger(tickMs) ? 1 : 2));
  const counts = new Map<number, number>();
  for (const { sentMs } of stamps) {
    const cell = Math.floor(
      modulo(sentMs - (stamps[0] as AskedStamp).sentMs, tickMs) * cells / tickMs,
    );
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const count = stamps.length;
  const logChance = counts.values().reduce((sum, n) => sum + n * Math.log(n / count), 0);
  return logChance < Math.log(MAX_CHANCE);
}
