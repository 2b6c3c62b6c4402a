import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { BucketHistogram } from "../../../src/prometheus/bucket_histogram.ts";

Deno.test("histogram: a value at a bound is in its bucket, and no other", () => {
  const histogram = new BucketHistogram([0.1, 1]);
  for (const value of [0.05, 0.1, 0.1000001, 1, 7]) histogram.add(value);
  assertEquals([0, 1, 2, 3].map((place) => histogram.countAt(place)), [2, 2, 1, 0]);
  assertAlmostEquals(histogram.sum, 8.2500001, 1e-9);
});

Deno.test("histogram: bounds must ascend", () => {
  for (const bounds of [[1, 1], [2, 1], [NaN], [1, Infinity]]) {
    assertThrows(() => new BucketHistogram(bounds), RangeError, "expected ascending bounds");
  }
});

Deno.test("histogram: no value lowers the sum, or spoils it", () => {
  const histogram = new BucketHistogram([0.1]);
  for (const value of [1, -2, NaN, 0.05]) histogram.add(value);
  assertEquals([0, 1].map((place) => histogram.countAt(place)), [2, 1]);
  assertEquals(histogram.sum, 1.05);
});
