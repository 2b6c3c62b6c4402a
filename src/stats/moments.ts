/** Mean and standard deviation in one pass. */

/**
 * Running mean, variance and extremes of a series (Welford 1962; Knuth, TAOCP vol. 2, §4.2.2).
 *
 * Numerically stable: values that share a large constant, such as delays that contain a clock offset
 * of hours, keep their small deviations.
 */
export class RunningMoments {
  #count = 0;
  #mean = 0;
  #squares = 0;
  #min = Infinity;
  #max = -Infinity;

  /** Adds one value, which must be finite. */
  add(value: number): void {
    this.#count += 1;
    const deviation = value - this.#mean;
    this.#mean += deviation / this.#count;
    this.#squares += deviation * (value - this.#mean);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  /** How many values were added. */
  get count(): number {
    return this.#count;
  }

  /** Arithmetic mean; NaN while there is no value. */
  get mean(): number {
    return this.#count === 0 ? NaN : this.#mean;
  }

  /** Smallest value; Infinity while there is none. */
  get min(): number {
    return this.#min;
  }

  /** Largest value; -Infinity while there is none. */
  get max(): number {
    return this.#max;
  }

  /** Sample variance (divisor n − 1); 0 for one value, NaN for none. */
  get variance(): number {
    if (this.#count === 0) return NaN;
    return this.#count === 1 ? 0 : this.#squares / (this.#count - 1);
  }

  /** Sample standard deviation (divisor n − 1); 0 for one value, NaN for none. */
  get stddev(): number {
    return Math.sqrt(this.variance);
  }
}
