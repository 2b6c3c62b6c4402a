/**
 * Whether a remote clock keeps a rate beyond the limit that is believed at first.
 *
 * Then the replies that contradict the others fit with them after all. A step does not pass for that: no line goes through
 * it, however steep.
 */

import type { ClockFit } from "./fit.ts";
import { WIDE_SKEW_PPM } from "./gap.ts";
import type { RelativeSample } from "./sample.ts";

/** A rate beyond the usual is not believed of fewer replies. */
const REPLIES_FOR_RATE = 5;

const LEFT_OUT_KEPT = 64;
const LEFT_OUT_TO_LOOK = 3;

/** A look for another rate goes through all replies: the next one waits for this share of them more. */
const RATE_LOOK_SHARE = 1 / 8;

/** Share of the contradicting replies that another rate may leave unexplained. */
const REFUSED_SHARE = 1 / 4;

/** A fit without a limit of the rate, which explains replies that were left out. */
export interface OtherRate {
  /** The fit of all replies that agree with that rate. */
  readonly fit: ClockFit;
  /** How many of the replies that were left out are in it. */
  readonly explained: number;
}

/** Keeps the replies that were left out of a fit, and looks for a rate that explains them. */
export class RateSearch {
  /** The latest of them. */
  #leftOut: RelativeSample[] = [];
  /** How many replies there are to be at the next look. */
  #nextLook = 0;

  /** Adds replies that were left out of the fit. */
  leaveOut(samples: readonly RelativeSample[]): void {
    this.#leftOut.push(...samples);
    this.#leftOut = this.#leftOut.slice(-LEFT_OUT_KEPT);
  }

  /** Whether enough replies were left out, and enough have come since the last look. */
  isDue(replies: number): boolean {
    return this.#leftOut.length >= LEFT_OUT_TO_LOOK && replies >= this.#nextLook;
  }

  /**
   * Looks for a fit of another rate. If there is one, nothing is left out any more.
   *
   * @param fit the fit within the limit.
   * @param suspects replies that contradict it and are not left out yet.
   * @param replies how many replies there are in all.
   * @param leastReplies how many must be at hand.
   */
  find(
    fit: ClockFit,
    suspects: readonly RelativeSample[],
    replies: number,
    leastReplies = REPLIES_FOR_RATE,
  ): OtherRate | undefined {
    this.#nextLook = replies + Math.ceil(fit.size * RATE_LOOK_SHARE);
    const odd = [...this.#leftOut, ...suspects];
    const samples = [...fit.samples, ...odd].sort((one, other) => one.label - other.label);
    if (samples.length < leastReplies) return undefined;
    const wide = fit.emptied(WIDE_SKEW_PPM);
    let refused = 0;
    for (const sample of samples) if (!wide.adopt(sample)) refused += 1;
    if (refused > odd.length * REFUSED_SHARE || wide.gap.isStrained) return undefined;
    const explained = Math.max(0, this.#leftOut.length - refused);
    this.#leftOut = [];
    return { fit: wide, explained };
  }
}
