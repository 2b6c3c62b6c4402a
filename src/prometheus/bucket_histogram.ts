/** A classic histogram of Prometheus: counts by upper bound, and a sum. */

/** Counts values by bucket. */
export class BucketHistogram {
  /** Upper bounds, ascending; the last bucket, which takes all, is not among them. */
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  /**
   * Starts empty.
   *
   * @throws {RangeError} The bounds do not ascend.
   */
  constructor(bounds: readonly number[]) {
    const isAscending = bounds.every((bound, place) =>
      Number.isFinite(bound) && bound > (bounds[place - 1] ?? -Infinity)
    );
    if (!isAscending) {
      throw new RangeError(`Cannot count in buckets ${bounds}: expected ascending bounds`);
    }
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Sum of the values. */
  get sum(): number {
    return this.#sum;
  }

  /**
   * Counts a value; a bound belongs to its own bucket. One below 0, as a clock that is set makes it, counts as 0, since the sum is a
   * counter; one that is no number is left out.
   */
  add(value: number): void {
    if (Number.isNaN(value)) return;
    const { bounds } = this;
    let place = 0;
    while (place < bounds.length && value > (bounds[place] as number)) place++;
    this.#counts[place] = (this.#counts[place] as number) + 1;
    this.#sum += Math.max(0, value);
  }

  /** Values above the bound before that place and at most the one at it; the last place is that of infinity. */
  countAt(place: number): number {
    return this.#counts[place] ?? 0;
  }
}
