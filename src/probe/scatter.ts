/**
 * A keyed permutation of the 16-bit numbers: a Feistel network of four rounds over two octets (Luby and Rackoff, "How to
 * construct pseudorandom permutations from pseudorandom functions", 1988), each round HalfSipHash of the key.
 *
 * Sequence numbers that go through it differ for 65 536 probes, and a host that has seen some of them cannot name another.
 */

import { halfSipHash, type HashKey } from "../packet/half_sip_hash.ts";

const ROUNDS = 4;
/** Hashes of rounds start here; cookies of probes are below (probe_numbers.ts). */
const ROUND_WORD = 0x80000000;

/** Where `number`, 16 bits, comes to stand in the permutation of that address. */
export function scatter({ k0, k1 }: HashKey, address: number, number: number): number {
  let left = number >>> 8 & 0xff, right = number & 0xff;
  for (let round = 0; round < ROUNDS; round++) {
    const mixed = left ^ (halfSipHash(k0, k1, address, ROUND_WORD + (round << 8) + right) & 0xff);
    left = right;
    right = mixed;
  }
  return left << 8 | right;
}
