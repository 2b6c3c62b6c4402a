import { assert, assertEquals } from "@std/assert";
import { ClockTracker, PrecisionGoal, precisionMs, sendPhaseMs } from "../../../src/clock/mod.ts";
import { simulate, type Simulation } from "../../support/simulated_clock.ts";

function samples(options: Partial<Simulation>) {
  const phase = (index: number) => sendPhaseMs(index, { intervalMs: 50 });
  return simulate({ seed: 1, probes: 100, jitterMs: 0.1, phase, ...options })
    .map(({ sample }) => sample);
}

Deno.test("precision is the lesser of the spread and half the bounds, once something is decided", () => {
  const tracker = new ClockTracker();
  assertEquals(precisionMs(tracker.state()), undefined);
  for (const sample of samples({ outMs: 1, backMs: 1 })) tracker.add(sample);
  const state = tracker.state();
  assertEquals(precisionMs(state), state.spreadMs);
  const tight = { ...state, lowerMs: 0, upperMs: 0.002 };
  assertEquals(precisionMs(tight), 0.001);
  assertEquals(precisionMs({ ...state, tickSettled: false }), undefined);
  assertEquals(precisionMs({ ...state, used: 7 }), undefined);
});

Deno.test("the goal is reached when all clocks are that precise, and not before", () => {
  const trackers = [new ClockTracker(), new ClockTracker()];
  const goal = new PrecisionGoal(trackers, 0.2);
  const runs = [samples({ seed: 1 }), samples({ seed: 2, jitterMs: 0.4 })];
  let reachedAt = -1;
  for (let index = 0; index < 100 && reachedAt < 0; index += 1) {
    for (const [host, tracker] of trackers.entries()) {
      const sample = runs[host]?.[index];
      assert(sample !== undefined);
      tracker.add(sample);
      if (goal.replied(host)) reachedAt = index;
    }
  }
  assert(reachedAt >= 7, `reached at ${reachedAt}`);
  for (const tracker of trackers) assert((precisionMs(tracker.state()) ?? 1) <= 0.2);
});

Deno.test("a clock that began again meanwhile is waited for again", () => {
  const trackers = [new ClockTracker(), new ClockTracker()];
  const [steady, late] = trackers;
  assert(steady !== undefined && late !== undefined);
  const goal = new PrecisionGoal(trackers, 0.5);
  const stepped = samples({ step: { at: 96, byMs: 5000 } });
  for (const sample of stepped.slice(0, 96)) {
    steady.add(sample);
    assertEquals(goal.replied(0), false);
  }
  for (const sample of stepped.slice(96, 99)) {
    steady.add(sample);
    goal.replied(0);
  }
  for (const sample of samples({ seed: 3 })) {
    late.add(sample);
    assertEquals(goal.replied(1), false, "the other one is not precise any more");
  }
});

Deno.test("a clock that is given up is not waited for, and others still are", () => {
  const trackers = [new ClockTracker(), new ClockTracker(), new ClockTracker()];
  const goal = new PrecisionGoal(trackers, 0.5);
  assertEquals(goal.giveUp(0), false);
  for (const sample of samples({ seed: 4 })) {
    trackers[1]?.add(sample);
    assertEquals(goal.replied(1), false);
  }
  assertEquals(goal.giveUp(2), true);
  assertEquals(new PrecisionGoal([new ClockTracker()], 1).giveUp(0), true);
});

Deno.test("precision: without the spread or a bound there is none", () => {
  const tracker = new ClockTracker();
  for (const sample of samples({ outMs: 1, backMs: 1 })) tracker.add(sample);
  const state = tracker.state();
  for (const name of ["spreadMs", "lowerMs", "upperMs"] as const) {
    assertEquals(precisionMs({ ...state, [name]: undefined }), undefined, name);
  }
  assertEquals(precisionMs({ ...state, used: 8 }), state.spreadMs);
});

Deno.test("the goal looks at the eighth reply of a clock, then after a sixteenth more each time", () => {
  const state = new ClockTracker().state();
  const looks: number[] = [];
  let replies = 0;
  const clock = () => {
    looks.push(replies);
    return state;
  };
  const goal = new PrecisionGoal([{ state: clock }, { state: () => state }], 1);
  for (replies = 1; replies <= 40; replies++) assertEquals(goal.replied(0), false);
  // 17/16 times as many, rounded up: 17 after 16, 19 after 17 (18.06), 21 after 19 (20.19).
  const first = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
  assertEquals(looks, [...first, 19, 21, 23, 25, 27, 29, 31, 33, 36, 39]);
});

Deno.test("the goal looks at the others only when none is left to wait for", () => {
  const none = new ClockTracker().state();
  const precise = { ...none, tickSettled: true, used: 8, spreadMs: 0.1, lowerMs: -1, upperMs: 1 };
  const looks = [0, 0, 0];
  const clocks = looks.map((_, index) => ({
    state: () => {
      looks[index] = (looks[index] ?? 0) + 1;
      return precise;
    },
  }));
  const goal = new PrecisionGoal(clocks, 0.5);
  for (let replies = 1; replies <= 8; replies++) assertEquals(goal.replied(0), false);
  for (let replies = 1; replies <= 8; replies++) assertEquals(goal.replied(1), false);
  assertEquals(looks, [1, 1, 0]);
  for (let replies = 1; replies <= 8; replies++) assertEquals(goal.replied(2), replies === 8);
  assertEquals(looks, [2, 2, 2]);
});
