import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Permutation } from "../../../src/scan/permutation.ts";

Deno.test("every value once, for every small size and several seeds", () => {
  for (let size = 1; size <= 300; size++) {
    for (const seed of [0, 1, 2 ** 40 + 7]) {
      const permutation = new Permutation(size, seed);
      const seen = new Uint8Array(size);
      for (let position = 0; position < size; position++) {
        const value = permutation.at(position);
        assert(Number.isInteger(value) && value >= 0 && value < size, `${value} of ${size}`);
        seen[value] = 1;
      }
      assert(seen.every((mark) => mark === 1), `size ${size}, seed ${seed} misses a value`);
    }
  }
});

Deno.test("every value once, around powers of two up to a million", () => {
  for (const size of [65_535, 65_536, 65_537, 131_071, 524_289, 1_000_003]) {
    const permutation = new Permutation(size, 99);
    const seen = new Uint8Array(size);
    for (let position = 0; position < size; position++) seen[permutation.at(position)] = 1;
    assert(seen.every((mark) => mark === 1), `size ${size} misses a value`);
  }
});

Deno.test("beyond 2^31: in range, without repetition in a large sample", () => {
  for (const size of [2 ** 31 + 11, 3_702_258_432, 2 ** 32]) {
    const permutation = new Permutation(size, 7);
    const seen = new Set<number>();
    const step = Math.floor(size / 200_000);
    for (let sample = 0; sample < 200_000; sample++) {
      const value = permutation.at(size - 1 - sample * step);
      assert(Number.isInteger(value) && value >= 0 && value < size, `${value} of ${size}`);
      seen.add(value);
    }
    assertEquals(seen.size, 200_000);
  }
});

Deno.test("a stretch of positions spreads evenly over the domain", () => {
  const size = 3_000_000_000, cells = 256, draws = 256_000;
  for (const seed of [1, 2, 3]) {
    const permutation = new Permutation(size, seed);
    const counts = new Float64Array(cells);
    for (let position = 0; position < draws; position++) {
      const cell = Math.floor(permutation.at(position) / size * cells);
      counts[cell] = (counts[cell] as number) + 1;
    }
    const expected = draws / cells;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 255 degrees of freedom: mean 255, standard deviation 22.6. Fixed seeds, so no flicker.
    assert(chiSquare > 150 && chiSquare < 370, `seed ${seed}: chi-square ${chiSquare}`);
  }
});

Deno.test("neighbours part: successive values are not serially correlated", () => {
  const size = 2 ** 24, draws = 100_000;
  const permutation = new Permutation(size, 5);
  let sum = 0;
  for (let position = 0; position < draws; position++) {
    const here = permutation.at(position) / size - 0.5,
      next = permutation.at(position + 1) / size - 0.5;
    sum += here * next;
  }
  // Standard deviation of the mean product of two uniform variables: (1/12) / sqrt(draws).
  assert(Math.abs(sum / draws) < 4 / 12 / Math.sqrt(draws), `mean product ${sum / draws}`);
});

Deno.test("the order depends on every bit of the seed and on nothing else", () => {
  const order = (seed: number) => {
    const permutation = new Permutation(1_000_000, seed);
    return Array.from({ length: 8 }, (_, position) => permutation.at(position)).join();
  };
  assertEquals(order(42), order(42));
  for (let bit = 0; bit < 53; bit++) assertNotEquals(order(42), order(42 + 2 ** bit), `bit ${bit}`);
});

Deno.test("sizes and seeds out of range are refused", () => {
  for (const size of [0, -1, 1.5, NaN, 2 ** 32 + 1]) {
    assertThrows(() => new Permutation(size, 1), RangeError);
  }
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => new Permutation(10, seed), RangeError);
  }
});

Deno.test("the order of a seed is the same in every version: checkpoints resume with it", () => {
  const orders: readonly (readonly [size: number, seed: number, first: readonly number[]])[] = [
    [3, 1, [0, 2, 1]],
    [4, 1, [0, 2, 3, 1]],
    [1000, 1, [866, 236, 929, 282, 246, 757]],
    [2 ** 24, 0xdeadbeef, [10609520, 3626348, 3156842, 10943024, 5340579, 15568933]],
    [2 ** 32, 7, [3264657979, 629604638, 275591051, 2264112765, 3478470166, 2465462967]],
  ];
  for (const [size, seed, first] of orders) {
    const permutation = new Permutation(size, seed);
    assertEquals(first.map((_, position) => permutation.at(position)), first, `seed ${seed}`);
  }
});
