/** Random numbers that repeat: the same seed gives the same test on every machine. */

/** A seeded generator (xoshiro128**, Blackman and Vigna 2018); not for secrets. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Starts the sequence of an unsigned 32-bit seed. */
  constructor(seed: number) {
    // SplitMix32 spreads the seed over the state, which must not be all zero.
    let state = seed >>> 0;
    const next = () => {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      return (mixed ^ (mixed >>> 16)) >>> 0;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1;
  }

  /** An unsigned 32-bit number. */
  u32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** An integer from 0 to `bound` − 1; `bound` is at most 2^32. */
  below(bound: number): number {
    return Math.floor(this.u32() / 0x100000000 * bound);
  }

  /** An integer from `least` to `greatest`. */
  between(least: number, greatest: number): number {
    return least + this.below(greatest - least + 1);
  }

  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.u32() < probability * 0x100000000;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("Cannot pick from nothing");
    return items[this.below(items.length)] as T;
  }

  /** Fills a buffer and returns it. */
  fill(bytes: Uint8Array): Uint8Array {
    for (let index = 0; index < bytes.length; index++) bytes[index] = this.u32();
    return bytes;
  }

  /** So many random octets. */
  octets(lengthBytes: number): Uint8Array {
    return this.fill(new Uint8Array(lengthBytes));
  }

  /** A number of so many bits, its least and greatest values far more often than by chance. */
  edgy(bits: 4 | 8 | 16 | 32): number {
    const greatest = 2 ** bits - 1;
    if (this.chance(0.25)) return this.pick([0, 1, greatest >>> 1, greatest - 1, greatest]);
    return this.u32() >>> (32 - bits);
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
