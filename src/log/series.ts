/**
 * A series over time in bounded memory: buckets of equal width on the grid of Unix time. Whenever there are too many
 * of them the width doubles and neighbours are joined, so that any order of records gives the same buckets.
 */

import { Bucket } from "./bucket.ts";

/** Width of the first buckets, seconds: a power of two, so that all grids fit into each other. */
const FINEST_S = 2 ** -10;

/** Buckets of one target. */
export class Series {
  #widthS = FINEST_S;
  #buckets = new Map<number, Bucket>();
  /** The bucket of the last record, where the next one mostly falls. */
  #last: { readonly index: number; readonly bucket: Bucket } | undefined;

  /** Width of the buckets, seconds. */
  get widthS(): number {
    return this.#widthS;
  }

  /** Number of buckets that hold something. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * The bucket of a moment, to add something to it now.
   *
   * @param timeS Unix time in seconds
   * @param capacity buckets that may be kept, at least 2
   */
  at(timeS: number, capacity: number): Bucket {
    let bucket = this.#at(timeS);
    if (this.#buckets.size > capacity) {
      this.shrink(capacity);
      bucket = this.#at(timeS);
    }
    bucket.touch(timeS);
    return bucket;
  }

  /** Joins neighbours until no more than `capacity` buckets are left. */
  shrink(capacity: number): void {
    while (this.#buckets.size > Math.max(2, capacity)) this.#double();
  }

  /** The buckets in order of time. */
  sorted(): Bucket[] {
    return [...this.#buckets].sort(([a], [b]) => a - b).map(([, bucket]) => bucket);
  }

  #at(timeS: number): Bucket {
    const index = Math.floor(timeS / this.#widthS);
    if (this.#last?.index === index) return this.#last.bucket;
    let bucket = this.#buckets.get(index);
    if (bucket === undefined) this.#buckets.set(index, bucket = new Bucket());
    this.#last = { index, bucket };
    return bucket;
  }

  #double(): void {
    const joined = new Map<number, Bucket>();
    for (const [index, bucket] of this.#buckets) {
      const half = Math.floor(index / 2);
      const first = joined.get(half);
      if (first === undefined) joined.set(half, bucket);
      else first.addAll(bucket);
    }
    this.#widthS *= 2;
    this.#buckets = joined;
    this.#last = undefined;
  }
}
