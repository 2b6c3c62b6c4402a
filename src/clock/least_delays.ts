/** The shortest round trips of a stretch of replies: how long the path is at least, and how well that is known. */

/** The grain is the span of this many of the shortest round trips. */
const RANKED = 4;

/** The least and the mean of a growing set of delays. */
export class LeastDelays {
  /** The least few, least first. */
  readonly #ranked: number[] = [];
  #sumMs = 0;
  #count = 0;

  /** The least delay, milliseconds; undefined without one. */
  get leastMs(): number | undefined {
    return this.#ranked[0];
  }

  /** How far the mean lies above the least, milliseconds: what queues and rounding add. */
  get queueingMs(): number {
    return this.#count === 0 ? 0 : this.#sumMs / this.#count - (this.#ranked[0] as number);
  }

  /**
   * How far the least few lie apart, milliseconds: about as far as the least one lies above what the path allows.
   * Undefined while they are too few.
   */
  get grainMs(): number | undefined {
    const highest = this.#ranked[RANKED - 1];
    return highest === undefined ? undefined : highest - (this.#ranked[0] as number);
  }

  /** Adds a delay. */
  add(delayMs: number): void {
    this.#sumMs += delayMs;
    this.#count += 1;
    const ranked = this.#ranked;
    if (delayMs >= (ranked[RANKED - 1] ?? Infinity)) return;
    ranked.push(delayMs);
    ranked.sort((one, other) => one - other);
    if (ranked.length > RANKED) ranked.pop();
  }
}
