/** The plain intersection of offset intervals, for clocks that do not drift while we look. */

import { type BoundedMs, boundedMs } from "../measurement/interval.ts";

/**
 * Running intersection of the offset intervals of many probes; constant time and memory.
 *
 * It ignores drift: 50 ppm is 5 ms in 100 s. Use it for runs of a second or two, or as a quick answer;
 * ClockTracker fits the drift as well.
 */
export class OffsetInterval {
  #lowerMs = -Infinity;
  #upperMs = Infinity;
  #count = 0;

  /** How many intervals were added since the last clear(). */
  get count(): number {
    return this.#count;
  }

  /** Whether the intervals contradict each other: a clock moved, or a host lied. */
  get empty(): boolean {
    return this.#lowerMs > this.#upperMs;
  }

  /** The intersection; undefined before the first interval and when it is empty. */
  get bounds(): BoundedMs | undefined {
    if (this.#count === 0 || this.empty) return undefined;
    return boundedMs(this.#lowerMs, this.#upperMs - this.#lowerMs);
  }

  /**
   * Adds one interval.
   *
   * @returns whether it narrowed the intersection.
   */
  add(interval: { readonly lowerMs: number; readonly upperMs: number }): boolean {
    this.#count += 1;
    const narrows = interval.lowerMs > this.#lowerMs || interval.upperMs < this.#upperMs;
    this.#lowerMs = Math.max(this.#lowerMs, interval.lowerMs);
    this.#upperMs = Math.min(this.#upperMs, interval.upperMs);
    return narrows;
  }

  /** Forgets everything, to restart after a step. */
  clear(): void {
    this.#lowerMs = -Infinity;
    this.#upperMs = Infinity;
    this.#count = 0;
  }
}
