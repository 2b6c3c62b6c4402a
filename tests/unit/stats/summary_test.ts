import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  CentredSketch,
  exactQuantile,
  SeriesSummary,
  SKETCH_RELATIVE_ERROR,
} from "../../../src/stats/mod.ts";
import { Random } from "../../lab/random.ts";

Deno.test("exact quantiles interpolate between ranks", () => {
  assertEquals(exactQuantile([1, 2, 3, 4], 0.5), 2.5);
  assertEquals(exactQuantile([1, 2, 3], 0.5), 2);
  assertEquals(exactQuantile([7], 0.95), 7);
  assertEquals(exactQuantile([0, 10], 0.95), 9.5);
  assertEquals(exactQuantile([], 0.5), NaN);
  assertEquals([exactQuantile([1, 5, 6], 0), exactQuantile([1, 5, 6], 1)], [1, 6]);
  for (const share of [1.5, -0.1, NaN]) {
    assertThrows(() => exactQuantile([1, 2], share), RangeError, `${share}`);
  }
});

Deno.test("a short series is exact", () => {
  const series = new SeriesSummary();
  for (const value of [5, 1, 4, 2, 3]) series.add(value);
  assertEquals(series.exact, true);
  const summary = series.summary();
  assert(summary !== undefined);
  assertEquals([summary.min, summary.median, summary.mean, summary.max], [1, 3, 3, 5]);
  assertAlmostEquals(summary.p95, 4.8, 1e-12);
  assertAlmostEquals(summary.stddev, Math.sqrt(2.5), 1e-12);
});

Deno.test("an empty series has no summary, and nonsense is refused", () => {
  const series = new SeriesSummary();
  assertEquals(series.summary(), undefined);
  assertEquals(series.quantile(0.5), NaN);
  assertThrows(() => series.add(NaN), RangeError);
  assertThrows(() => series.add(Infinity), RangeError);
  assertThrows(() => new SeriesSummary(0), RangeError);
  assertThrows(() => new SeriesSummary(1.5), RangeError);
  assertEquals(series.count, 0);
});

Deno.test("a series keeps 256 values, and its summary goes on without them", () => {
  const series = new SeriesSummary();
  for (let value = 1; value <= 256; value += 1) series.add(value);
  assertEquals([series.exact, series.summary()?.median], [true, 128.5]);
  series.add(257);
  const { median, p95, min, max } = series.summary() ?? {};
  assertEquals([series.exact, min, max], [false, 1, 257]);
  assertEquals([median, p95], [series.quantile(0.5), series.quantile(0.95)]);
});

Deno.test("a series that may keep one value keeps one", () => {
  const series = new SeriesSummary(1);
  series.add(3);
  assertEquals([series.exact, series.quantile(0.5)], [true, 3]);
  series.add(5);
  assertEquals([series.exact, series.count], [false, 2]);
});

Deno.test("a long series keeps its quantiles within the stated error, however large its constant", () => {
  for (const constant of [0, -42_000_000, 43_199_000]) {
    const random = new Random(7);
    const series = new SeriesSummary(256);
    const first: number[] = [];
    const all: number[] = [];
    for (let index = 0; index < 20_000; index += 1) {
      // Exponential delays with a heavy tail now and then.
      const delay = -Math.log(1 - random.unit()) * (random.unit() < 0.01 ? 100 : 2);
      const value = constant + 10 + delay;
      series.add(value);
      all.push(value);
      if (first.length <= 256) first.push(value);
    }
    assertEquals(series.exact, false);
    const centre = exactQuantile(Float64Array.from(first).sort(), 0.5);
    const sorted = Float64Array.from(all).sort();
    for (const share of [0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1]) {
      const truth = sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
      const allowed = SKETCH_RELATIVE_ERROR * Math.abs(truth - centre) + 2e-6;
      assertAlmostEquals(series.quantile(share), truth, allowed, `share ${share} of ${constant}`);
    }
  }
});

Deno.test("the sketch handles equal values, both sides and enormous distances", () => {
  const sketch = new CentredSketch(5);
  assertEquals(sketch.quantile(0.5), NaN);
  for (let index = 0; index < 10; index += 1) sketch.add(5);
  assertEquals(sketch.quantile(0.5), 5);
  sketch.add(-1e30);
  sketch.add(1e30);
  assertEquals(sketch.quantile(0.5), 5);
  assert(sketch.quantile(0) < -1e6);
  assert(sketch.quantile(1) > 1e6);
});
