import { assert, assertEquals } from "@std/assert";
import { Delays } from "../../../src/log/histogram.ts";
import { noise } from "../../support/log_lines.ts";

const SHARES = [0, 0.05, 0.5, 0.95, 1];

/** Quantile by sorting, with the rank that {@linkcode Delays.quantile} takes. */
function exact(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(share * (values.length - 1))] as number;
}

Deno.test("quantiles of delays are within 2 %, their ends exact", () => {
  for (const count of [1, 2, 3, 10, 1000, 20_000]) {
    const values = Array.from({ length: count }, (_, i) => 0.02 + -Math.log(1 - noise(i)) * 40);
    const delays = new Delays();
    for (const value of values) delays.add(value);
    assertEquals(delays.count, count);
    assertEquals([delays.min, delays.max], [Math.min(...values), Math.max(...values)]);
    for (const share of SHARES) {
      const [found, truth] = [delays.quantile(share), exact(values, share)];
      assert(Math.abs(found - truth) <= truth * 0.02, `${count} ${share}: ${found}, ${truth}`);
    }
  }
});

Deno.test("added delays are the same in any order and any grouping", () => {
  const values = Array.from({ length: 500 }, (_, i) => noise(i) * 10 ** (noise(i + 999) * 7 - 3));
  const whole = new Delays(), parts = new Delays();
  for (const value of values) whole.add(value);
  for (let start = 0; start < values.length; start += 7) {
    const part = new Delays();
    for (const value of values.slice(start, start + 7)) part.add(value);
    parts.addAll(part);
  }
  for (const share of SHARES) {
    const difference = parts.quantile(share) - whole.quantile(share);
    assert(Math.abs(difference) <= 1e-9 * whole.max, String(difference));
  }
  assertEquals(parts.count, 500);
});

Deno.test("delays that are all the same have that value as every quantile", () => {
  const delays = new Delays();
  for (let i = 0; i < 100; i++) delays.add(10);
  delays.add(90);
  assertEquals(delays.quantile(0.5), 10);
});

Deno.test("one delay added to another, none to none, and what is no delay at all", () => {
  const one = new Delays(), other = new Delays(), none = new Delays();
  one.add(5);
  other.add(7);
  one.addAll(other);
  one.addAll(none);
  assertEquals([one.count, one.min, one.max], [2, 5, 7]);
  assertEquals([none.count, none.quantile(0.5)], [0, NaN]);
  none.addAll(one);
  assertEquals([none.count, none.min, none.max], [2, 5, 7]);
  const odd = new Delays();
  for (const value of [-3, 0, 1e12, 0.0001]) odd.add(value);
  assertEquals([odd.quantile(0), odd.quantile(1)], [-3, 1e12]);
});
