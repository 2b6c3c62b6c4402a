/** What is known of one target in a short time: counts, delays, and the sharpest look at its clock. */

import { Delays } from "./histogram.ts";

/** The delays of a bucket. `out` and `back` are changes: the delay above its running minimum. */
export const DELAY_NAMES = ["rtt", "out", "back", "queue"] as const;

/** One of the delays of a bucket. */
export type DelayName = typeof DELAY_NAMES[number];

/** How probes can end. */
export const OUTCOMES = ["received", "lost", "icmpErrors", "unsent"] as const;

/** How a probe ended. */
export type Outcome = typeof OUTCOMES[number];

/** A value with bounds that hold. */
export interface Bounded {
  /** Best estimate. */
  readonly value: number;
  /** The truth is not less. */
  readonly lower: number;
  /** The truth is not more. */
  readonly upper: number;
}

/** Everything of one target in one span of time. */
export class Bucket {
  /** First and last time in it, Unix time in seconds. */
  firstS: number = Infinity;
  /** See {@linkcode firstS}. */
  lastS: number = -Infinity;
  /** Probes by how they ended. */
  readonly counts: Record<Outcome, number> = { received: 0, lost: 0, icmpErrors: 0, unsent: 0 };
  /** Delays that were seen, in milliseconds. */
  readonly delays: Partial<Record<DelayName, Delays>> = {};
  /** The offset with the narrowest bounds, in milliseconds: bounds of several moments may not be intersected, clocks drift. */
  offset: Bounded | undefined;
  /** The skew with the narrowest bounds, in parts per million. */
  skew: Bounded | undefined;

  /** Something happened at this time. */
  touch(timeS: number): void {
    if (timeS < this.firstS) this.firstS = timeS;
    if (timeS > this.lastS) this.lastS = timeS;
  }

  /** Counts a delay, `count` times, where its stretch of time has it. */
  addDelay(name: DelayName, ms: number, count: number = 1): void {
    (this.delays[name] ??= new Delays()).add(ms, count);
  }

  /** Adds all that another bucket holds. */
  addAll(other: Bucket): void {
    // A new one that nothing was put into yet has no times.
    if (other.lastS < other.firstS) return;
    this.touch(other.firstS);
    this.touch(other.lastS);
    for (const name of OUTCOMES) this.counts[name] += other.counts[name];
    for (const name of DELAY_NAMES) {
      const delays = other.delays[name];
      if (delays !== undefined) (this.delays[name] ??= new Delays()).addAll(delays);
    }
    this.offset = narrower(this.offset, other.offset);
    this.skew = narrower(this.skew, other.skew);
  }

  /** Probes of which the end is known. */
  get settled(): number {
    const { received, lost, icmpErrors, unsent } = this.counts;
    return received + lost + icmpErrors + unsent;
  }

  /** Probes without an answer / settled probes; NaN where none is settled. */
  get lossRatio(): number {
    return 1 - this.counts.received / this.settled;
  }
}

/** Of two values the one with narrower bounds; the first where they are equal. */
export function narrower(
  one: Bounded | undefined,
  other: Bounded | undefined,
): Bounded | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.upper - other.lower < one.upper - one.lower ? other : one;
}
