import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { CentredSketch, SKETCH_RELATIVE_ERROR } from "../../../src/stats/sketch.ts";
import { DelayBaseline, RunningMinimum } from "../../../src/stats/baseline.ts";
import { Random } from "../../lab/random.ts";

function sketchOf(centre: number, values: readonly number[]): CentredSketch {
  const sketch = new CentredSketch(centre);
  for (const value of values) sketch.add(value);
  return sketch;
}

Deno.test("sketch: a single value is known to 1 % of its distance, over all distances", () => {
  for (let distance = 1e-5; distance < 1e8; distance *= 1.237) {
    for (const value of [100 + distance, 100 - distance]) {
      const found = sketchOf(100, [value]).quantile(0.5);
      const error = Math.abs(found - value) / distance;
      assert(error <= SKETCH_RELATIVE_ERROR + 1e-6, `${value}: ${found}`);
    }
  }
});

Deno.test("sketch: values within a nanosecond of the centre are at it", () => {
  assertEquals(sketchOf(0, [1e-6]).quantile(1), 0);
  assertEquals(sketchOf(5, [5 + 0.9e-6, 5 - 0.9e-6, 5]).quantile(1), 5);
  assert(sketchOf(5, [5 + 1.1e-6]).quantile(1) > 5);
  assert(sketchOf(5, [5 - 1.1e-6]).quantile(1) < 5);
  assertEquals(sketchOf(5, []).count, 0);
  assertEquals(sketchOf(5, [1, 2, 3]).count, 3);
  assert(Number.isNaN(sketchOf(5, []).quantile(0.5)));
});

Deno.test("sketch: a quantile is the value of that rank, rounded down", () => {
  const values = [-40, -7, 5, 5, 9, 30];
  const sketch = sketchOf(5, values);
  for (
    const [share, value] of [[0, -40], [0.19, -40], [0.2, -7], [0.4, 5], [0.79, 5], [0.8, 9], [
      1,
      30,
    ]] as const
  ) {
    const distance = Math.abs(value - 5);
    assertAlmostEquals(sketch.quantile(share), value, 0.0101 * distance + 1e-9, `${share}`);
  }
});

Deno.test("sketch: distances that are too large to be told apart are one", () => {
  const most = sketchOf(0, [1e30]).quantile(1);
  // 1e15 times a nanosecond, in milliseconds.
  assert(most >= 0.97e9 && most <= 1.03e9, `${most}`);
  assertEquals(sketchOf(0, [1e40]).quantile(1), most);
});

Deno.test("running minimum: that of the parts which the window covers, whatever the order", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const parts = random.pick([1, 2, 5, 12]);
    const running = new RunningMinimum({ windowNs: parts * 10, parts });
    const seen: { part: number; value: number }[] = [];
    let newest = -Infinity, atNs = random.between(-500, 500);
    for (let step = 0; step < 80; step++) {
      atNs += random.pick([0, 1, 7, 10, 35, -12, -60]);
      const part = Math.floor(atNs / 10);
      const value = random.between(0, 1000);
      seen.push({ part, value });
      running.add(atNs, value);
      newest = Math.max(newest, part);
      const inside = seen.filter((each, index) =>
        each.part > newest - parts &&
        // What was older than the window when it came does not count later either.
        each.part > Math.max(...seen.slice(0, index + 1).map((one) => one.part)) - parts
      );
      assertEquals(running.minimum, Math.min(...inside.map((each) => each.value)), `seed ${seed}`);
    }
    running.clear();
    assertEquals(running.minimum, undefined);
  }
});

Deno.test("running minimum: a minute in twelve parts unless it is said otherwise", () => {
  const running = new RunningMinimum();
  running.add(0, 1);
  running.add(59.9e9, 5);
  assertEquals(running.minimum, 1);
  running.add(60e9, 9);
  assertEquals(running.minimum, 5);
  running.add(115e9, 7);
  assertEquals(running.minimum, 7);
});

/** A change of both delays from 20 ms out and 30 ms back: taken for a step, the new delays are the baselines. */
function isStep(outMs: number, backMs: number): boolean {
  const baseline = new DelayBaseline();
  baseline.add(0, 20, 30);
  const change = baseline.add(1e9, 20 + outMs, 30 + backMs);
  const isTaken = baseline.outMs === 20 + outMs && baseline.backMs === 30 + backMs;
  assertEquals(change.outMs, isTaken ? 0 : Math.max(0, outMs));
  assertEquals(change.backMs, isTaken ? 0 : Math.max(0, backMs));
  return isTaken;
}

Deno.test("baseline: opposite changes of more than 5 ms, equal to a quarter, are a step of a clock", () => {
  assertEquals([isStep(6, -6), isStep(-6, 6)], [true, true]);
  assertEquals([isStep(5, -5), isStep(5.01, -5.01)], [false, true]);
  // The changes add up to 2 and to 3 of a step of 10: below a quarter, and above it.
  assertEquals([isStep(11, -9), isStep(11.5, -8.5)], [true, false]);
  assertEquals([isStep(-9, 11), isStep(-8.5, 11.5)], [true, false]);
  // 2 of a step of 8 are a quarter.
  assertEquals([isStep(9, -7), isStep(8.99, -7)], [false, true]);
  assertEquals([isStep(10, 10), isStep(10, 0)], [false, false]);
});
