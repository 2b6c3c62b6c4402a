import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type BoundsAt, findChangePoint } from "../../../src/clock/change_point.ts";

/** Replies a second apart whose bounds lie 1 ms above and 2 ms below an offset; requests leave half a second earlier. */
function bounds(offsetsMs: readonly number[]): BoundsAt[] {
  return offsetsMs.map((offsetMs, index) => ({
    upperSeconds: index - 0.5,
    upperMs: offsetMs + 1,
    lowerSeconds: index,
    lowerMs: offsetMs - 2,
  }));
}

/** Number of replies before a step and after it. */
function stepped(before: number, after: number, byMs: number): BoundsAt[] {
  return bounds([...Array(before).fill(0), ...Array(after).fill(byMs)]);
}

/*
 * All bounds of `a` replies before a step lie on one side of all of the `b` after it, in both envelopes: the chance is
 * 1 / C(a + b, a) for each, so a step is found where 2 ln C(a + b, a) > 12.
 */
for (const byMs of [3, -3]) {
  const steps: readonly [before: number, after: number, isFound: boolean, why: string][] = [
    [6, 6, true, "2 ln 924 = 13.7"],
    [5, 6, true, "2 ln 462 = 12.3"],
    [6, 5, true, "2 ln 462 = 12.3"],
    [5, 5, false, "2 ln 252 = 11.1"],
    [4, 7, false, "2 ln 330 = 11.6"],
    [4, 8, true, "2 ln 495 = 12.4"],
    [8, 4, true, "2 ln 495 = 12.4"],
    [3, 40, false, "three replies on one side are too few, though 2 ln 12341 = 18.8"],
    [40, 3, false, "three replies on one side are too few, though 2 ln 12341 = 18.8"],
    [40, 60, true, "the nearest replies suffice"],
  ];
  for (const [before, after, isFound, why] of steps) {
    Deno.test(`a step by ${byMs} ms after ${before} replies and before ${after}: ${why}`, () => {
      assertEquals(
        findChangePoint(stepped(before, after, byMs), [0]),
        isFound ? { index: before, byMs } : undefined,
      );
    });
  }
}

Deno.test("a change point moves both bounds: queues in one direction are none", () => {
  const slowRequests = stepped(20, 20, 0).map((bound, index) => ({
    ...bound,
    upperMs: bound.upperMs + (index < 20 ? 0 : 5),
  }));
  assertEquals(findChangePoint(slowRequests, [0]), undefined);
  const slowBoth = slowRequests.map((bound, index) => ({
    ...bound,
    lowerMs: bound.lowerMs - (index < 20 ? 0 : 5),
  }));
  assertEquals(findChangePoint(slowBoth, [0]), undefined);
});

Deno.test("a change point's size is that of the bound that moved less", () => {
  const mixed = stepped(20, 20, 4).map((bound, index) => ({
    ...bound,
    lowerMs: bound.lowerMs - (index < 20 ? 0 : 1.5),
  }));
  assertEquals(findChangePoint(mixed, [0]), { index: 20, byMs: 2.5 });
  const other = stepped(20, 20, -4).map((bound, index) => ({
    ...bound,
    upperMs: bound.upperMs + (index < 20 ? 0 : 1),
  }));
  assertEquals(findChangePoint(other, [0]), { index: 20, byMs: -3 });
});

Deno.test("a change point is the likeliest place, not the first that qualifies", () => {
  // The first step has 6 replies before it (2 ln 3003 = 16.0), the second one more than 8 on either side.
  const offsets = [...Array(6).fill(0), ...Array(8).fill(3), ...Array(20).fill(9)];
  assertEquals(findChangePoint(bounds(offsets), [0]), { index: 14, byMs: 6 });
});

Deno.test("a rate is no step, at any slope that is possible", () => {
  // 10 ms a second: with slope 0 the last ones lie higher than the first ones, with the right slope all are equal.
  const rising = bounds(Array.from({ length: 40 }, (_, index) => index * 10));
  // The bounds are those of a line through the receive times; the requests left half a second earlier.
  const exact = rising.map((bound) => ({ ...bound, upperMs: bound.upperMs - 5 }));
  assert(findChangePoint(exact, [0]) !== undefined);
  assertEquals(findChangePoint(exact, [10]), undefined);
  assertEquals(findChangePoint(exact, [0, 10]), undefined);
  assertEquals(findChangePoint(exact, [10, 0]), undefined);
  // With a step on top of it, it is one at either slope: the size is that of the slope that explains most.
  const both = exact.map((bound, index) => ({
    ...bound,
    upperMs: bound.upperMs + (index < 20 ? 0 : 7),
    lowerMs: bound.lowerMs + (index < 20 ? 0 : 7),
  }));
  const found = findChangePoint(both, [10]);
  assertEquals(found?.index, 20);
  assertAlmostEquals(found?.byMs ?? NaN, 7, 1e-9);
});

Deno.test("a step that most replies of a few dozen hide is found with longer sides", () => {
  // Every fourth reply is fast: of 8 on each side 2 are, of 64 on each side 16.
  const noisy = Array.from({ length: 128 }, (_, index) => {
    const stepMs = index < 64 ? 0 : 3;
    const queueMs = index % 4 === 0 ? 0 : 20;
    return {
      upperSeconds: index,
      upperMs: 1 + stepMs + queueMs,
      lowerSeconds: index,
      lowerMs: -2 + stepMs - queueMs,
    };
  });
  assertEquals(findChangePoint(noisy, [0])?.byMs, 3);
  assertEquals(findChangePoint(noisy.slice(56, 72), [0]), undefined);
});
