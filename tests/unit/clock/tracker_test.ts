import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fitOptions } from "../../../src/clock/tracker_options.ts";
import { ClockTracker, sendPhaseMs } from "../../../src/clock/mod.ts";
import { simulate, type SimulatedReply, type Simulation } from "../../support/simulated_clock.ts";

const EVEN = (index: number): number => sendPhaseMs(index, { intervalMs: 50 });

function run(options: Partial<Simulation>): { tracker: ClockTracker; replies: SimulatedReply[] } {
  const replies = simulate({ seed: 1, probes: 60, jitterMs: 0.1, phase: EVEN, ...options });
  const tracker = new ClockTracker();
  for (const { sample } of replies) tracker.add(sample);
  return { tracker, replies };
}

Deno.test("nothing is known before the first reply", () => {
  const state = new ClockTracker().state();
  assertEquals([state.decidable, state.undecided], [false, "no reply yet"]);
  assertEquals([state.offsetMs, state.lowerMs, state.minRttNs], [undefined, undefined, undefined]);
  assertThrows(() => new ClockTracker({ maxSkewPpm: 0 }), RangeError);
  assertThrows(() => new ClockTracker({ windowNs: -1 }), RangeError);
});

Deno.test("one reply does not show that the clock goes", () => {
  const { tracker } = run({ probes: 1, offsetMs: 5 });
  const state = tracker.state();
  assertEquals([state.decidable, state.undecided], [false, "the stamp has not moved yet"]);
  assertEquals([state.offsetMs, state.lowerMs, state.used], [undefined, undefined, 1]);
});

Deno.test("two replies give bounds that allow for every tick", () => {
  const { tracker, replies } = run({ probes: 2, offsetMs: 5, tickMs: 25 });
  const state = tracker.state();
  assertEquals([state.decidable, state.tickSettled, state.used], [true, false, 2]);
  const truth = replies[1]?.trueOffsetMs ?? NaN;
  assert((state.lowerMs ?? NaN) <= truth && truth <= (state.upperMs ?? NaN));
  assert((state.upperMs ?? 0) - (state.lowerMs ?? 0) > 20);
  assertEquals([state.skewLowerPpm, state.skewUpperPpm], [-500, 500]);
});

Deno.test("late replies in the wrong order change nothing", () => {
  const { tracker, replies } = run({});
  const shuffled = new ClockTracker();
  const order = replies.map(({ sample }) => sample);
  for (let index = 0; index + 3 < order.length; index += 4) {
    const late = order.splice(index, 1);
    order.splice(index + 3, 0, ...late);
  }
  for (const sample of order) shuffled.add(sample);
  const at = 43_210_000 * 1e6;
  const one = tracker.state(at);
  const other = shuffled.state(at);
  assertEquals(other.restartCount, 0);
  assertAlmostEquals(other.lowerMs ?? NaN, one.lowerMs ?? NaN, 1e-5);
  assertAlmostEquals(other.upperMs ?? NaN, one.upperMs ?? NaN, 1e-5);
  assertAlmostEquals(other.offsetMs ?? NaN, one.offsetMs ?? NaN, 1e-3);
});

Deno.test("one lying reply is left out, and no number is given until that is clear", () => {
  const { replies } = run({});
  const tracker = new ClockTracker();
  for (const { index, sample } of replies) {
    if (index === 40) {
      tracker.add({
        ...sample,
        receiveMs: sample.receiveMs + 500,
        transmitMs: sample.transmitMs + 500,
      });
      const state = tracker.state();
      assertEquals([state.decidable, state.undecided], [false, "replies contradict each other"]);
      assertEquals(state.offsetMs, undefined);
    } else tracker.add(sample);
  }
  const state = tracker.state();
  assertEquals([state.decidable, state.outliers, state.restartCount], [true, 1, 0]);
});

Deno.test("a step is reported with its time and size, and the numbers begin again", () => {
  for (const byMs of [1000, -700, 15, -6]) {
    const { tracker, replies } = run({ step: { at: 30, byMs } });
    const state = tracker.state();
    assertEquals(state.restartCount, 1);
    const [restart] = state.restarts;
    assertEquals(restart?.reason, "remote clock changed");
    assertEquals(restart?.atNs, replies[30]?.sample.sentAt.realtimeNs);
    assertAlmostEquals(restart?.changeMs ?? NaN, byMs, 0.5);
    assertEquals(state.used, 30);
    const truth = replies[59]?.trueOffsetMs ?? NaN;
    assert((state.lowerMs ?? NaN) <= truth && truth <= (state.upperMs ?? NaN));
  }
});

