import { assertAlmostEquals, assertEquals } from "@std/assert";
import { LeastDelays } from "../../../src/clock/least_delays.ts";

function delaysOf(...delaysMs: readonly number[]): LeastDelays {
  const delays = new LeastDelays();
  for (const delayMs of delaysMs) delays.add(delayMs);
  return delays;
}

Deno.test("least delays: without one there is no least, no queueing and no grain", () => {
  const none = delaysOf();
  assertEquals([none.leastMs, none.queueingMs, none.grainMs], [undefined, 0, undefined]);
});

Deno.test("least delays: queueing is the mean above the least", () => {
  const delays = delaysOf(12, 10, 17);
  assertEquals(delays.leastMs, 10);
  assertEquals(delays.queueingMs, 3);
  assertEquals(delays.grainMs, undefined);
});

Deno.test("least delays: the grain is how far the four shortest lie apart, in any order", () => {
  assertEquals(delaysOf(10, 11, 13, 16).grainMs, 6);
  assertEquals(delaysOf(90, 16, 13, 80, 11, 10, 70).grainMs, 6);
  assertEquals(delaysOf(10, 11, 13, 16, 16, 12).grainMs, 3);
  assertAlmostEquals(delaysOf(90, 16, 13, 80, 11, 10, 70).queueingMs, 290 / 7 - 10, 1e-12);
});
