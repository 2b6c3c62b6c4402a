/**
 * Random numbers that depend on the seed, the host and the request alone: the same requests to a host have the same
 * fate, whatever other hosts are asked meanwhile.
 */

import { halfSipHash } from "../packet/half_sip_hash.ts";

/** What a number is drawn for. */
export const PURPOSE = {
  lossOut: 0,
  lossBack: 1,
  duplicate: 2,
  reorder: 3,
  icmpError: 4,
  outJitter: 5,
  backJitter: 6,
  receive: 7,
  transmit: 8,
  identification: 9,
} as const;

const PURPOSES = 16;

/** Draws the numbers of one run. */
export class Draw {
  readonly #seed: number;

  /** `seed` is an unsigned 32-bit number. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** 32 random bits for one request of one host. */
  bits(address: number, request: number, purpose: number): number {
    return halfSipHash(this.#seed, 0, address, request * PURPOSES + purpose);
  }

  /** True in `ratio` of all cases, 0 to 1. */
  chance(ratio: number, address: number, request: number, purpose: number): boolean {
    if (ratio <= 0) return false;
    return ratio >= 1 || this.bits(address, request, purpose) < ratio * 2 ** 32;
  }

  /** A delay with an exponential distribution and this mean, at least 0. */
  exponential(mean: number, address: number, request: number, purpose: number): number {
    if (mean <= 0) return 0;
    // From 2^-33 up: the logarithm is finite.
    return -Math.log((this.bits(address, request, purpose) + 0.5) / 2 ** 32) * mean;
  }
}
