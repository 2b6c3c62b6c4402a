/** What one reply says about the offset, as far as the tick of the remote clock is known. */

import type { TickDetector } from "../measurement/tick.ts";
import { foldMs } from "../time/day.ts";
import type { BoundsAt } from "./change_point.ts";
import type { RelativeSample } from "./sample.ts";

/** Computes the bounds that samples give; times in seconds and offsets in milliseconds, both relative to a reference. */
export class SampleBounds {
  /** The detector of the remote tick; its revision changes the bounds of every sample. */
  readonly tick: TickDetector;
  readonly #referenceNs: number;

  /**
   * Starts with a tick and the time that seconds are counted from.
   *
   * @param referenceNs our realtime, nanoseconds since the clock's base.
   */
  constructor(tick: TickDetector, referenceNs: number) {
    this.tick = tick;
    this.#referenceNs = referenceNs;
  }

  /** Seconds from the reference to a time, which is in nanoseconds since the clock's base. */
  seconds(atNs: number): number {
    return (atNs - this.#referenceNs) / 1e9;
  }

  /** The offset was at most this when the request left, with every tick that is possible. */
  upperMs(sample: RelativeSample): number {
    return sample.outMs + this.tick.span(sample.receiveMs).upperMs;
  }

  /** The offset was at least this when the reply arrived, with every tick that is possible. */
  lowerMs(sample: RelativeSample): number {
    return sample.minusBackMs + this.tick.span(sample.transmitMs).lowerMs;
  }

  /** The same upper bound with the tick that was shown. */
  likelyUpperMs(sample: RelativeSample): number {
    return sample.outMs + this.tick.likelySpan(sample.receiveMs).upperMs;
  }

  /** The same lower bound with the tick that was shown. */
  likelyLowerMs(sample: RelativeSample): number {
    return sample.minusBackMs + this.tick.likelySpan(sample.transmitMs).lowerMs;
  }

  /** Both likely bounds with their times. */
  likelyAt(sample: RelativeSample): BoundsAt {
    return {
      upperSeconds: this.seconds(sample.sentNs),
      upperMs: this.likelyUpperMs(sample),
      lowerSeconds: this.seconds(sample.receivedNs),
      lowerMs: this.likelyLowerMs(sample),
    };
  }

  /** Round trip without the processing time that the stamps show; different stamps are rounded by up to a tick. */
  leastDelaysMs(sample: RelativeSample): number {
    const rttMs = (sample.receivedNs - sample.sentNs) / 1e6;
    const processingMs = foldMs(sample.transmitMs - sample.receiveMs);
    return processingMs === 0 ? rttMs : rttMs - processingMs - this.tick.tickMs;
  }
}
