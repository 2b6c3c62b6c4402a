/** The numbers of a tracker against the definitions of docs/method.md, worked out again from all replies. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type ClockSample, ClockTracker, sendPhaseMs } from "../../../src/clock/mod.ts";
import { decidedNumbers } from "../../../src/clock/decided_numbers.ts";
import type { LineEstimate } from "../../../src/clock/estimate.ts";
import { simulate, type Simulation } from "../../support/simulated_clock.ts";

const START_MS = 43_200_000.25;
const LIMIT_PPM = 500;

/** A bound of the offset at a time, in seconds since the start. */
interface Bound {
  readonly seconds: number;
  readonly ms: number;
}

/** The bounds that replies give for a tick of a millisecond. */
function boundsOf(samples: readonly ClockSample[]): { uppers: Bound[]; lowers: Bound[] } {
  const seconds = (ns: number): number => ns / 1e9 - START_MS / 1e3;
  return {
    uppers: samples.map(({ sentAt: { realtimeNs }, receiveMs }) => ({
      seconds: seconds(realtimeNs),
      ms: receiveMs + 1 - realtimeNs / 1e6,
    })),
    lowers: samples.map(({ receivedAt: { realtimeNs }, transmitMs }) => ({
      seconds: seconds(realtimeNs),
      ms: transmitMs - realtimeNs / 1e6,
    })),
  };
}

/** The offsets at a time that some line between the bounds has, by ternary search over its skew. */
function offsetsAt(uppers: readonly Bound[], lowers: readonly Bound[], atSeconds: number) {
  const above = (ppm: number) =>
    Math.min(...uppers.map(({ seconds, ms }) => ms - ppm / 1000 * (seconds - atSeconds)));
  const below = (ppm: number) =>
    Math.max(...lowers.map(({ seconds, ms }) => ms - ppm / 1000 * (seconds - atSeconds)));
  const gap = (ppm: number) => above(ppm) - below(ppm);
  const widest = maximum(gap, -LIMIT_PPM, LIMIT_PPM);
  // The skews that leave a gap are an interval around the widest one.
  const from = edge(gap, -LIMIT_PPM, widest);
  const to = edge(gap, LIMIT_PPM, widest);
  return {
    lowerMs: below(maximum((ppm) => -below(ppm), from, to)),
    upperMs: above(maximum(above, from, to)),
    skewLowerPpm: from,
    skewUpperPpm: to,
  };
}

function maximum(value: (x: number) => number, from: number, to: number): number {
  let [left, right] = [from, to];
  for (let round = 0; round < 100; round++) {
    const third = (right - left) / 3;
    if (value(left + third) < value(right - third)) left += third;
    else right -= third;
  }
  return (left + right) / 2;
}

function edge(gap: (ppm: number) => number, far: number, inside: number): number {
  if (gap(far) >= 0) return far;
  let [out, good] = [far, inside];
  for (let round = 0; round < 60; round++) {
    const middle = (out + good) / 2;
    if (gap(middle) >= 0) good = middle;
    else out = middle;
  }
  return good;
}

function run(options: Partial<Simulation> & { readonly seed: number }) {
  const phase = (index: number) =>
    sendPhaseMs(index, { intervalMs: 50, seed: options.seed / 7 % 1 });
  const replies = simulate({ probes: 60, startMs: START_MS, phase, ...options });
  const tracker = new ClockTracker();
  for (const { sample } of replies) tracker.add(sample);
  return { tracker, samples: replies.map(({ sample }) => sample) };
}

