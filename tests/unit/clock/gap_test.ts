/** Which replies leave a gap that is too narrow, by the definition of docs/method.md. */

import { assert, assertEquals } from "@std/assert";
import type { ClockSample } from "../../../src/clock/mod.ts";
import { FeasibleRegion } from "../../../src/clock/feasible_region.ts";
import { ClockFit } from "../../../src/clock/fit.ts";
import { Gap } from "../../../src/clock/gap.ts";
import { referenceOf, relativeSample } from "../../../src/clock/sample.ts";
import { SampleBounds } from "../../../src/clock/sample_bounds.ts";
import { TickDetector } from "../../../src/measurement/mod.ts";
import { Random } from "../../lab/random.ts";
import { simulate } from "../../support/simulated_clock.ts";

const START_MS = 43_200_000.25;
const LIMIT_PPM = 500;

function fineTick(): TickDetector {
  const tick = new TickDetector();
  for (let index = 0; index < 200; index++) {
    const ms = index * 7 + index * index % 5;
    tick.add(ms, ms);
  }
  assert(tick.settled && tick.tickMs === 1);
  return tick;
}

/** The largest of gap(ppm) - expectedMs × rate over the rates that are believed: below 0, the gap is too narrow. */
function surplusMs(samples: readonly ClockSample[], expectedMs: number): number {
  const seconds = (ns: number): number => ns / 1e9 - START_MS / 1e3;
  const uppers = samples.map(({ sentAt: { realtimeNs }, receiveMs }) => ({
    at: seconds(realtimeNs),
    ms: receiveMs + 1 - realtimeNs / 1e6,
  }));
  const lowers = samples.map(({ receivedAt: { realtimeNs }, transmitMs }) => ({
    at: seconds(realtimeNs),
    ms: transmitMs - realtimeNs / 1e6,
  }));
  const surplus = (ppm: number): number =>
    Math.min(...uppers.map(({ at, ms }) => ms - ppm / 1000 * at)) -
    Math.max(...lowers.map(({ at, ms }) => ms - ppm / 1000 * at)) - expectedMs * (1 + ppm / 1e6);
  let [left, right] = [-LIMIT_PPM, LIMIT_PPM];
  for (let round = 0; round < 80; round++) {
    const third = (right - left) / 3;
    if (surplus(left + third) < surplus(right - third)) left += third;
    else right -= third;
  }
  return surplus((left + right) / 2);
}

/** The shortest round trip without what the remote took, and how far their mean lies above it. */
function delaysOf(samples: readonly ClockSample[]): { leastMs: number; queueingMs: number } {
  const delays = samples.map(({ sentAt, receivedAt, receiveMs, transmitMs }) => {
    const rttMs = (receivedAt.realtimeNs - sentAt.realtimeNs) / 1e6;
    const tookMs = transmitMs - receiveMs;
    return tookMs === 0 ? rttMs : rttMs - tookMs - 1;
  });
  const leastMs = Math.min(...delays);
  const mean = delays.reduce((sum, each) => sum + each, 0) / delays.length;
  return { leastMs, queueingMs: mean - leastMs };
}

