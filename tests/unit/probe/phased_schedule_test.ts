import { assert, assertEquals } from "@std/assert";
import { PhasedSchedule } from "../../../src/probe/phased_schedule.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";

const START_NS = 5e9;

Deno.test("each probe is due at its place on the grid and its phase later", () => {
  const phases = [[3, 1, 2], [0.5, 7.25, 0]];
  const schedule = new PhasedSchedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 2,
    count: 3,
    intervalMs: 10,
    phaseMs: (target, round) => phases[target]?.[round] ?? NaN,
  }, START_NS);
  const taken: (readonly [targetIndex: number, round: number, dueMs: number])[] = [];
  while (!schedule.done) {
    const dueMs = (schedule.dueNs - START_NS) / 1e6;
    const round = schedule.round;
    const due = schedule.take();
    assertEquals(due.index, round);
    taken.push([due.targetIndex, due.index, dueMs]);
  }
  assertEquals(taken, [[0, 0, 3], [1, 0, 5.5], [0, 1, 11], [0, 2, 22], [1, 1, 22.25], [1, 2, 25]]);
  assertEquals(schedule.dueNs, Infinity);
});

Deno.test("a phase is asked for one round ahead, with the place on the grid", () => {
  const asked: (readonly [target: number, round: number, plannedNs: number])[] = [];
  const schedule = new PhasedSchedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 1,
    count: Infinity,
    intervalMs: 20,
    phaseMs: (...words) => {
      asked.push(words);
      return 0;
    },
  }, START_NS);
  schedule.take();
  schedule.take();
  assertEquals(asked, [[0, 0, START_NS], [0, 1, START_NS + 20e6], [0, 2, START_NS + 40e6]]);
});

Deno.test("what is late by more than an interval slips, all by as much, and nothing comes in a burst", () => {
  const schedule = new PhasedSchedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 3,
    count: 10,
    intervalMs: 30,
    phaseMs: () => 0,
  }, START_NS);
  schedule.take();
  const before = schedule.dueNs;
  schedule.catchUp(before + 29e6);
  assertEquals(schedule.dueNs, before);
  schedule.catchUp(before + 500e6);
  const dues = [];
  for (let i = 0; i < 4; i += 1) {
    dues.push(schedule.dueNs - before);
    schedule.take();
  }
  assertEquals(dues, [500e6, 510e6, 520e6, 530e6]);
});

Deno.test("every probe of hundreds of targets is taken once, in order of time", () => {
  const schedule = new PhasedSchedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 256,
    count: 4,
    intervalMs: 50,
    phaseMs: (target, round) => (target * 7 + round * 13) % 49,
  }, 0);
  const seen = new Set<string>();
  let lastNs = 0;
  while (!schedule.done) {
    assert(schedule.dueNs >= lastNs);
    lastNs = schedule.dueNs;
    const { targetIndex, index: round } = schedule.take();
    seen.add(`${targetIndex} ${round}`);
  }
  assertEquals(seen.size, 256 * 4);
});

Deno.test("a retired target is not asked any more", () => {
  const schedule = new PhasedSchedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 2,
    count: 2,
    intervalMs: 10,
    phaseMs: () => 0,
  }, START_NS);
  schedule.take();
  schedule.retire(0);
  assertEquals([schedule.take().targetIndex, schedule.take().targetIndex], [1, 1]);
  assertEquals(schedule.done, true);
});

Deno.test("phased: what is late by just an interval does not slip, and the phases of what slips stay", () => {
  const schedule = new PhasedSchedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 2,
    count: 3,
    intervalMs: 30,
    phaseMs: (target) => target === 0 ? 4 : 1,
  }, START_NS);
  assertEquals(schedule.dueNs, START_NS + 4e6);
  schedule.catchUp(START_NS + 34e6);
  assertEquals(schedule.dueNs, START_NS + 4e6);
  schedule.catchUp(START_NS + 34e6 + 1);
  // The first by 30 ms and a nanosecond, and all after it as well.
  const slipNs = 30e6 + 1;
  const dues: number[] = [];
  while (!schedule.done) {
    dues.push(schedule.dueNs - START_NS - slipNs);
    schedule.take();
  }
  assertEquals(dues, [4, 16, 34, 46, 64, 76].map((ms) => ms * 1e6));
});

Deno.test("phased: of targets that are due at once the first comes first, and the round is that of the next", () => {
  const schedule = new PhasedSchedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 3,
    count: 2,
    intervalMs: 30,
    phaseMs: (target, round) => round === 0 ? 20 - 10 * target : 3,
  }, START_NS);
  assertEquals([0, 1, 2].map(() => schedule.take().targetIndex), [0, 1, 2]);
  assertEquals([schedule.round, schedule.done], [1, false]);
  schedule.retire(1);
  schedule.retire(1);
  assertEquals([schedule.take().targetIndex, schedule.take().targetIndex], [0, 2]);
  assertEquals([schedule.done, schedule.dueNs], [true, Infinity]);
});