Deno.test("a step of our own clock is distinguished from one of theirs", () => {
  const { tracker, replies } = run({ localStep: { at: 30, byMs: 2 } });
  const state = tracker.state();
  assertEquals(state.restarts.map(({ reason }) => reason), ["local clock stepped"]);
  assertAlmostEquals(state.offsetMs ?? NaN, replies[59]?.trueOffsetMs ?? NaN, 0.2);
});

Deno.test("stamps that do not advance like a clock give no number", () => {
  const { replies } = run({ probes: 200 });
  const stamps: ((ms: number, index: number) => number)[] = [
    () => 1234, // stuck
    (ms) => Math.floor(ms / 1000), // seconds of the day
    (_, index) => (index * 7_654_321) % 86_400_000, // noise
    (ms) => Math.floor(43_200_000 + (ms - 43_200_000) * 1.3), // thirty per cent fast
  ];
  for (const [kind, stamp] of stamps.entries()) {
    const tracker = new ClockTracker();
    for (const { index, sample } of replies) {
      const shown = stamp(sample.receiveMs, index);
      tracker.add({ ...sample, receiveMs: shown, transmitMs: shown });
      const state = tracker.state();
      if (index > (kind === 3 ? 60 : 0)) {
        assertEquals(state.decidable, false, `kind ${kind}, reply ${index}`);
      }
    }
  }
});

Deno.test("a host that transmits before it receives is not decided, at any tick", () => {
  for (const tickMs of [0, 1, 10, 64]) {
    for (const beforeMs of [2, 20, 50, 700]) {
      const tracker = new ClockTracker();
      for (const { sample } of run({ probes: 120, tickMs }).replies) {
        const transmitMs = (sample.transmitMs - beforeMs + 86_400_000) % 86_400_000;
        tracker.add({ ...sample, transmitMs });
        const state = tracker.state();
        assertEquals([state.decidable, state.offsetMs], [false, undefined]);
      }
      const { undecided, outliers } = tracker.state();
      assertEquals([undecided, outliers], ["the stamps do not keep time", 120]);
    }
  }
});

Deno.test("now and then a reply whose stamps are torn apart is left out, and the others count", () => {
  for (const byMs of [-50, 100]) {
    const tracker = new ClockTracker();
    const { replies } = run({ probes: 100 });
    for (const { index, sample } of replies) {
      const transmitMs = sample.transmitMs + (index % 10 === 9 ? byMs : 0);
      tracker.add({ ...sample, transmitMs });
    }
    const state = tracker.state();
    assertEquals([state.decidable, state.outliers, state.restartCount], [true, 10, 0]);
    assertAlmostEquals(state.offsetMs ?? NaN, replies[99]?.trueOffsetMs ?? NaN, 0.1);
  }
});

Deno.test("the estimate's interval stays within the hard bounds, after each reply and at any time", () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const pick = <T>(...values: readonly T[]): T => values[seed % values.length] as T;
    const replies = simulate({
      seed,
      probes: 40,
      outMs: pick(0.01, 5, 0.5, 10, 1),
      backMs: pick(5, 0.01, 7),
      jitterMs: pick(0, 0.1, 3),
      tickMs: pick(0, 0, 10, 64),
      skewPpm: pick(0, 300, -400),
      phase: EVEN,
    });
    const tracker = new ClockTracker();
    for (const { sample } of replies) {
      tracker.add(sample);
      for (const laterNs of [0, 30e9]) {
        const state = tracker.state(sample.receivedAt.realtimeNs + laterNs);
        if (!state.decidable) continue;
        const { offsetMs = NaN, spreadMs = NaN, lowerMs = NaN, upperMs = NaN } = state;
        assert(offsetMs - spreadMs >= lowerMs - 1e-6 && offsetMs + spreadMs <= upperMs + 1e-6);
        const { skewPpm = NaN, skewSpreadPpm = NaN, skewLowerPpm = NaN, skewUpperPpm = NaN } =
          state;
        assert(skewPpm - skewSpreadPpm >= skewLowerPpm - 1e-6);
        assert(skewPpm + skewSpreadPpm <= skewUpperPpm + 1e-6);
      }
    }
  }
});

