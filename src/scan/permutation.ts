/**
 * A keyed pseudo-random permutation of 0 … size − 1 in constant memory.
 *
 * A Feistel network permutes the smallest power of two that holds the domain; a value that falls
 * outside the domain is permuted again until it falls inside (cycle walking: J. Black and
 * P. Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002; masscan orders its targets by
 * a network of the same family). The power is less than twice the size, so that takes fewer than two turns on average.
 * Any position can be reached at once, which is what shards and a resumed scan need; the
 * alternative, a cyclic group as in zmap (Z. Durumeric et al., USENIX Security 2013), must be
 * walked or raised to a power, and is no faster here (bench/scan_bench.ts).
 */

/** Rounds of the network: four make a strong pseudo-random permutation (M. Luby and C. Rackoff 1988). */
const ROUNDS = 4;

/** Largest domain: all of IPv4. */
const MAX_SIZE = 2 ** 32;

/** The order in which a scan visits its index space. */
export class Permutation {
  /** Number of values permuted, 1 to 2^32. */
  readonly size: number;
  readonly #roundKeys: Int32Array;
  readonly #lowBits: number;
  readonly #lowMask: number;
  readonly #highMask: number;

  /**
   * Draws the order.
   *
   * @param size number of values, an integer from 1 to 2^32
   * @param seed any safe integer from 0; the same seed gives the same order on every machine
   * @throws {RangeError} when either is out of range
   */
  constructor(size: number, seed: number) {
    if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
      throw new RangeError(`Cannot permute ${size} values: the size must be 1 to 2^32`);
    }
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(
        `Cannot permute with seed ${seed}: it must be an integer, 0 to 2^53 - 1`,
      );
    }
    this.size = size;
    // At least two bits, so that both halves have one and every round does something.
    const bits = Math.max(2, Math.ceil(Math.log2(size)));
    this.#lowBits = bits >> 1;
    this.#lowMask = 2 ** this.#lowBits - 1;
    this.#highMask = 2 ** (bits - this.#lowBits) - 1;
    this.#roundKeys = expandSeed(seed, ROUNDS);
  }

  /**
   * The value at a position.
   *
   * @param position an integer, 0 to size − 1
   * @returns an integer, 0 to size − 1, different for each position
   */
  at(position: number): number {
    const keys = this.#roundKeys;
    const lowBits = this.#lowBits, lowMask = this.#lowMask, highMask = this.#highMask;
    let value = position;
    do {
      let low = value & lowMask;
      let high = (value >>> lowBits) & highMask;
      high ^= mix(low ^ (keys[0] as number)) & highMask;
      low ^= mix(high ^ (keys[1] as number)) & lowMask;
      high ^= mix(low ^ (keys[2] as number)) & highMask;
      low ^= mix(high ^ (keys[3] as number)) & lowMask;
      value = ((high << lowBits) | low) >>> 0;
    } while (value >= this.size);
    return value;
  }
}

/** Spreads every input bit over all 32 output bits (the finalizer of MurmurHash3, public domain). */
function mix(input: number): number {
  let bits = Math.imul(input ^ (input >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** Independent 32-bit words from one seed of up to 53 bits. */
function expandSeed(seed: number, count: number): Int32Array {
  const words = new Int32Array(count);
  const low = seed % MAX_SIZE, high = Math.floor(seed / MAX_SIZE);
  let state = mix(high ^ 0x5bf03635);
  for (let index = 0; index < count; index++) {
    state = mix((state + low + Math.imul(index + 1, 0x9e3779b9)) | 0);
    words[index] = state;
  }
  return words;
}
