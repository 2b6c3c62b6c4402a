/**
 * Time between two turns of the event loop, which serve signals and timers: of a paced scan, and of one without a limit.
 * A turn gives the processor up, and on a busy machine it comes back late: every 20 ms that costs a sixth of the packets.
 * A signal takes up to four turns to arrive while a scan is paced, one while it is not.
 */
const PACED_YIELD_NS = 20e6, UNPACED_YIELD_NS = 100e6;

/** Says when the event loop has its turn. Times are CLOCK_MONOTONIC in nanoseconds. */
export class YieldTimer {
  readonly #everyNs: number;
  #lastNs = NaN;

  /** For a scan of `ratePps` probes a second; Infinity is without a limit. */
  constructor(ratePps: number) {
    this.#everyNs = ratePps === Infinity ? UNPACED_YIELD_NS : PACED_YIELD_NS;
  }

  /** The run begins. */
  start(nowNs: number): void {
    this.#lastNs = nowNs;
  }

  /** Whether a turn is due; if so, the next one counts from now. */
  takeTurn(nowNs: number): boolean {
    if (nowNs - this.#lastNs < this.#everyNs) return false;
    this.#lastNs = nowNs;
    return true;
  }
}