Deno.test("old replies are forgotten, in number and in time", () => {
  const replies = simulate({ seed: 3, probes: 400, jitterMs: 0.1, skewPpm: 20, phase: EVEN });
  const few = new ClockTracker({ maxSamples: 100 });
  const brief = new ClockTracker({ windowNs: 5e9 });
  for (const { sample } of replies) {
    few.add(sample);
    brief.add(sample);
    assert(few.state().used <= 100);
  }
  for (const tracker of [few, brief]) {
    const state = tracker.state();
    const truth = replies[399]?.trueOffsetMs ?? NaN;
    assertEquals([state.probes, state.restartCount], [400, 0]);
    assert(state.used >= 70 && state.used <= 100);
    assert((state.lowerMs ?? NaN) <= truth && truth <= (state.upperMs ?? NaN));
    assertAlmostEquals(state.offsetMs ?? NaN, truth, 0.2);
  }
});

Deno.test("the offset can be asked for at another time, with bounds that widen", () => {
  const { tracker, replies } = run({ skewPpm: 100, probes: 200 });
  const last = replies[199];
  assert(last !== undefined);
  const now = tracker.state();
  const later = tracker.state(now.atNs + 60e9);
  const truthLater = last.trueOffsetMs + 6;
  assert((later.lowerMs ?? NaN) <= truthLater && truthLater <= (later.upperMs ?? NaN));
  assert(
    (later.upperMs ?? 0) - (later.lowerMs ?? 0) > (now.upperMs ?? 0) - (now.lowerMs ?? 0),
  );
});

Deno.test("an interval that spans twelve hours is not torn", () => {
  for (const offsetMs of [43_200_000, -43_200_000, 43_199_999, -43_199_995]) {
    const { tracker, replies } = run({ offsetMs });
    const { lowerMs, upperMs, offsetMs: estimate } = tracker.state();
    assert(lowerMs !== undefined && upperMs !== undefined && estimate !== undefined);
    assert(upperMs - lowerMs < 25 && lowerMs <= estimate && estimate <= upperMs);
    const truth = replies[59]?.trueOffsetMs ?? NaN;
    const turns = Math.round((truth - estimate) / 86_400_000);
    assertAlmostEquals(estimate, truth - turns * 86_400_000, 0.3);
  }
});

Deno.test("every reply is in use or left out, until the clock changes", () => {
  let looks = 0, leftOut = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const pick = <T>(...values: readonly T[]): T => values[seed % values.length] as T;
    const tracker = new ClockTracker();
    const replies = simulate({
      seed,
      probes: 80,
      jitterMs: pick(0, 0.2, 2),
      // Beyond the limit of 500 ppm, replies are left out first and explained later.
      skewPpm: pick(0, 300, 2000, -5000, 10_000, -30_000),
      offsetMs: 9,
      phase: EVEN,
    });
    for (const { index, sample } of replies) {
      const byMs = seed % 4 === 0 && index % 9 === 8 ? 500 : 0;
      const { receiveMs, transmitMs } = sample;
      tracker.add({ ...sample, receiveMs: receiveMs + byMs, transmitMs: transmitMs + byMs });
      const { used, outliers, probes, restartCount } = tracker.state();
      if (restartCount > 0) break;
      looks += 1;
      leftOut = Math.max(leftOut, outliers);
      assertEquals([used + outliers, probes], [index + 1, index + 1], `seed ${seed}`);
    }
  }
  assert(looks > 4000 && leftOut >= 8, `${looks} looks, ${leftOut} left out at most`);
});

Deno.test("tracker: without options, 500 ppm at most, over a quarter of an hour, 2048 replies", () => {
  assertEquals(fitOptions({}), { maxSkewPpm: 500, windowNs: 15 * 60 * 1e9, maxSamples: 2048 });
  for (const wrong of [{ maxSkewPpm: 0 }, { windowNs: -1 }, { maxSamples: NaN }]) {
    assertThrows(() => fitOptions(wrong), RangeError);
  }
});

Deno.test("tracker: two probes of three are sent to arrive around the remote tick, the third wherever its turn is", () => {
  const steered: number[] = [], even: number[] = [];
  for (const offsetMs of [123.4, -7.15, 0.9]) {
    const { tracker } = run({
      probes: 200,
      jitterMs: 0.02,
      offsetMs,
      outMs: 5,
      backMs: 5,
      skewPpm: 0,
    });
    for (let index = 200; index < 260; index += 1) {
      const plannedMs = 43_200_000 + index * 50;
      const phaseMs = tracker.phaseMs(index, plannedMs * 1e6, { intervalMs: 50 });
      const arrivesMs = plannedMs + phaseMs + 5 + offsetMs;
      (index % 3 === 0 ? even : steered).push(Math.abs(arrivesMs - Math.round(arrivesMs)));
    }
  }
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  // Anywhere in a millisecond, the nearest edge is 0.25 ms away in the mean.
  assertAlmostEquals(mean(even), 0.25, 0.05);
  assert(mean(steered) < 0.12, `${mean(steered)} ms`);
});
