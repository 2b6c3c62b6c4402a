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

Deno.test("fit: a change point is counted from the first sample in use, beyond the last 512 too", () => {
  // A path that is longer than the step: no reply contradicts another.
  const path = { outMs: 30, backMs: 30, jitterMs: 0.1, offsetMs: 0.1 };
  for (const [probes, at] of [[80, 40], [700, 660]] as const) {
    const phase = (index: number) => index * 0.6180339887 % 1;
    const replies = simulate({ seed: 5, probes, phase, ...path, step: { at, byMs: 3 } });
    const tick = fineTick();
    const first = replies[0]?.sample as ClockSample;
    const limits = { maxSkewPpm: 1, windowNs: 900e9, maxSamples: 2048 };
    const fit = new ClockFit(referenceOf(first), tick, limits);
    // As many as do not make the gap narrower than queues explain: the fit refuses the others itself.
    const taken = replies.filter(({ sample }, index) => fit.add(sample, index)).map(({ index }) =>
      index
    );
    const change = fit.changePoint();
    if (taken.filter((index) => index >= at).length < 8) continue;
    assert(change !== undefined, `${probes}`);
    assertAlmostEquals(taken[change.index] ?? NaN, at, 4);
    assertAlmostEquals(change.byMs, 3, 1.2);
    const [before, after] = fit.splitAt(change.index, 500);
    assertEquals(before.size + after.size, fit.size);
    assertEquals(before.samples.at(-1)?.label, taken[change.index - 1]);
    assertEquals(after.samples[0]?.label, taken[change.index]);
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