Deno.test("the bounds are those of the linear program over all replies, at any time", () => {
  for (
    const [seed, skewPpm] of [[1, 0], [2, 100], [3, -300], [4, 480], [5, 0], [6, -30]] as const
  ) {
    for (const path of [{ outMs: 0.3, backMs: 0.2 }, { outMs: 10, backMs: 2 }]) {
      const probes = seed === 5 ? 400 : 60;
      const { tracker, samples } = run({ seed, skewPpm, offsetMs: 77.3, probes, ...path });
      const { uppers, lowers } = boundsOf(samples);
      for (const seconds of [-5, 1.5, 90]) {
        const state = tracker.state((START_MS + seconds * 1000) * 1e6);
        const right = offsetsAt(uppers, lowers, seconds);
        assertEquals([state.tickSettled, state.used, state.restartCount], [true, probes, 0]);
        // The gap lacks next to nothing without queues, and that much the bounds allow for.
        const slackMs = 0.02 + 1e-3 * Math.abs(seconds) * 0.05;
        const what = JSON.stringify({ seed, skewPpm, path, seconds });
        assertAlmostEquals(state.lowerMs ?? NaN, right.lowerMs, slackMs, what);
        assertAlmostEquals(state.upperMs ?? NaN, right.upperMs, slackMs, what);
        assert((state.lowerMs ?? NaN) <= right.lowerMs + 1e-5, what);
        assert((state.upperMs ?? NaN) >= right.upperMs - 1e-5, what);
        assertAlmostEquals(state.skewLowerPpm ?? NaN, right.skewLowerPpm, 25, what);
        assertAlmostEquals(state.skewUpperPpm ?? NaN, right.skewUpperPpm, 25, what);
      }
      const shortestNs = Math.min(
        ...samples.map((each) => each.receivedAt.realtimeNs - each.sentAt.realtimeNs),
      );
      assertEquals(tracker.state().minRttNs, shortestNs);
    }
  }
});

Deno.test("what the gap lacks of the shortest round trip widens everything that is said", () => {
  // A step of 0.3 ms that queues of 1 ms hide: no step is found.
  let lacking = 0, exact = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const step = { at: 30, byMs: 0.3 };
    const { tracker, samples } = run({ seed, jitterMs: 1, step, offsetMs: -5, skewPpm: 0 });
    const state = tracker.state((START_MS + 1500) * 1e6);
    if (state.restartCount > 0 || !state.decidable || state.outliers > 0) continue;
    const { uppers, lowers } = boundsOf(samples);
    const right = offsetsAt(uppers, lowers, 1.5);
    const roundTrips = samples.map(({ sentAt, receivedAt, receiveMs, transmitMs }) => {
      const rttMs = (receivedAt.realtimeNs - sentAt.realtimeNs) / 1e6;
      return receiveMs === transmitMs ? rttMs : rttMs - (transmitMs - receiveMs) - 1;
    });
    const surplus = (ppm: number) =>
      Math.min(...uppers.map((each) => each.ms - ppm / 1000 * each.seconds)) -
      Math.max(...lowers.map((each) => each.ms - ppm / 1000 * each.seconds)) -
      Math.min(...roundTrips) * (1 + ppm * 1e-6);
    const best = maximum(surplus, right.skewLowerPpm, right.skewUpperPpm);
    const lacksMs = -surplus(best);
    if (lacksMs < 0.02) continue;
    lacking++;
    // At least that much; more where a rate beyond the limit would fit better.
    const lowerBy = right.lowerMs - (state.lowerMs ?? NaN);
    const upperBy = (state.upperMs ?? NaN) - right.upperMs;
    assertAlmostEquals(lowerBy, upperBy, 1e-4, `seed ${seed}`);
    assert(lowerBy >= lacksMs - 1e-3, `seed ${seed}: ${lowerBy} of ${lacksMs}`);
    assert((state.spreadMs ?? NaN) >= 0.5 * lacksMs, `seed ${seed}`);
    const lengthSeconds = (samples.at(-1)?.receivedAt.realtimeNs ?? NaN) / 1e9 -
      (samples[0]?.sentAt.realtimeNs ?? NaN) / 1e9;
    const skewBy = right.skewLowerPpm - (state.skewLowerPpm ?? NaN);
    const ofLength = 2 * lowerBy / lengthSeconds * 1000;
    assert(skewBy >= ofLength - 1, `seed ${seed}: ${skewBy} ppm`);
    if (skewBy <= ofLength + 1) exact++;
  }
  assert(lacking >= 5 && exact >= 2, `${lacking} runs lacked something, ${exact} no more`);
});

Deno.test("the numbers of a state go together, and the estimate lies within its bounds", () => {
  const { tracker } = run({ seed: 9, jitterMs: 0.3, offsetMs: 40 });
  const state = tracker.state();
  const { lowerMs = NaN, upperMs = NaN, offsetMs = NaN, spreadMs = NaN, shaping } = state;
  assert(lowerMs < offsetMs - spreadMs + 1e-9 && offsetMs + spreadMs < upperMs + 1e-9);
  assert(spreadMs <= (upperMs - lowerMs) / Math.sqrt(12) + 1e-9);
  assert(shaping >= 2 && shaping <= 10);
  assertEquals(state.used, 60);
});

