import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { ClockSample } from "../../../src/clock/mod.ts";
import { ClockFit, type ClockFitOptions } from "../../../src/clock/fit.ts";
import { referenceOf } from "../../../src/clock/sample.ts";
import { TickDetector } from "../../../src/measurement/mod.ts";
import { simulate, type Simulation } from "../../support/simulated_clock.ts";

const START_MS = 43_200_000.25;

/** A detector that has seen a fine clock. */
function fineTick(): TickDetector {
  const tick = new TickDetector();
  for (let index = 0; index < 200; index++) {
    const ms = index * 7 + index * index % 5;
    tick.add(ms, ms);
  }
  assert(tick.settled && tick.tickMs === 1);
  return tick;
}

/** A fit of simulated replies, with a tick that is known to be fine unless it is to be unknown. */
function fitOf(
  simulation: Partial<Simulation>,
  options: Partial<ClockFitOptions> = {},
  isTickKnown = true,
) {
  const phase = (index: number) => index * 0.6180339887 % 1;
  const usual = { seed: 3, probes: 100, startMs: START_MS, offsetMs: 123.4 };
  const replies = simulate({ ...usual, phase, ...simulation });
  const tick = isTickKnown ? fineTick() : new TickDetector();
  const samples = replies.map(({ sample }) => sample);
  const limits = { maxSkewPpm: 500, windowNs: 900e9, maxSamples: 2048, ...options };
  const fit = new ClockFit(referenceOf(samples[0] as ClockSample), tick, limits);
  const sizes = samples.map((sample, index) => {
    assert(fit.add(sample, index));
    return fit.size;
  });
  return { fit, samples, replies, sizes };
}

Deno.test("fit: what left the window is forgotten, down to three quarters of it", () => {
  const { sizes, fit } = fitOf({ intervalMs: 1000, probes: 56 }, { windowNs: 40.5e9 });
  // Reply 41 is the first that lies more than 40.5 s after reply 0: of 41 s, those of the last 30.375 stay.
  assertEquals(sizes[40], 41);
  assertEquals(sizes[41], 31);
  assertEquals(fit.samples[0]?.label, 11 + 11);
  assertEquals(sizes[51], 41);
  assertEquals(sizes[52], 31);
  assertEquals(sizes[55], 34);
});

Deno.test("fit: the window and the part that is kept have their ends in them", () => {
  const sampleAt = (seconds: number): ClockSample => {
    const at = (ms: number) => {
      const ns = (seconds * 1000 + ms) * 1e6;
      return { realtimeNs: 43_200_000e6 + ns, monotonicNs: ns, source: "kernel" as const };
    };
    const stampMs = 43_200_000 + seconds * 1000 + 5;
    return { sentAt: at(0), receivedAt: at(10), receiveMs: stampMs, transmitMs: stampMs };
  };
  const limits = { maxSkewPpm: 500, windowNs: 40e9, maxSamples: 2048 };
  const fit = new ClockFit(referenceOf(sampleAt(0)), fineTick(), limits);
  for (let seconds = 0; seconds <= 40; seconds++) assert(fit.add(sampleAt(seconds), seconds));
  assertEquals(fit.size, 41);
  // 41 s are too many: the last 30 stay.
  assert(fit.add(sampleAt(41), 41));
  assertEquals([fit.size, fit.samples[0]?.label], [31, 11]);
});

Deno.test("fit: rebuilt from its replies, it is the same", () => {
  const { fit, samples } = fitOf({ jitterMs: 0.5 });
  const atNs = samples[50]?.sentAt.realtimeNs ?? 0;
  // While the tick may be coarse, nothing is known to be lacking.
  assertEquals(fitOf({}, {}, false).fit.gap.deficitMs, 0);
  const before = [fit.offsetAt(atNs), fit.skewPpm, fit.size, fit.minRttNs];
  assertEquals(fit.rebuild(), true);
  assertEquals([fit.offsetAt(atNs), fit.skewPpm, fit.size, fit.minRttNs], before);
});

Deno.test("fit: one sample too many makes it forget a quarter", () => {
  const { sizes, fit } = fitOf({ probes: 140 }, { maxSamples: 100 });
  assertEquals([sizes[99], sizes[100], sizes[125], sizes[126]], [100, 75, 100, 75]);
  assertEquals(fit.samples.at(-1)?.label, 139);
  assertEquals(fit.samples[0]?.label, 52);
});

