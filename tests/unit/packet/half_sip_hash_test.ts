import { assert, assertEquals } from "@std/assert";
import { halfSipHash, randomHashKey } from "../../../src/packet/half_sip_hash.ts";

Deno.test("the reference vector for eight octets", () => {
  // Key 00 … 07, message 00 … 07, from the authors' vectors for a 32-bit result: d0 b8 84 8f.
  assertEquals(halfSipHash(0x03020100, 0x07060504, 0x03020100, 0x07060504), 0x8f84b8d0);
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
