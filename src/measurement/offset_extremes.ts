/**
 * The extremes of what the replies of one host say about its offset: the largest X − t4, and the least and the largest R − t1.
 *
 * Between two replies the offset may drift by MAX_DRIFT_RATIO, and the bounds grow as much.
 */

import { foldMs } from "../time/day.ts";
import type { OffsetSample } from "./host_offset.ts";
import { type BoundedMs, boundedMs } from "./interval.ts";

/** Largest rate error of the remote clock against ours: the most that NTP corrects (RFC 5905), as in src/clock. */
const MAX_DRIFT_RATIO = 500e-6;

/** Realtime against monotonic moved by more: our own clock was set, nanoseconds. */
const OWN_STEP_NS = 100_000;

/** The extremes of a stretch of replies, as they hold at the latest one. */
export class OffsetExtremes {
  /** R − t1 of the first reply; the extremes are relative to it. */
  readonly #referenceMs: number;
  #lowerMs: number;
  #leastAheadMs = 0;
  #mostAheadMs = 0;
  #atNs: number;
  #clockPairNs: number;

  /** Starts with the first reply of a stretch. */
  constructor({ atNs, clockPairNs, aheadMs, behindMs }: OffsetSample) {
    this.#referenceMs = aheadMs;
    this.#lowerMs = foldMs(behindMs - aheadMs);
    this.#atNs = atNs;
    this.#clockPairNs = clockPairNs;
  }

  /** By how much the largest X − t4 exceeds the least R − t1, milliseconds: a shorter tick contradicts the replies. */
  get neededTickMs(): number {
    return this.#lowerMs - this.#leastAheadMs;
  }

  /** Whether our own clock was set between the latest reply and this one. */
  isOwnStep({ clockPairNs }: OffsetSample): boolean {
    return Math.abs(clockPairNs - this.#clockPairNs) > OWN_STEP_NS;
  }

  /** Takes a reply into the extremes, which first grow by what the clock may have drifted. */
  add({ atNs, clockPairNs, aheadMs, behindMs }: OffsetSample): void {
    const driftMs = Math.abs(atNs - this.#atNs) / 1e6 * MAX_DRIFT_RATIO;
    const ahead = foldMs(aheadMs - this.#referenceMs);
    const behind = foldMs(behindMs - this.#referenceMs);
    this.#lowerMs = Math.max(this.#lowerMs - driftMs, behind);
    this.#leastAheadMs = Math.min(this.#leastAheadMs + driftMs, ahead);
    this.#mostAheadMs = Math.max(this.#mostAheadMs - driftMs, ahead);
    this.#atNs = Math.max(this.#atNs, atNs);
    this.#clockPairNs = clockPairNs;
  }

  /** The bounds of the offset for a clock of that tick. */
  bounds(tickMs: number): BoundedMs {
    return boundedMs(
      foldMs(this.#referenceMs + this.#lowerMs),
      Math.max(0, this.#leastAheadMs + tickMs - this.#lowerMs),
    );
  }

  /** How far a stamp with this R − t1 lags behind the one that was most ahead, milliseconds. */
  lagMs(aheadMs: number): number {
    return this.#mostAheadMs - foldMs(aheadMs - this.#referenceMs);
  }
}
