/**
 * Clocks that step and clocks that keep another rate, against simulated hosts: what is reported of them is true, for
 * steps of half a millisecond to fifty over paths as short and as long, with and without queues.
 */

import { assert, assertEquals } from "@std/assert";
import { type ClockState, ClockTracker } from "../../src/clock/mod.ts";
import { replies, type Simulation, spread } from "../support/simulated_clock.ts";
import { Random } from "../lab/random.ts";

const START_MS = 43_200_000.25;

/** A state and the truth at its time. */
interface Moment {
  readonly index: number;
  readonly state: ClockState;
  readonly trueOffsetMs: number;
}

/** A simulation, each probe sent when `clock` would send it. */
function ask(tracker: ClockTracker, options: Partial<Simulation> & { readonly seed: number }) {
  const { intervalMs = 50, seed } = options;
  const phases = { intervalMs, seed: (seed * 0.37) % 1 };
  return replies({
    probes: 100,
    startMs: START_MS,
    ...options,
    phase: (index) => tracker.phaseMs(index, (START_MS + index * intervalMs) * 1e6, phases),
  });
}

/** The restarts that a simulation ends with. */
function changesOf(options: Partial<Simulation> & { readonly seed: number }) {
  const tracker = new ClockTracker();
  for (const { sample } of ask(tracker, options)) tracker.add(sample);
  return tracker.state();
}

/** Runs a simulation as `clock` would; what is known after each reply, at its arrival. */
function follow(options: Partial<Simulation> & { readonly seed: number }): Moment[] {
  const tracker = new ClockTracker();
  const moments: Moment[] = [];
  for (const { index, sample, trueOffsetMs } of ask(tracker, options)) {
    tracker.add(sample);
    const state = tracker.state(sample.receivedAt.realtimeNs);
    moments.push({ index, state, trueOffsetMs });
  }
  return moments;
}

function lastOf(moments: readonly Moment[]): Moment {
  const last = moments.at(-1);
  assert(last !== undefined);
  return last;
}

function isInside({ state, trueOffsetMs }: Moment): boolean {
  const { lowerMs = NaN, upperMs = NaN } = state;
  return lowerMs - 2e-6 <= trueOffsetMs && trueOffsetMs <= upperMs + 2e-6;
}

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed);
const LAB = { outMs: 10, backMs: 10, jitterMs: 0.2, offsetMs: 123.456 };
const PATHS = [{}, { outMs: 0.5, backMs: 0.5 }, { outMs: 3, backMs: 40 }];

Deno.test("a clock that gains or loses thousands of ppm has a rate, and no steps", () => {
  const wrong: string[] = [];
  let runs = 0;
  for (const skewPpm of [2000, -2000, 5000, 10_000, -10_000, 30_000]) {
    for (const jitterMs of [0, 0.2]) {
      for (const path of PATHS) {
        for (const seed of [1, 2, 3]) {
          runs++;
          const moments = follow({ ...LAB, ...path, skewPpm, jitterMs, seed });
          if (!hasRateAlone(moments, skewPpm)) {
            wrong.push(JSON.stringify({ skewPpm, jitterMs, path, seed }));
          }
        }
      }
    }
  }
  // A rate of one per cent may look like a step while its first second is all that is known.
  assert(wrong.length <= runs * 0.02, wrong.join());
});

/** Whether a rate was found within its bounds, without a step, and no bound ever missed the truth. */
function hasRateAlone(moments: readonly Moment[], skewPpm: number): boolean {
  const { state } = lastOf(moments);
  const { skewPpm: found = NaN, skewSpreadPpm = NaN } = state;
  // In its first second a rate looks like a queue.
  const later = moments.slice(30);
  return state.decidable && state.restarts.length === 0 &&
    (state.skewLowerPpm ?? NaN) <= skewPpm && skewPpm <= (state.skewUpperPpm ?? NaN) &&
    skewSpreadPpm < 0.1 * Math.abs(skewPpm) &&
    Math.abs(found - skewPpm) <= 5 * skewSpreadPpm + 10 &&
    later.every((moment) => moment.state.decidable && isInside(moment));
}

Deno.test("no clock that keeps its rate shows a step: none of 300 runs, on paths that differ by direction too", () => {
  const rates = [0, 450, 2000, -2000, -5000, 10_000, -10_000, 30_000, -30_000, -10_000];
  const wrong: string[] = [];
  for (let seed = 0; seed < 300; seed++) {
    const skewPpm = rates[seed % 10] ?? 0;
    const jitterMs = seed % 20 < 10 ? 0 : 0.2;
    const path = PATHS[Math.floor(seed / 20) % 3] ?? {};
    const { restartCount } = changesOf({ ...LAB, ...path, skewPpm, jitterMs, seed });
    if (restartCount > 0) wrong.push(JSON.stringify({ skewPpm, jitterMs, path, seed }));
  }
  assertEquals(wrong, []);
});

Deno.test("a step on top of a rate is seen, and seldom taken for two", () => {
  const counts = { runs: 0, missed: 0, twice: 0 };
  for (const skewPpm of [300, 450, -450, 490]) {
    for (const byMs of [2, -2]) {
      for (let seed = 1; seed <= 25; seed++) {
        const { restartCount } = changesOf({ ...LAB, skewPpm, step: { at: 50, byMs }, seed });
        counts.runs++;
        if (restartCount === 0) counts.missed++;
        if (restartCount > 1) counts.twice++;
      }
    }
  }
  // 80 of these 200 once were taken for two, the first at a place and by a size that were far off.
  assert(counts.missed === 0, JSON.stringify(counts));
  assert(counts.twice <= counts.runs * 0.12, JSON.stringify(counts));
});