Deno.test("fit: its length, its newest reply and its shortest round trip are those of the samples in use", () => {
  const { fit, samples } = fitOf({ jitterMs: 1, probes: 140 }, { maxSamples: 100 });
  const used = samples.slice(-fit.size);
  const last = used.at(-1) as ClockSample, first = used[0] as ClockSample;
  assertEquals(fit.newestNs, last.receivedAt.realtimeNs);
  const lengthNs = last.receivedAt.realtimeNs - first.sentAt.realtimeNs;
  assertAlmostEquals(fit.lengthSeconds, lengthNs / 1e9, 1e-9);
  const roundTrips = used.map((each) => each.receivedAt.realtimeNs - each.sentAt.realtimeNs);
  assertEquals(fit.minRttNs, Math.min(...roundTrips));
  const empty = fit.emptied(200);
  assertEquals([empty.size, empty.newestNs, empty.lengthSeconds, empty.minRttNs], [
    0,
    0,
    0,
    Infinity,
  ]);
  assertEquals([empty.referenceMs, empty.skewPpm], [fit.referenceMs, { lower: -200, upper: 200 }]);
});

/** A fit of replies, `before` and `after` in number around a step of 3 ms, which all bounds show. */
function steppedFit(before: number, after: number): ClockFit {
  const samples = Array.from({ length: before + after }, (_, index): ClockSample => {
    const [outMs, backMs] = [30 + index % 3, 30 + index * 2 % 3];
    const at = (ms: number) => {
      const ns = (index * 50 + ms) * 1e6;
      return { realtimeNs: 43_200_000e6 + ns, monotonicNs: ns, source: "kernel" as const };
    };
    const stampMs = 43_200_000 + index * 50 + outMs + (index < before ? 0 : 3);
    const stamps = { receiveMs: stampMs, transmitMs: stampMs };
    return { sentAt: at(0), receivedAt: at(outMs + backMs), ...stamps };
  });
  const limits = { maxSkewPpm: 1, windowNs: 900e9, maxSamples: 2048 };
  const fit = new ClockFit(referenceOf(samples[0] as ClockSample), fineTick(), limits);
  for (const [index, sample] of samples.entries()) assert(fit.add(sample, index));
  return fit;
}

Deno.test("fit: a step that all replies show is found as soon as chance does not explain it", () => {
  const stepAfter = (before: number, after: number) =>
    steppedFit(before, after).changePoint()?.index;
  // Each bound by itself: one of 462 orders of 11 replies, of 252 of ten, or fewer; e to the 12th is 162,755.
  assertEquals([stepAfter(5, 6), stepAfter(6, 5)], [5, 6]);
  assertEquals([stepAfter(5, 5), stepAfter(4, 6), stepAfter(6, 4)], Array(3).fill(undefined));
});

Deno.test("fit: a change point is counted from the first sample in use, beyond the last 512 too", () => {
  for (const [before, after] of [[40, 40], [660, 40]] as const) {
    const fit = steppedFit(before, after);
    const change = fit.changePoint();
    assertEquals(change?.index, before);
    assertAlmostEquals(change?.byMs ?? NaN, 3, 0.1);
    const [first, second] = fit.splitAt(before, 500);
    assertEquals([first.size, second.size], [before, after]);
    assertEquals([first.samples.at(-1)?.label, second.samples[0]?.label], [before - 1, before]);
  }
});

Deno.test("fit: without a step, or while the tick may be coarse, there is no change point", () => {
  assertEquals(fitOf({ jitterMs: 0.2 }).fit.changePoint(), undefined);
  assertEquals(fitOf({ jitterMs: 0.2 }, {}, false).fit.changePoint(), undefined);
});

Deno.test("fit: it says where in the remote tick a request will arrive", () => {
  for (const skewPpm of [0, 200]) {
    const { fit, samples } = fitOf({ probes: 400, outMs: 3.7, backMs: 9, skewPpm });
    for (const laterMs of [0, 0.3, 0.9, 517.25]) {
      const sentMs = (samples.at(-1) as ClockSample).sentAt.realtimeNs / 1e6 + laterMs;
      const skewMs = (sentMs - START_MS) * skewPpm * 1e-6;
      const arrivalMs = sentMs + 123.4 + skewMs + 3.7;
      const inTickMs = fit.arrivalInTick(sentMs * 1e6) ?? NaN;
      assert(inTickMs >= 0 && inTickMs < 1);
      const apartMs = (arrivalMs - inTickMs) % 1;
      assert(Math.min(apartMs, 1 - apartMs) < 0.05, `${skewPpm} ppm, ${laterMs}: ${apartMs}`);
    }
  }
});

Deno.test("fit: a reply that the hard bounds exclude is not taken, and changes nothing", () => {
  const { fit, samples } = fitOf({});
  const last = samples.at(-1) as ClockSample;
  const before = [fit.size, fit.newestNs, fit.offsetAt(fit.newestNs)];
  for (const byMs of [50, -50, 23, -23]) {
    const lie = { ...last, receiveMs: last.receiveMs + byMs, transmitMs: last.transmitMs + byMs };
    assertEquals(fit.add(lie, 100), false, `${byMs}`);
    assertEquals([fit.size, fit.newestNs, fit.offsetAt(fit.newestNs)], before);
  }
});
