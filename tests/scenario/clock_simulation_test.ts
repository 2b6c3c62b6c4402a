/**
 * Whole runs against simulated hosts: what `icmptime clock` promises, without a network. The truth is known
 * here, so every printed bound can be judged.
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type ClockState, ClockTracker, consensus, sendPhaseMs } from "../../src/clock/mod.ts";
import { StampHistory } from "../../src/measurement/mod.ts";
import { replies, type Simulation, spread } from "../support/simulated_clock.ts";
import { Random } from "../lab/random.ts";

const MS_PER_DAY = 86_400_000;
const START_MS = 43_200_000.25;

interface Run {
  readonly state: ClockState;
  /** Remote minus ours at the time of the state, folded to the estimate. */
  readonly trueOffsetMs: number;
  readonly errorMs: number;
}

/** Runs one simulation, checks the bounds after every reply, and returns the last state. */
function run(options: Partial<Simulation> & { steered?: boolean }): Run {
  const { steered = false, intervalMs = 50, startMs = START_MS, seed = 0 } = options;
  const tracker = new ClockTracker();
  const phases = { intervalMs, seed: (seed * 0.37) % 1 };
  const simulation: Simulation = {
    probes: 100,
    seed,
    ...options,
    phase: (index) =>
      steered
        ? tracker.phaseMs(index, (startMs + index * intervalMs) * 1e6, phases)
        : sendPhaseMs(index, phases),
  };
  let state = tracker.state();
  let trueOffsetMs = NaN;
  for (const { sample, trueOffsetMs: truth } of replies(simulation)) {
    tracker.add(sample);
    state = tracker.state();
    trueOffsetMs = truth;
    if (state.decidable && state.atNs === sample.receivedAt.realtimeNs) {
      assertHolds(state, truth, options.skewPpm ?? 0, JSON.stringify(options));
    }
  }
  const errorMs = state.offsetMs === undefined ? NaN : fold(state.offsetMs - trueOffsetMs);
  return { state, trueOffsetMs, errorMs };
}

function fold(ms: number): number {
  return ms - Math.round(ms / MS_PER_DAY) * MS_PER_DAY;
}

