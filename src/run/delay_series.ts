/** The delays of one target, as series of numbers in milliseconds. */

import { DelayBaseline, DelayVariation, SeriesSummary } from "../stats/mod.ts";

/** Gathers the delays of a target; made with its first reply, since most targets of a large run may never reply. */
export class DelaySeries {
  /** Round-trip times. */
  readonly rtt: SeriesSummary = new SeriesSummary();
  /** Times in this machine's own queue. */
  readonly queue: SeriesSummary = new SeriesSummary();
  /** Delays out plus the clock offset, for a tick of 1 ms. */
  readonly out: SeriesSummary = new SeriesSummary();
  /** Delays back minus the clock offset, for a tick of 1 ms. */
  readonly back: SeriesSummary = new SeriesSummary();
  /** Delays out above their running minimum. */
  readonly outChange: SeriesSummary = new SeriesSummary();
  /** Delays back above their running minimum. */
  readonly backChange: SeriesSummary = new SeriesSummary();
  /** The running minima of both. */
  readonly baseline: DelayBaseline = new DelayBaseline();
  /** Made with the second reply: a run may have many targets and one probe for each. */
  #jitter: { readonly out: DelayVariation; readonly back: DelayVariation } | undefined;
  #first: { readonly index: number; readonly outMs: number; readonly backMs: number } | undefined;

  /** Delay variation from probe to probe (RFC 3393), absolute; undefined before the second reply. */
  get jitter(): { readonly out: DelayVariation; readonly back: DelayVariation } | undefined {
    return this.#jitter;
  }

  /** Adds the delays of one probe to the variation; `index` is that of the probe within its target. */
  addJitter(index: number, outMs: number, backMs: number): void {
    const first = this.#first;
    if (first === undefined) {
      this.#first = { index, outMs, backMs };
      return;
    }
    if (this.#jitter === undefined) {
      this.#jitter = { out: new DelayVariation(), back: new DelayVariation() };
      this.#jitter.out.add(first.index, first.outMs);
      this.#jitter.back.add(first.index, first.backMs);
    }
    this.#jitter.out.add(index, outMs);
    this.#jitter.back.add(index, backMs);
  }
}
