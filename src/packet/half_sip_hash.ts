/**
 * HalfSipHash-2-4: the 32-bit member of the SipHash family of keyed hashes.
 *
 * Source: J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012,
 * and their reference implementation. Whole 32-bit words suit numbers that V8 keeps in registers,
 * which the 64-bit SipHash does not.
 */

/** A secret of 64 bits, as two unsigned 32-bit words. */
export interface HashKey {
  /** First word. */
  readonly k0: number;
  /** Second word. */
  readonly k1: number;
}

/** A fresh key from the system's random number generator. */
export function randomHashKey(): HashKey {
  const [k0 = 0, k1 = 0] = crypto.getRandomValues(new Uint32Array(2));
  return { k0, k1 };
}

/** The length of the message, eight octets, where the algorithm expects it: the top octet of the last word. */
const FINAL_WORD = 8 << 24;

/**
 * Hashes a message of two 32-bit words (eight octets, each word little-endian).
 *
 * @param k0 first word of the key
 * @param k1 second word of the key
 * @returns 32 bits, unsigned; indistinguishable from random to anyone without the key
 */
export function halfSipHash(k0: number, k1: number, word0: number, word1: number): number {
  let v0 = k0 | 0, v1 = k1 | 0, v2 = k0 ^ 0x6c796765, v3 = k1 ^ 0x74656462 ^ word0;
  // Three words of two rounds each, then four rounds to finish. Between two pairs of rounds one
  // word is left behind in v0 and the next one enters in v3.
  for (let pair = 0; pair < 5; pair++) {
    for (let round = 0; round < 2; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    if (pair === 0) {
      v0 ^= word0;
      v3 ^= word1;
    } else if (pair === 1) {
      v0 ^= word1;
      v3 ^= FINAL_WORD;
    } else if (pair === 2) {
      v0 ^= FINAL_WORD;
      v2 ^= 0xff;
    }
  }
  return (v1 ^ v3) >>> 0;
}
