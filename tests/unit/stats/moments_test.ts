import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RunningMoments } from "../../../src/stats/mod.ts";

Deno.test("moments of a known series", () => {
  const moments = new RunningMoments();
  for (const value of [2, 4, 4, 4, 5, 5, 7, 9]) moments.add(value);
  assertEquals(moments.count, 8);
  assertEquals(moments.mean, 5);
  assertEquals(moments.min, 2);
  assertEquals(moments.max, 9);
  assertAlmostEquals(moments.variance, 32 / 7, 1e-12);
  assertAlmostEquals(moments.stddev, Math.sqrt(32 / 7), 1e-12);
});

Deno.test("no value and one value", () => {
  const moments = new RunningMoments();
  assertEquals(moments.mean, NaN);
  assertEquals(moments.stddev, NaN);
  moments.add(3);
  assertEquals(moments.mean, 3);
  assertEquals(moments.stddev, 0);
});

Deno.test("one value is its own mean, however small", () => {
  const moments = new RunningMoments();
  moments.add(1e-20);
  assertEquals([moments.mean, moments.min, moments.max], [1e-20, 1e-20, 1e-20]);
});

Deno.test("small deviations survive a large constant", () => {
  const moments = new RunningMoments();
  for (let index = 0; index < 10_000; index += 1) moments.add(43_000_000 + (index % 2) * 0.001);
  assertAlmostEquals(moments.stddev, 0.0005, 1e-6);
});