Deno.test("a reply is refused where it would leave a gap narrower than the shortest round trip, queueing allowed for", () => {
  let taken = 0, refused = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const random = new Random(seed);
    const jitterMs = random.pick([0, 0, 0.1, 0.4]);
    const replies = simulate({
      seed,
      probes: random.pick([3, 4, 5, 5, 12, 30]),
      startMs: START_MS,
      offsetMs: 50,
      outMs: random.pick([1, 5]),
      backMs: random.pick([1, 8]),
      jitterMs,
      skewPpm: random.pick([0, 300, -300]),
      processingMs: random.pick([0, 0, 3]),
      phase: (index) => index * 0.6180339887 % 1,
    }).map(({ sample }) => sample);
    const fit = new ClockFit(referenceOf(replies[0] as ClockSample), fineTick(), {
      maxSkewPpm: LIMIT_PPM,
      windowNs: 900e9,
      maxSamples: 2048,
    });
    const used: ClockSample[] = [];
    for (const [index, sample] of replies.entries()) {
      const byMs = index < replies.length - 1 ? 0 : random.pick([0, 0, 1, -1, 2, -2, 3, -3, 5, -5]);
      const { receiveMs, transmitMs } = sample;
      const changed = { ...sample, receiveMs: receiveMs + byMs, transmitMs: transmitMs + byMs };
      const { leastMs, queueingMs } = delaysOf(used);
      const allowed = leastMs - 0.25 - 4 * queueingMs;
      // Fewer than four replies say nothing yet: only the hard bounds count, which leave some gap.
      const neededMs = used.length < 4 || !(allowed > 0) ? 0 : allowed;
      const surplus = surplusMs([...used, changed], neededMs);
      const isTaken = fit.add(changed, index);
      // A microsecond either way is rounding.
      if (Math.abs(surplus) > 1e-3) {
        assertEquals(isTaken, surplus > 0, `seed ${seed}, reply ${index}`);
      }
      if (isTaken) used.push(changed);
      if (byMs === 0) continue;
      if (isTaken) taken++;
      else refused++;
    }
  }
  assert(taken >= 8 && refused >= 20, `${taken} taken, ${refused} refused`);
});

/** The gap of all replies of a clock of that rate, for lines of at most 500 ppm. */
function gapAt(skewPpm: number, jitterMs: number, tick = fineTick()): Gap {
  const replies = simulate({
    ...{ seed: 6, probes: 120, startMs: START_MS, intervalMs: 200, outMs: 5, backMs: 5 },
    ...{ jitterMs, skewPpm },
    phase: (index) => index * 0.6180339887 % 1,
  }).map(({ sample }) => sample);
  const { referenceNs, referenceMs } = referenceOf(replies[0] as ClockSample);
  const region = FeasibleRegion.unbounded(LIMIT_PPM);
  const gap = new Gap(new SampleBounds(tick, referenceNs), region);
  for (const [index, sample] of replies.entries()) {
    gap.add(relativeSample(sample, index, referenceMs), region);
  }
  return gap;
}

Deno.test("a rate beyond the limit is suggested and believable where one is kept, and not otherwise", () => {
  for (const skewPpm of [0, 300, -300]) {
    const gap = gapAt(skewPpm, 1);
    assert((gap.line?.excessMs ?? 0) > 0.1, "queues are larger than the least that counts");
    assertEquals(gap.suggestsOtherRate, false, `${skewPpm}`);
    // Rounding is less than a tick.
    assert(gap.deficitMs >= 0 && gap.deficitMs < 1, `${gap.deficitMs}`);
    assertEquals(gap.believableSkewPpm, { lower: -LIMIT_PPM, upper: LIMIT_PPM });
  }
  for (const skewPpm of [560, -560, 700, -700]) {
    const gap = gapAt(skewPpm, 0);
    assertEquals(gap.suggestsOtherRate, true, `${skewPpm}`);
    const { lower, upper } = gap.believableSkewPpm;
    // The rates within the limit stay possible, and the true one is, by not much more.
    const [near, far] = skewPpm > 0 ? [lower, upper] : [-upper, -lower];
    assertEquals(near, -LIMIT_PPM);
    assert(far >= Math.abs(skewPpm) && far <= Math.abs(skewPpm) + 150, `${skewPpm}: ${far}`);
  }
});

Deno.test("while the tick may be coarse, a gap lacks nothing and no rate beyond the limit is believable", () => {
  const hard = { lower: -LIMIT_PPM, upper: LIMIT_PPM };
  assert(gapAt(700, 0).deficitMs > 0.1);
  const gap = gapAt(700, 0, new TickDetector());
  assertEquals([gap.deficitMs, gap.isStrained, gap.believableSkewPpm], [0, false, hard]);
  const none = new Gap(new SampleBounds(fineTick(), 0), FeasibleRegion.unbounded(LIMIT_PPM));
  assertEquals([none.deficitMs, none.isStrained, none.suggestsOtherRate], [0, false, false]);
  assertEquals([none.line, none.believableSkewPpm], [undefined, hard]);
});
