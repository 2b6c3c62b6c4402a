/**
 * Seeded random numbers, for the lab and for every test: the same seed gives the same run on every machine.
 *
 * In the lab each request of each host draws from its own stream, so what happens to it depends neither on the
 * order of the requests to other hosts nor on what became of earlier requests.
 */

/** Mixes two 32-bit words into one (the finalizer of MurmurHash3 over their combination). */
export function mix(first: number, second: number): number {
  let hash = Math.imul(first ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(second + 0x7f4a7c15, 0xc2b2ae35);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}

/** A stream of random numbers (sfc32: 128 bits of state, a 32-bit counter within); not for secrets. */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** A stream that depends on both words, each any integer. */
  constructor(seed: number, stream = 0) {
    this.restart(seed, stream);
  }

  /** Starts again as another stream. */
  restart(seed: number, stream: number): void {
    this.#a = mix(seed | 0, stream | 0) | 0;
    this.#b = mix(stream | 0, seed | 0) | 0;
    this.#c = seed | 0;
    this.#counter = 1;
    for (let i = 0; i < 12; i++) this.u32();
  }

  /** A whole number, 0 to 4,294,967,295. */
  u32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1), with 32 random bits. */
  unit(): number {
    return this.u32() / 0x100000000;
  }

  /** A whole number in [0, limit); `limit` is at most 2^32. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  /** A whole number from `least` to `greatest`, both included. */
  between(least: number, greatest: number): number {
    return least + this.below(greatest - least + 1);
  }

  /** True with the probability `ratio` (0 to 1). Always draws, so that a ratio of 0 keeps the stream in step. */
  chance(ratio: number): boolean {
    return this.unit() < ratio;
  }

  /** A number from the exponential distribution with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }

  /**
   * One of the items.
   *
   * @throws {RangeError} There are none.
   */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("Cannot pick an item: the list is empty");
    return items[this.below(items.length)] as T;
  }

  /** Fills a buffer and returns it. */
  fill(bytes: Uint8Array): Uint8Array {
    for (let index = 0; index < bytes.length; index++) bytes[index] = this.u32();
    return bytes;
  }

  /** A new buffer of random octets. */
  octets(lengthBytes: number): Uint8Array {
    return this.fill(new Uint8Array(lengthBytes));
  }

  /** A number of `bits` bits; its least and greatest values come far more often than by chance. */
  edgy(bits: 4 | 8 | 16 | 32): number {
    const greatest = 2 ** bits - 1;
    if (this.chance(0.25)) return this.pick([0, 1, greatest >>> 1, greatest - 1, greatest]);
    return this.u32() >>> (32 - bits);
  }
}