/** What a fit may say: offsets of 1 to 5 ms, rates of -30 to 50 ppm, a gap that lacks 0.2 ms, over 4 s. */
function fitSaying(line: Partial<LineEstimate> | undefined, lengthSeconds = 4, referenceMs = 100) {
  return {
    ...{ lengthSeconds, referenceMs, shaping: 3 },
    gap: { deficitMs: 0.2, believableSkewPpm: { lower: -30, upper: 50 } },
    offsetAt: () => ({ lower: 1, upper: 5 }),
    estimate: () =>
      line && { ...{ offsetMs: 3, offsetSpreadMs: 0.24, skewPpm: 7, skewSpreadPpm: 2 }, ...line },
  };
}

Deno.test("decided numbers: what the gap lacks widens offsets by that, and rates by twice that over the run", () => {
  const numbers = decidedNumbers(fitSaying({}), 0, true);
  assertEquals([numbers.lowerMs, numbers.upperMs, numbers.shaping], [100.8, 105.2, 3]);
  // 2 × 0.2 ms in 4 s are 100 ppm.
  assertEquals([numbers.skewLowerPpm, numbers.skewUpperPpm], [-130, 150]);
  assertEquals([numbers.skewPpm, numbers.skewSpreadPpm], [7, 2]);
  // A run is taken as a tenth of a second at least: 0.4 ms are 4000 ppm of it.
  const short = decidedNumbers(fitSaying({}, 0.05), 0, true);
  assertAlmostEquals(short.skewUpperPpm ?? NaN, 4050, 1e-9);
});

Deno.test("decided numbers: of an estimate's spread only what the bounds allow is given", () => {
  // The root of 0.24² and half of 0.2 ms squared is 0.26 ms; the bounds are 0.8 and 5.2 ms.
  for (
    const [offsetMs, middleMs, spreadMs] of [
      ...[[3, 3, 0.26], [0.9, 0.98, 0.18], [5.1, 5.02, 0.18], [7, 5.07, 0.13], [-3, 0.93, 0.13]],
    ] as const
  ) {
    const numbers = decidedNumbers(fitSaying({ offsetMs }), 0, true);
    assertAlmostEquals(numbers.offsetMs ?? NaN, 100 + Number(middleMs), 1e-9, `${offsetMs}`);
    assertAlmostEquals(numbers.spreadMs ?? NaN, Number(spreadMs), 1e-9, `${offsetMs}`);
  }
});

Deno.test("decided numbers: a spread is no more than that of any offset within the bounds", () => {
  // Evenly spread over 4.4 ms, and over 280 ppm.
  const evenMs = 4.4 / Math.sqrt(12), evenPpm = 280 / Math.sqrt(12);
  const wide = decidedNumbers(fitSaying({ offsetSpreadMs: 9, skewSpreadPpm: 500 }), 0, true);
  assertAlmostEquals(wide.spreadMs ?? NaN, evenMs, 1e-9);
  assertAlmostEquals(wide.skewSpreadPpm ?? NaN, evenPpm, 1e-9);
  // While the tick may be coarser, the spread of the line counts for nothing.
  assertAlmostEquals(decidedNumbers(fitSaying({}), 0, false).spreadMs ?? NaN, evenMs, 1e-9);
  const none = decidedNumbers(fitSaying(undefined), 0, true);
  assertAlmostEquals(none.offsetMs ?? NaN, 103, 1e-9);
  assertAlmostEquals(none.spreadMs ?? NaN, evenMs, 1e-9);
  assertAlmostEquals(none.skewPpm ?? NaN, 10, 1e-9);
  assertAlmostEquals(none.skewSpreadPpm ?? NaN, evenPpm, 1e-9);
});

Deno.test("decided numbers: at twelve hours the estimate is folded and its bounds go with it", () => {
  const numbers = decidedNumbers(fitSaying({}, 4, 43_199_999), 0, true);
  assertAlmostEquals(numbers.offsetMs ?? NaN, -43_199_998, 1e-6);
  assertAlmostEquals(numbers.lowerMs ?? NaN, -43_200_000.2, 1e-6);
  assertAlmostEquals(numbers.upperMs ?? NaN, -43_199_995.8, 1e-6);
});
