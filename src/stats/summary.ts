/** The six numbers that describe a series: min, median, mean, p95, max, standard deviation. */

import { RunningMoments } from "./moments.ts";
import { CentredSketch } from "./sketch.ts";

/** Up to this many values a series keeps every value, and its quantiles are exact. */
export const EXACT_VALUES = 256;

/** A series in six numbers, all in the unit of the series. */
export interface Summary {
  /** Smallest value. */
  readonly min: number;
  /** Half of the values are not larger. */
  readonly median: number;
  /** Arithmetic mean. */
  readonly mean: number;
  /** 95 of 100 values are not larger. */
  readonly p95: number;
  /** Largest value. */
  readonly max: number;
  /** Sample standard deviation (divisor n − 1); 0 for a single value. */
  readonly stddev: number;
}

/**
 * Collects a series of any length in bounded memory.
 *
 * min, mean, max and stddev are always exact (to rounding). Quantiles are exact for up to
 * {@linkcode EXACT_VALUES} values; beyond, they are within 1 % of their distance from the median of
 * those first values (see CentredSketch).
 */
export class SeriesSummary {
  readonly #moments = new RunningMoments();
  readonly #exactLimit: number;
  #values: number[] | undefined = [];
  #sketch: CentredSketch | undefined;

  /**
   * Starts empty.
   *
   * @param exactLimit how many values to keep before the sketch takes over; a positive integer.
   * @throws {RangeError} when it is not.
   */
  constructor(exactLimit: number = EXACT_VALUES) {
    if (!Number.isInteger(exactLimit) || exactLimit < 1) {
      throw new RangeError(`Cannot keep ${exactLimit} values: a positive integer is wanted`);
    }
    this.#exactLimit = exactLimit;
  }

  /** How many values were added. */
  get count(): number {
    return this.#moments.count;
  }

  /** Whether the quantiles are exact so far. */
  get exact(): boolean {
    return this.#values !== undefined;
  }

  /** Mean, standard deviation and extremes so far. */
  get moments(): RunningMoments {
    return this.#moments;
  }

  /**
   * Adds one value.
   *
   * @throws {RangeError} when it is not finite.
   */
  add(value: number): void {
    if (!Number.isFinite(value)) {
      throw new RangeError(`Cannot add ${value} to a series: a finite number is wanted`);
    }
    this.#moments.add(value);
    if (this.#values === undefined) {
      this.#sketch?.add(value);
      return;
    }
    this.#values.push(value);
    if (this.#values.length <= this.#exactLimit) return;
    const sketch = new CentredSketch(exactQuantile(sorted(this.#values), 0.5));
    for (const kept of this.#values) sketch.add(kept);
    this.#sketch = sketch;
    this.#values = undefined;
  }

  /** The quantile of a share in [0, 1]; NaN while there is no value. */
  quantile(share: number): number {
    if (this.count === 0) return NaN;
    if (this.#values !== undefined) return exactQuantile(sorted(this.#values), share);
    return this.#withinExtremes(this.#sketch?.quantile(share) ?? NaN);
  }

  /** The six numbers, or undefined while there is no value. */
  summary(): Summary | undefined {
    if (this.count === 0) return undefined;
    const moments = this.#moments;
    let median: number;
    let p95: number;
    if (this.#values !== undefined) {
      const values = sorted(this.#values);
      median = exactQuantile(values, 0.5);
      p95 = exactQuantile(values, 0.95);
    } else {
      median = this.quantile(0.5);
      p95 = this.quantile(0.95);
    }
    const { min, mean, max, stddev } = moments;
    return { min, median, mean, p95, max, stddev };
  }

  #withinExtremes(value: number): number {
    return Math.min(this.#moments.max, Math.max(this.#moments.min, value));
  }
}

/**
 * The quantile of values that are sorted upwards, by linear interpolation between the two nearest
 * ranks (Hyndman and Fan 1996, definition 7); NaN for no values.
 *
 * @param sortedValues ascending.
 * @param share in [0, 1].
 * @throws {RangeError} when the share is outside.
 */
export function exactQuantile(sortedValues: ArrayLike<number>, share: number): number {
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`Cannot take quantile ${share}: a share from 0 to 1 is wanted`);
  }
  const rank = share * (sortedValues.length - 1);
  const below = sortedValues[Math.floor(rank)];
  const above = sortedValues[Math.ceil(rank)];
  if (below === undefined || above === undefined) return NaN;
  return below + (above - below) * (rank - Math.floor(rank));
}

function sorted(values: readonly number[]): Float64Array {
  return new Float64Array(values).sort();
}
