/** When several clocks are known well enough to end a measurement. */

import type { ClockState } from "./state.ts";
import type { ClockTracker } from "./tracker.ts";

/** Fewest replies before a good number is believed. */
const MIN_REPLIES = 8;

/** A clock that was not known well enough is looked at again after this many times the replies: looking costs. */
const PATIENCE = 17 / 16;

/**
 * How well a clock is known, ± milliseconds: the spread of the estimate, or half the distance of the hard
 * bounds where that is less; undefined while nothing is decided or a coarser tick is possible.
 */
export function precisionMs(state: ClockState): number | undefined {
  const { used, tickSettled, spreadMs, lowerMs, upperMs } = state;
  if (spreadMs === undefined || lowerMs === undefined || upperMs === undefined) return undefined;
  if (used < MIN_REPLIES || !tickSettled) return undefined;
  return Math.min(spreadMs, (upperMs - lowerMs) / 2);
}

/** What the goal reads of a tracker. */
type StatedClock = Pick<ClockTracker, "state">;

/** Watches trackers until each is as precise as wanted. */
export class PrecisionGoal {
  readonly #trackers: readonly StatedClock[];
  readonly #goalMs: number;
  readonly #pending: Set<number>;
  readonly #replies: number[] = [];
  readonly #nextLook: number[] = [];
  readonly #givenUp = new Set<number>();

  /** Expects every tracker to be at least as precise as `goalMs`. */
  constructor(trackers: readonly StatedClock[], goalMs: number) {
    this.#trackers = trackers;
    this.#goalMs = goalMs;
    this.#pending = new Set(trackers.keys());
  }

  /** A tracker has taken a reply in; returns whether all are precise enough now. */
  replied(index: number): boolean {
    const replies = (this.#replies[index] ?? 0) + 1;
    this.#replies[index] = replies;
    if (!this.#pending.has(index) || replies < (this.#nextLook[index] ?? MIN_REPLIES)) {
      return false;
    }
    this.#nextLook[index] = Math.ceil(replies * PATIENCE);
    if (!this.#isReached(index)) return false;
    this.#pending.delete(index);
    return this.#isComplete();
  }

  /** A tracker will have no reply: it is not waited for. Returns whether all others are precise enough now. */
  giveUp(index: number): boolean {
    this.#givenUp.add(index);
    this.#pending.delete(index);
    return this.#isComplete();
  }

  /** One that was precise some time ago may have restarted since. */
  #isComplete(): boolean {
    if (this.#pending.size > 0) return false;
    for (const each of this.#trackers.keys()) {
      if (!this.#givenUp.has(each) && !this.#isReached(each)) this.#pending.add(each);
    }
    return this.#pending.size === 0;
  }

  #isReached(index: number): boolean {
    const tracker = this.#trackers[index] as StatedClock;
    return (precisionMs(tracker.state()) ?? Infinity) <= this.#goalMs;
  }
}
