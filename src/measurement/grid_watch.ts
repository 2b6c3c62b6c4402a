/** Counts the timestamps that announce a coarse tick. */

/** A coarse tick is announced after this many timestamps on its grid: the rule of TickDetector. */
export const STAMPS_EXPECTED = 24;

/** This many of them must lag by half the tick or more. */
const LAGGING_EXPECTED = 8;

/** Watches the grid of the coarsest tick that is left. */
export class GridWatch {
  #tickMs = 0;
  #onGrid = 0;
  #lagging = 0;

  /** Whether the timestamps have shown the tick that is watched. */
  get isShown(): boolean {
    return this.#onGrid >= STAMPS_EXPECTED && this.#lagging >= LAGGING_EXPECTED;
  }

  /**
   * Watches a tick, milliseconds; the counts restart when it is not the one watched so far.
   *
   * @returns whether they did.
   */
  turnTo(tickMs: number): boolean {
    if (tickMs === this.#tickMs) return false;
    this.#tickMs = tickMs;
    this.#onGrid = 0;
    this.#lagging = 0;
    return true;
  }

  /** Counts a timestamp on the grid that lags by this, milliseconds. */
  add(lagMs: number): void {
    this.#onGrid++;
    if (lagMs >= this.#tickMs / 2) this.#lagging++;
  }
}