function assertHolds(state: ClockState, truth: number, skewPpm: number, what: string): void {
  const { lowerMs, upperMs, offsetMs, skewLowerPpm, skewUpperPpm } = state;
  assert(lowerMs !== undefined && upperMs !== undefined && offsetMs !== undefined, what);
  const folded = offsetMs + fold(truth - offsetMs);
  assert(lowerMs - 2e-6 <= folded && folded <= upperMs + 2e-6, `${what}: ${truth} outside`);
  assert(lowerMs <= offsetMs && offsetMs <= upperMs, what);
  assert((skewLowerPpm ?? NaN) <= skewPpm + 1e-3, what);
  assert((skewUpperPpm ?? NaN) >= skewPpm - 1e-3, what);
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const LAB = { outMs: 10, backMs: 10, jitterMs: 0.2, offsetMs: 123.456 };

Deno.test("10 ms each way, jitter 0.2 ms: microseconds from 100 probes, 20 of 20 within bounds", () => {
  for (const steered of [false, true]) {
    const errors = SEEDS.map((seed) => Math.abs(run({ ...LAB, seed, steered }).errorMs));
    assert(spread(errors).median <= 0.06, `median error ${spread(errors).median} ms`);
  }
});

Deno.test("skew of +50 and -120 ppm over a minute is found within 5 ppm", () => {
  for (const skewPpm of [50, -120]) {
    for (const jitterMs of [0, 0.2]) {
      for (const [probes, intervalMs] of [[600, 100], [60, 1000]] as const) {
        // At one probe a second a skew of 120 ppm moves the phase by 0.12 ms a probe, which can beat with
        // the fixed phases: there the probes are steered, as the command does it.
        for (const steered of intervalMs === 1000 ? [true] : [false, true]) {
          for (const seed of [1, 2, 3, 4, 5]) {
            const { state } = run({
              ...LAB,
              jitterMs,
              skewPpm,
              probes,
              intervalMs,
              seed,
              steered,
            });
            const what = `${skewPpm} ppm, ${probes} probes, jitter ${jitterMs}, steered ${steered}`;
            assertAlmostEquals(state.skewPpm ?? NaN, skewPpm, 5, what);
            assertEquals(state.restartCount, 0);
          }
        }
      }
    }
  }
});

Deno.test("5 ms out and 25 ms back: the bounds hold and are as wide as the round trip", () => {
  for (const seed of SEEDS) {
    const { state, errorMs } = run({ ...LAB, outMs: 5, backMs: 25, seed });
    // The asymmetry is invisible: the estimate is off by half of it, and the bounds say so.
    assertAlmostEquals(errorMs, -10, 0.3);
    assert((state.upperMs ?? 0) - (state.lowerMs ?? 0) >= 30);
  }
});

Deno.test("a short path: 200 probes over 25 us are right to 20 us, bounds not 100 us wider", () => {
  for (const steered of [false, true]) {
    for (const jitterMs of [0.002, 0.01]) {
      for (const seed of SEEDS) {
        const { state, errorMs } = run({
          probes: 200,
          outMs: 0.012,
          backMs: 0.013,
          jitterMs,
          seed,
          steered,
        });
        assert(Math.abs(errorMs) <= 0.02, `error ${errorMs}`);
        const widthMs = (state.upperMs ?? NaN) - (state.lowerMs ?? NaN);
        assert(widthMs <= (state.minRttNs ?? NaN) / 1e6 + 0.1, `width ${widthMs}`);
      }
    }
  }
});

Deno.test("midnight on either side, and a remote clock twelve hours off", () => {
  const twelveHours = MS_PER_DAY / 2;
  const table: Partial<Simulation>[] = [
    { startMs: MS_PER_DAY - 2500 },
    { startMs: MS_PER_DAY - 2500 - 3_600_000, offsetMs: 3_600_000 },
    { startMs: 2500, offsetMs: -5000 },
    { offsetMs: twelveHours - 60_000 },
    { offsetMs: -(twelveHours - 60_000) },
    { offsetMs: twelveHours },
  ];
  for (const special of table) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { state, errorMs } = run({ ...LAB, ...special, seed });
      assert(Math.abs(errorMs) <= 0.2, `${JSON.stringify(special)}: ${errorMs}`);
      assertEquals([state.restartCount, state.tickMs], [0, 1]);
    }
  }
});

Deno.test("coarse ticks are found, named, and used", () => {
  for (const tickMs of [10, 15.625, 16, 64]) {
    const errors: number[] = [];
    for (const seed of SEEDS) {
      const { state, errorMs } = run({ ...LAB, tickMs, seed });
      assertEquals([state.tickMs, state.tickSettled, state.restartCount], [tickMs, true, 0]);
      errors.push(Math.abs(errorMs));
    }
    // The tick divided among the probes, with room: far below the tick itself.
    assert(spread(errors).median <= tickMs / 40, `tick ${tickMs}: ${spread(errors).median}`);
  }
});

Deno.test("a step of one second half-way is reported, and the number after it is right", () => {
  for (const seed of SEEDS) {
    const { state, errorMs } = run({ ...LAB, step: { at: 50, byMs: 1000 }, seed });
    assertEquals(state.restarts.map(({ reason }) => reason), ["remote clock changed"]);
    assertAlmostEquals(state.restarts[0]?.changeMs ?? NaN, 1000, 0.5);
    assert(Math.abs(errorMs) <= 0.3);
  }
});

/** How a quirky host writes a stamp; undefined where nothing may be decided. */
const WRITINGS: { name: string; write: (ms: number) => number; readable: boolean }[] = [
  { name: "standard", write: (ms) => ms, readable: true },
  { name: "high bit", write: (ms) => (ms | 0x8000_0000) >>> 0, readable: true },
  {
    name: "little-endian",
    write: (ms) => new DataView(Uint32Array.of(ms).buffer).getUint32(0, false),
    readable: true,
  },
  { name: "zero", write: () => 0, readable: false },
  { name: "one", write: () => 1, readable: false },
  { name: "Unix seconds", write: (ms) => 1_789_284_242 + Math.floor(ms / 1000), readable: false },
  { name: "low bits zero", write: (ms) => ((ms & 0xffff) << 16) >>> 0, readable: false },
  { name: "seconds of the day", write: (ms) => Math.floor(ms / 1000), readable: false },
  { name: "stuck", write: () => 12_345_678, readable: false },
];

