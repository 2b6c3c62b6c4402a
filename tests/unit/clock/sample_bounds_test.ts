import { assertAlmostEquals, assertEquals } from "@std/assert";
import { SampleBounds } from "../../../src/clock/sample_bounds.ts";
import type { RelativeSample } from "../../../src/clock/sample.ts";
import { TickDetector } from "../../../src/measurement/mod.ts";

const HOUR_NS = 3_600e9;

/** A sample of a round trip of 20 ms whose stamps are so far apart, milliseconds. */
function sampleOf(processingMs: number): RelativeSample {
  const times = { sentNs: HOUR_NS + 2.5e9, receivedNs: HOUR_NS + 2.52e9 };
  const stamps = { receiveMs: 4000, transmitMs: 4000 + processingMs };
  return { label: 1, ...times, ...stamps, outMs: 3, minusBackMs: -16 };
}

/** A detector that has seen a fine clock. */
function fineTick(): TickDetector {
  const tick = new TickDetector();
  for (let index = 0; index < 200; index++) {
    const ms = index * 7 + index * index % 5;
    tick.add(ms, ms);
  }
  return tick;
}

Deno.test("sample bounds: seconds are counted from the reference", () => {
  const bounds = new SampleBounds(fineTick(), HOUR_NS);
  assertEquals(bounds.seconds(HOUR_NS), 0);
  assertEquals(bounds.seconds(HOUR_NS + 2.5e9), 2.5);
  assertEquals(bounds.seconds(HOUR_NS - 1e9), -1);
});

Deno.test("sample bounds: a stamp of a fine clock was read in the millisecond after it", () => {
  const bounds = new SampleBounds(fineTick(), HOUR_NS);
  assertEquals([bounds.lowerMs(sampleOf(0)), bounds.upperMs(sampleOf(0))], [-16, 4]);
  const { upperSeconds, upperMs, lowerSeconds, lowerMs } = bounds.likelyAt(sampleOf(0));
  assertEquals([upperMs, lowerMs], [4, -16]);
  assertAlmostEquals(upperSeconds, 2.5, 1e-9);
  assertAlmostEquals(lowerSeconds, 2.52, 1e-9);
});

Deno.test("sample bounds: the least delays are the round trip without what the stamps surely show", () => {
  const bounds = new SampleBounds(fineTick(), HOUR_NS);
  assertAlmostEquals(bounds.leastDelaysMs(sampleOf(0)), 20, 1e-9);
  // Stamps that differ by 6 ms: the answer took less than 7 ms.
  assertAlmostEquals(bounds.leastDelaysMs(sampleOf(6)), 13, 1e-9);
});

Deno.test("sample bounds: of a clock of multiples of 10 ms the likely bounds are ten apart, the sure ones one more", () => {
  const tick = new TickDetector();
  for (let index = 0; index < 150; index++) {
    const sentMs = index * 50 + (index * 0.6180339887 * 25) % 25;
    tick.add(sentMs, Math.floor((sentMs + 7) / 10) * 10);
  }
  assertEquals([tick.tickMs, tick.settled], [10, true]);
  const bounds = new SampleBounds(tick, HOUR_NS);
  const sample = sampleOf(20);
  // It showed a multiple of ten, and it lay within a millisecond above the stamp.
  assertEquals([bounds.likelyUpperMs(sample), bounds.upperMs(sample)], [13, 14]);
  assertEquals([bounds.likelyLowerMs(sample), bounds.lowerMs(sample)], [-16, -16]);
  assertAlmostEquals(bounds.leastDelaysMs(sample), 20 - 20 - 10, 1e-9);
});

Deno.test("sample bounds: a clock whose ticks lie between milliseconds was above its stamp", () => {
  const tick = new TickDetector();
  const tickMs = 1000 / 64;
  for (let index = 0; index < 400; index++) {
    const sentMs = index * 50 + (index * 0.6180339887 * 25) % 25;
    tick.add(sentMs, Math.floor(Math.floor((sentMs + 7) / tickMs) * tickMs));
  }
  assertEquals([tick.tickMs, tick.settled], [tickMs, true]);
  const bounds = new SampleBounds(tick, HOUR_NS);
  // 4015 is 4015.625 cut off, the 257th tick of the day.
  const sample = { ...sampleOf(0), receiveMs: 4015, transmitMs: 4015 };
  assertAlmostEquals(bounds.likelyLowerMs(sample), -16 + 0.625, 1e-6);
  assertAlmostEquals(bounds.likelyUpperMs(sample), 3 + 0.625 + tickMs, 1e-6);
  const { lowerMs, upperMs } = bounds.likelyAt(sample);
  assertEquals([lowerMs, upperMs], [bounds.likelyLowerMs(sample), bounds.likelyUpperMs(sample)]);
});
