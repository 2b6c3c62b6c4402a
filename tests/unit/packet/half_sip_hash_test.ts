import { assert, assertEquals } from "@std/assert";
import { halfSipHash, randomHashKey } from "../../../src/packet/half_sip_hash.ts";
import { Random } from "../../lab/random.ts";

/** HalfSipHash-2-4 of some words as J.-P. Aumasson and D. J. Bernstein describe it, a word at a time. */
function describedHash(k0: number, k1: number, ...words: readonly number[]): number {
  const turn = (word: number, bits: number) => word << bits | word >>> 32 - bits;
  let [v0, v1, v2, v3] = [k0, k1, k0 ^ 0x6c796765, k1 ^ 0x74656462];
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      v0 = v0 + v1 | 0, v1 = turn(v1, 5) ^ v0, v0 = turn(v0, 16);
      v2 = v2 + v3 | 0, v3 = turn(v3, 8) ^ v2;
      v0 = v0 + v3 | 0, v3 = turn(v3, 7) ^ v0;
      v2 = v2 + v1 | 0, v1 = turn(v1, 13) ^ v2, v2 = turn(v2, 16);
    }
  };
  for (const word of [...words, 4 * words.length << 24]) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  v2 ^= 0xff;
  rounds(4);
  return (v1 ^ v3) >>> 0;
}

Deno.test("the reference vector for eight octets", () => {
  // Key 00 … 07, message 00 … 07, from the authors' vectors for a 32-bit result: d0 b8 84 8f.
  assertEquals(halfSipHash(0x03020100, 0x07060504, 0x03020100, 0x07060504), 0x8f84b8d0);
  assertEquals(describedHash(0x03020100, 0x07060504, 0x03020100, 0x07060504), 0x8f84b8d0);
});

Deno.test("any key and message give what the description of the hash does", () => {
  const random = new Random(5);
  const word = () => Math.floor(random.unit() * 2 ** 32);
  for (let round = 0; round < 100; round++) {
    const [k0, k1, word0, word1] = [word(), word(), word(), word()];
    assertEquals(halfSipHash(k0, k1, word0, word1), describedHash(k0, k1, word0, word1));
  }
});

Deno.test("every bit of key and message changes about half of the result", () => {
  const base = [0x01234567, 0x89abcdef, 0x0a4d0001, 43_200_000] as const;
  const before = halfSipHash(...base);
  let flipped = 0;
  for (let bit = 0; bit < 128; bit++) {
    const changed = [...base] as [number, number, number, number];
    changed[bit >> 5] = ((changed[bit >> 5] as number) ^ (1 << (bit & 31))) >>> 0;
    let difference = halfSipHash(...changed) ^ before;
    assert(difference !== 0, `bit ${bit} has no effect`);
    for (; difference !== 0; difference &= difference - 1) flipped++;
  }
  // 4096 fair coins: 2048 ± 32 (one standard deviation). The input is fixed, so this cannot flicker.
  assert(Math.abs(flipped - 2048) < 160, `${flipped} of 4096 bits flipped`);
});

Deno.test("keys are drawn afresh", () => {
  const keys = Array.from({ length: 4 }, () => JSON.stringify(randomHashKey()));
  assertEquals(new Set(keys).size, 4);
});
