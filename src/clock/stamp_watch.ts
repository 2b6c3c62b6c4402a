/** Whether the stamps of a remote clock move at all. */

/** A stamp that repeats for longer than the coarsest known tick, with room, is no clock's. */
const STUCK_AFTER_NS = 1.5e9;

/** Watches the receive stamps of one remote clock. */
export class StampWatch {
  #stampMs: number | undefined;
  #sinceNs = NaN;
  #hasMoved = false;
  #isStuck = false;

  /** Whether two stamps differed. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  /** Whether the latest stamp has repeated for too long. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /**
   * Takes one stamp.
   *
   * @param stampMs the remote receive stamp, milliseconds of the day.
   * @param atNs when the request left, CLOCK_MONOTONIC, nanoseconds.
   */
  add(stampMs: number, atNs: number): void {
    if (stampMs !== this.#stampMs) {
      this.#hasMoved ||= this.#stampMs !== undefined;
      this.#stampMs = stampMs;
      this.#sinceNs = atNs;
    }
    this.#isStuck = atNs - this.#sinceNs > STUCK_AFTER_NS;
  }
}
