import { assertEquals, assertThrows } from "@std/assert";
import { DelayVariation } from "../../../src/stats/mod.ts";

Deno.test("only consecutive answered probes form a pair", () => {
  const variation = new DelayVariation();
  variation.add(0, 10);
  variation.add(1, 12);
  variation.add(3, 50); // 2 was lost
  assertEquals(variation.pairs, 1);
  assertEquals(variation.last, 2);
  variation.add(4, 47);
  assertEquals(variation.pairs, 2);
  assertEquals(variation.last, -3);
  const summary = variation.summary();
  assertEquals([summary?.min, summary?.max, summary?.mean], [2, 3, 2.5]);
});

Deno.test("order of arrival does not matter, duplicates do not count", () => {
  const variation = new DelayVariation();
  variation.add(2, 30);
  variation.add(1, 20); // late: pairs with 2
  assertEquals(variation.pairs, 1);
  assertEquals(variation.last, 10);
  variation.add(0, 15);
  assertEquals(variation.pairs, 2);
  assertEquals(variation.last, 5);
  variation.add(1, 99);
  assertEquals(variation.pairs, 2);
});

Deno.test("a reply far too late neither pairs nor displaces", () => {
  const variation = new DelayVariation();
  variation.add(200, 1);
  variation.add(200 - 128, 2);
  variation.add(201, 4);
  assertEquals(variation.pairs, 1);
  assertEquals(variation.last, 3);
});

Deno.test("replies pair as long as they arrive at most 128 sequence numbers apart", () => {
  /** The pairs that probe 1 forms when it is answered after all others up to the last. */
  const pairsOfOne = (last: number): number => {
    const variation = new DelayVariation();
    for (const sequence of [0, ...Array.from({ length: last - 1 }, (_, index) => index + 2)]) {
      variation.add(sequence, sequence ** 2);
    }
    const before = variation.pairs;
    variation.add(1, 1);
    return variation.pairs - before;
  };
  // With both neighbours; with the later one alone, since the earlier is forgotten; not at all.
  assertEquals([127, 128, 129].map(pairsOfOne), [2, 1, 0]);
});

Deno.test("no pairs, no summary; wrapped or fractional sequences are refused", () => {
  const variation = new DelayVariation();
  assertEquals(variation.summary(), undefined);
  assertThrows(() => variation.add(-1, 1), RangeError);
  assertThrows(() => variation.add(0.5, 1), RangeError);
});
