/**
 * Seeded random numbers for the lab: the same seed gives the same run.
 *
 * Each request of each host draws from a stream of its own, so what happens to it depends
 * neither on the order in which other hosts were asked nor on what became of earlier requests.
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

/** A stream of random numbers (sfc32: 128 bits of state, a 32-bit counter within). */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** A stream that depends on both words, each any integer. */
  constructor(seed: number, stream: number) {
    this.restart(seed, stream);
  }

  /** Starts again as another stream. */
  restart(seed: number, stream: number): void {
    this.#a = mix(seed | 0, stream | 0) | 0;
    this.#b = mix(stream | 0, seed | 0) | 0;
    this.#c = seed | 0;
    this.#counter = 1;
    for (let i = 0; i < 12; i++) this.nextU32();
  }

  /** The next whole number, 0 to 4,294,967,295. */
  nextU32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return sum >>> 0;
  }

  /** The next number in [0, 1), with 32 random bits. */
  nextUnit(): number {
    return this.nextU32() / 4294967296;
  }

  /** A whole number in [0, limit). */
  nextBelow(limit: number): number {
    return Math.floor(this.nextUnit() * limit);
  }

  /** True with the probability `ratio` (0 to 1). Always draws, so that a ratio of 0 keeps the stream in step. */
  nextChance(ratio: number): boolean {
    return this.nextUnit() < ratio;
  }

  /** A number from the exponential distribution with this mean. */
  nextExponential(mean: number): number {
    return -mean * Math.log(1 - this.nextUnit());
  }
}
