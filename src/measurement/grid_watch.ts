/** Counts the timestamps that announce a coarse tick. */

/** A coarse tick is announced after this many timestamps on its grid: the rule of TickDetector. */
export const STAMPS_EXPECTED = 24;

/** This many of them must lag by half the tick or more. */
const LAGGING_EXPECTED = 8;

/** Watches the grid of one tick: the coarsest that is left. */
export class GridWatch {
  /** The tick, milliseconds. */
  readonly tickMs: number;
  #onGrid = 0;
  #lagging = 0;

  /** Starts without a timestamp; the tick is in milliseconds. */
  constructor(tickMs: number) {
    this.tickMs = tickMs;
  }

  /** Whether the timestamps have shown the tick. */
  get isShown(): boolean {
    return this.#onGrid >= STAMPS_EXPECTED && this.#lagging >= LAGGING_EXPECTED;
  }

  /** Counts a timestamp on the grid that lags by this, milliseconds. */
  add(lagMs: number): void {
    this.#onGrid++;
    if (lagMs >= this.tickMs / 2) this.#lagging++;
  }
}