Deno.test("a step of 2 ms in a path of 20 ms is seen, where and how large", () => {
  const errors: number[] = [];
  const sizes: number[] = [];
  const places: number[] = [];
  let runs = 0;
  for (const byMs of [2, -2]) {
    for (const seed of SEEDS) {
      runs++;
      const moments = follow({ ...LAB, step: { at: 50, byMs }, seed });
      const { state, trueOffsetMs } = lastOf(moments);
      errors.push(Math.abs((state.offsetMs ?? NaN) - trueOffsetMs));
      const [restart] = state.restarts;
      if (state.restartCount !== 1 || restart === undefined) continue;
      sizes.push(Math.abs((restart.changeMs ?? NaN) - byMs));
      places.push(Math.abs((restart.atNs / 1e6 - START_MS) / 50 - 50));
    }
  }
  assert(sizes.length >= runs * 0.95, `one step in ${sizes.length} of ${runs} runs`);
  assert(spread(errors).p90 <= 0.1 && spread(errors).worst <= 0.6, `errors ${errors}`);
  assert(spread(sizes).p90 <= 0.2 && spread(sizes).worst <= 1.5, `errors of the size ${sizes}`);
  assert(spread(places).p90 <= 4 && spread(places).worst <= 8, `probes from the step: ${places}`);
});

Deno.test("what is too small to be seen as a step is within the printed spread", () => {
  const deviations: number[] = [];
  let unseen = 0;
  for (const byMs of [0.5, 1, 2, 5]) {
    for (const jitterMs of [0.2, 1, 5]) {
      for (const seed of SEEDS.slice(0, 10)) {
        const { state, trueOffsetMs } = lastOf(
          follow({ ...LAB, jitterMs, step: { at: 60, byMs }, seed }),
        );
        if (!state.decidable) continue;
        if (state.restartCount === 0) unseen += 1;
        deviations.push(Math.abs((state.offsetMs ?? NaN) - trueOffsetMs) / (state.spreadMs ?? NaN));
      }
    }
  }
  assert(unseen >= 20 && deviations.length >= 115, `${unseen} of ${deviations.length} unseen`);
  const { median, p90, worst } = spread(deviations);
  assert(median <= 1 && p90 <= 2.5 && worst <= 8, `deviations ${median}, ${p90}, ${worst}`);
});

Deno.test("steps, paths, queues and rates of all sizes: the truth is within the bounds", () => {
  const runs = 600;
  const counts = { undecided: 0, outside: 0, rateOutside: 0, falseSteps: 0, quiet: 0 };
  let later = 0;
  let laterOutside = 0;
  for (let seed = 0; seed < runs; seed += 1) {
    const random = new Random(70_000 + seed);
    const pick = <T>(...values: readonly T[]): T =>
      values[Math.floor(random.unit() * values.length)] as T;
    const path = pick(1, 2, 5, 10, 20, 50);
    const share = pick(0.5, 0.5, 0.1, 0.9);
    const byMs = seed % 4 === 3 ? 0 : pick(0.5, 1, 2, 5, 11, 20, 50) * pick(1, -1);
    const skewPpm = pick(0, 0, 20, -100, 450, 1000, -2000, 2000, 5000, -10_000, 10_000);
    const probes = 60 + Math.floor(random.unit() * 90);
    const at = 10 + Math.floor(random.unit() * (probes - 20));
    const moments = follow({
      seed,
      probes,
      intervalMs: pick(20, 50, 50, 200),
      outMs: path * share,
      backMs: path * (1 - share),
      jitterMs: pick(0, 0.05, 0.2, 1, 3),
      skewPpm,
      ...(byMs === 0 ? {} : { step: { at, byMs } }),
    });
    const last = lastOf(moments);
    const { decidable, restartCount, skewLowerPpm = NaN, skewUpperPpm = NaN } = last.state;
    if (!decidable) counts.undecided += 1;
    else {
      if (!isInside(last)) counts.outside += 1;
      if (!(skewLowerPpm <= skewPpm && skewPpm <= skewUpperPpm)) counts.rateOutside += 1;
    }
    if (byMs === 0) {
      counts.quiet += 1;
      if (restartCount > 0) counts.falseSteps += 1;
    }
    for (const moment of moments) {
      // No reply can show a step before some have come after it.
      if (!moment.state.decidable || byMs !== 0 && moment.index >= at && moment.index < at + 8) {
        continue;
      }
      later += 1;
      if (!isInside(moment)) laterOutside += 1;
    }
  }
  const what = JSON.stringify({ ...counts, later, laterOutside });
  // One in a hundred at most, and most of those by microseconds: what queues hide in a second or two.
  assert(counts.outside <= runs * 0.005 && laterOutside <= later * 0.006, what);
  assert(counts.rateOutside <= runs * 0.015 && counts.undecided <= runs * 0.02, what);
  assert(counts.falseSteps <= counts.quiet * 0.02 && counts.quiet === runs / 4, what);
});
