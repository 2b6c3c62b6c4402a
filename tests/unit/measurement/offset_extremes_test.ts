import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { GridWatch } from "../../../src/measurement/grid_watch.ts";
import type { OffsetSample } from "../../../src/measurement/host_offset.ts";
import { boundedMs, halfWidthMs } from "../../../src/measurement/interval.ts";
import { OffsetExtremes } from "../../../src/measurement/offset_extremes.ts";

const DAY_MS = 86_400_000;

/** A reply `seconds` after the first, with R − t1 and X − t4 in milliseconds. */
function reply(seconds: number, aheadMs: number, behindMs: number, pairNs = 0): OffsetSample {
  return { atNs: 50e9 + seconds * 1e9, clockPairNs: pairNs, receiveMs: 0, aheadMs, behindMs };
}

Deno.test("extremes: one reply bounds the offset by X - t4 and R + q - t1", () => {
  const extremes = new OffsetExtremes(reply(0, 12, 3));
  assertEquals(extremes.neededTickMs, -9);
  assertEquals(extremes.bounds(1), { lowerMs: 3, upperMs: 13, valueMs: 8 });
  assertEquals(extremes.bounds(10), { lowerMs: 3, upperMs: 22, valueMs: 12.5 });
});

Deno.test("extremes: the best of all replies, which age by 500 ppm", () => {
  const extremes = new OffsetExtremes(reply(0, 12, 3));
  extremes.add(reply(2, 14, 6));
  // After 2 s the older upper bound is 1 ms looser: 13 of 12 and 14. The newer lower bound is the better one.
  assertAlmostEquals(extremes.bounds(1).upperMs, 14, 1e-9);
  assertAlmostEquals(extremes.bounds(1).lowerMs, 6, 1e-9);
  assertAlmostEquals(extremes.neededTickMs, -7, 1e-9);
  extremes.add(reply(4, 20, -4));
  // Another 2 s: 14 and 5.
  assertAlmostEquals(extremes.bounds(1).upperMs, 15, 1e-9);
  assertAlmostEquals(extremes.bounds(1).lowerMs, 5, 1e-9);
  // A late reply ages by the time between as well, and does not turn the time back.
  extremes.add(reply(3, 90, -90));
  assertAlmostEquals(extremes.bounds(1).upperMs, 15.5, 1e-9);
  extremes.add(reply(4, 90, -90));
  assertAlmostEquals(extremes.bounds(1).upperMs, 15.5, 1e-9);
});

Deno.test("extremes: a stamp lags behind the one that was most ahead", () => {
  const extremes = new OffsetExtremes(reply(0, 12, 3));
  assertEquals(extremes.lagMs(10), 2);
  extremes.add(reply(2, 19, 3));
  assertAlmostEquals(extremes.lagMs(10), 9, 1e-9);
  extremes.add(reply(4, 12, 3));
  // The lead has aged by 1 ms.
  assertAlmostEquals(extremes.lagMs(12), 6, 1e-9);
});

Deno.test("extremes: crossed bounds leave the lower one, and twelve hours fold", () => {
  const crossed = new OffsetExtremes(reply(0, 0, 5));
  assertEquals(crossed.neededTickMs, 5);
  assertEquals(crossed.bounds(1), { lowerMs: 5, upperMs: 5, valueMs: 5 });
  const half = DAY_MS / 2;
  const far = new OffsetExtremes(reply(0, -half + 2, half - 3));
  assertEquals(far.neededTickMs, -5);
  assertEquals(far.bounds(1), { lowerMs: half - 3, upperMs: half + 3, valueMs: half });
  far.add(reply(0, half - 1, half - 1));
  assertEquals(far.neededTickMs, 0);
});

Deno.test("extremes: our own clock was set where realtime moved by more than 0.1 ms against monotonic", () => {
  const extremes = new OffsetExtremes(reply(0, 12, 3, 1000));
  assert(!extremes.isOwnStep(reply(1, 0, 0, 101_000)));
  assert(extremes.isOwnStep(reply(1, 0, 0, 101_001)));
  assert(extremes.isOwnStep(reply(1, 0, 0, -99_001)));
  extremes.add(reply(1, 12, 3, 101_000));
  assert(!extremes.isOwnStep(reply(2, 0, 0, 201_000)));
});

Deno.test("interval: the value is the middle, the half width what stands behind ±", () => {
  assertEquals(boundedMs(-3, 8), { lowerMs: -3, upperMs: 5, valueMs: 1 });
  assertEquals(halfWidthMs(boundedMs(-3, 8)), 4);
});

/** Watches a tick of 10 ms over a number of timestamps of which some lag by half of it. */
function watched(stamps: number, lagging: number, lagMs = 5): GridWatch {
  const watch = new GridWatch(10);
  for (let index = 0; index < stamps; index++) watch.add(index < lagging ? lagMs : 4.9);
  return watch;
}

Deno.test("grid: 24 timestamps of which 8 lag by half the tick show it", () => {
  assert(watched(24, 8).isShown);
  assert(!watched(23, 8).isShown);
  assert(!watched(24, 7).isShown);
  assert(!watched(24, 8, 4.95).isShown);
});