Deno.test("odd writings of stamps: each read right and named, or not decided, never wrong", () => {
  for (const { name, write, readable } of WRITINGS) {
    for (const seed of [1, 2, 3]) {
      const history = new StampHistory();
      const tracker = new ClockTracker();
      const readings = new Set<string>();
      const run = { ...LAB, seed, probes: 200, phase: (i: number) => sendPhaseMs(i, PHASES) };
      for (const { index, sample, trueOffsetMs } of replies(run)) {
        const originateMs = (index * 2_654_435_761) >>> 0; // a nonce, not our time
        const measured = history.measure({
          sentAt: sample.sentAt,
          receivedAt: sample.receivedAt,
          originateMs,
          reply: {
            originateMs,
            receiveMs: write(sample.receiveMs) >>> 0,
            transmitMs: write(sample.transmitMs) >>> 0,
          },
          tickMs: 1,
        });
        readings.add(measured.reading);
        if (readable && measured.offset !== undefined) {
          assert(measured.offset.lowerMs <= trueOffsetMs, name);
          assert(measured.offset.upperMs >= trueOffsetMs, name);
        }
        const { receiveMs, transmitMs } = measured;
        if (receiveMs === undefined || transmitMs === undefined) continue;
        tracker.add({ ...sample, receiveMs, transmitMs });
        const state = tracker.state();
        if (readable && state.decidable) {
          assertHolds(state, trueOffsetMs, 0, name);
        } else if (!readable) assertEquals(state.decidable, false, `${name}, reply ${index}`);
      }
      const state = tracker.state();
      assertEquals(state.decidable, readable, name);
      if (readable) assertAlmostEquals(state.offsetMs ?? NaN, 123.456, 0.2);
      if (name === "little-endian") assert(!readings.has("standard"), "named as it was read");
    }
  }
});

const PHASES = { intervalMs: 50 };

Deno.test("hundreds of random hosts: the truth is within the bounds after every single reply", () => {
  let decided = 0;
  const rounds = 300;
  for (let seed = 0; seed < rounds; seed += 1) {
    const random = new Random(1000 + seed);
    const pick = <T>(...values: T[]): T => values[Math.floor(random.unit() * values.length)] as T;
    const rtt = pick(0.025, 0.5, 5, 30, 200);
    const share = pick(0.5, 0.5, 0.1, 0.9);
    const { state } = run({
      seed,
      steered: random.unit() < 0.5,
      probes: 20 + Math.floor(random.unit() * 80),
      intervalMs: pick(20, 50, 200, 1000),
      startMs: random.unit() * MS_PER_DAY,
      outMs: rtt * share,
      backMs: rtt * (1 - share),
      jitterMs: pick(0, 0.002, 0.1, 1, 10),
      offsetMs: pick(0, 0.3, -5, 1234.5, -3_600_000, (random.unit() - 0.5) * MS_PER_DAY),
      skewPpm: pick(0, 0, 10, -50, 200, -450),
      tickMs: pick(0, 0, 0, 1, 4, 10, 15.625, 16, 1000 / 60, 64),
      tickPhaseMs: 0,
      processingMs: pick(0, 0, 0.1, 3),
      lossRatio: pick(0, 0.05, 0.4),
    });
    if (state.decidable) decided += 1;
    assertEquals(state.restartCount, 0, `seed ${seed}`);
  }
  // Saying nothing is always right, so most must have said something.
  assert(decided >= rounds * 0.95, `${decided} decided`);
});

Deno.test("several hosts: the majority finds out whose clock is off", () => {
  // Ours is 700 ms behind the truth, host d is 5 s ahead of it.
  const hosts = ["a", "b", "c", "d"].map((host, index) => {
    const { state } = run({ ...LAB, offsetMs: host === "d" ? 5700 : 700, seed: index });
    assert(state.lowerMs !== undefined && state.upperMs !== undefined);
    return { host, lowerMs: state.lowerMs, upperMs: state.upperMs };
  });
  const agreed = consensus(hosts);
  assertEquals(agreed?.falsetickers, ["d"]);
  assertEquals(agreed?.localClock, "off");
  assert((agreed?.lowerMs ?? NaN) <= 700 && 700 <= (agreed?.upperMs ?? NaN));
});
