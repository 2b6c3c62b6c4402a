import { assert, assertEquals } from "@std/assert";
import { Schedule, type ScheduleOptions } from "../../../src/probe/schedule.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";

const START_NS = 5e9;

/** All probes of a schedule as `[target, round, due in ms after the start]`. */
function take(options: ScheduleOptions, most = 100): [number, number, number][] {
  const schedule = new Schedule({ dither: () => 0, ...options }, START_NS);
  const taken: [number, number, number][] = [];
  while (!schedule.done && taken.length < most) {
    const { dueNs } = schedule;
    const { targetIndex, index: round } = schedule.take();
    taken.push([targetIndex, round, (dueNs - START_NS) / 1e6]);
  }
  return taken;
}

Deno.test("targets take turns and share the interval", () => {
  assertEquals(take({ probes: TIMESTAMP_PROBES, targetCount: 3, count: 2, intervalMs: 15 }), [
    [0, 0, 0],
    [1, 0, 5],
    [2, 0, 10],
    [0, 1, 15],
    [1, 1, 20],
    [2, 1, 25],
  ]);
});

Deno.test("a spacing of one's own, and one that does not fit", () => {
  const dues = (options: ScheduleOptions) => take(options).map(([, , due]) => due);
  assertEquals(
    dues({ probes: TIMESTAMP_PROBES, targetCount: 2, count: 2, intervalMs: 15, spacingMs: 3 }),
    [0, 3, 15, 18],
  );
  assertEquals(
    dues({ probes: TIMESTAMP_PROBES, targetCount: 3, count: 2, intervalMs: 15, spacingMs: 8 }),
    [
      0,
      8,
      16,
      24,
      32,
      40,
    ],
  );
});

Deno.test("intervals grow from round to round", () => {
  const options = {
    probes: TIMESTAMP_PROBES,
    targetCount: 1,
    count: 4,
    intervalMs: 16,
    intervalGrowth: 1.5,
  };
  assertEquals(take(options).map(([, , due]) => due), [0, 16, 40, 76]);
});

Deno.test("no interval at all: everything is due at once", () => {
  assertEquals(
    take({ probes: TIMESTAMP_PROBES, targetCount: 2, count: 2, intervalMs: 0 }).map(([, , due]) =>
      due
    ),
    [
      0,
      0,
      0,
      0,
    ],
  );
});

Deno.test("no end, and the state of a schedule", () => {
  const schedule = new Schedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 2,
    count: Infinity,
    intervalMs: 10,
  }, START_NS);
  for (let i = 0; i < 1001; i++) schedule.take();
  assertEquals([schedule.done, schedule.round, schedule.intervalMs], [false, 500, 10]);
  const short = new Schedule(
    { probes: TIMESTAMP_PROBES, targetCount: 2, count: 1, intervalMs: 10 },
    START_NS,
  );
  assertEquals(short.dueNs, START_NS);
  short.take();
  assertEquals(short.done, false);
  short.take();
  assertEquals([short.done, short.dueNs], [true, Infinity]);
});

Deno.test("a dither of one's own is one fraction for a whole round", () => {
  const dither = (round: number) => [0.1, 0.5, 0.9][round] as number;
  const taken = take({
    probes: TIMESTAMP_PROBES,
    targetCount: 2,
    count: 3,
    intervalMs: 15,
    dither,
  });
  const dues = taken.map(([, , due]) => Math.round(due * 1e3) / 1e3);
  // The very first probe is due at once.
  assertEquals(dues, [0, 7.6, 15.5, 23, 30.9, 38.4]);
});

Deno.test("the dither fills every millisecond, and walks over ten of them", () => {
  const schedule = new Schedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 1,
    count: 2000,
    intervalMs: 1000,
  }, 0);
  const bins = new Array<number>(20).fill(0);
  let most = 0;
  for (let round = 0; round < 2000; round++) {
    const offMs = (schedule.dueNs - round * 1e9) / 1e6;
    assert(offMs >= 0 && offMs < 11, `round ${round} is put off by ${offMs} ms`);
    most = Math.max(most, offMs);
    const bin = Math.floor((offMs % 1) * bins.length);
    bins[bin] = (bins[bin] ?? 0) + 1;
    schedule.take();
  }
  assert(most > 10.9, `the walk goes to ${most} ms only`);
  assert(Math.min(...bins) >= 97 && Math.max(...bins) <= 103, bins.join(" "));
});

Deno.test("rounds next to each other are put off by nearly the same", () => {
  const schedule = new Schedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 1,
    count: 200,
    intervalMs: 1000,
  }, 0);
  let lastNs = schedule.dueNs;
  for (let round = 1; round < 200; round++) {
    schedule.take();
    const gapMs = (schedule.dueNs - lastNs) / 1e6;
    assert(gapMs > 995 && gapMs < 1005, `${gapMs} ms before round ${round}`);
    lastNs = schedule.dueNs;
  }
});

Deno.test("dithering keeps probes at a short interval in order", () => {
  for (const intervalMs of [0.001, 0.3, 1, 5, 19, 40]) {
    const dues = take({
      probes: TIMESTAMP_PROBES,
      targetCount: 1,
      count: 100,
      intervalMs,
      dither: undefined,
    });
    const offs = dues.map(([, round, due]) => due - round * intervalMs);
    assert(Math.max(...offs) <= Math.min(1, intervalMs) + intervalMs / 20, `${intervalMs} ms`);
  }
});

Deno.test("what is late by less than the interval is sent, what is later slips", () => {
  const at = (lateMs: number) => {
    const options = {
      probes: TIMESTAMP_PROBES,
      targetCount: 1,
      count: 9,
      intervalMs: 100,
      dither: () => 0,
    };
    const schedule = new Schedule(options, 0);
    schedule.take();
    schedule.catchUp((100 + lateMs) * 1e6);
    const first = schedule.dueNs / 1e6;
    schedule.take();
    return [Math.round(first), Math.round(schedule.dueNs / 1e6)];
  };
  const usual = at(0);
  assertEquals(at(100), usual);
  const [first = 0, second = 0] = at(3000);
  assertEquals(first, 3100);
  assertEquals(second - first, (usual[1] ?? 0) - (usual[0] ?? 0));
});

Deno.test("many targets: no more than 64 are caught up with", () => {
  const options = {
    probes: TIMESTAMP_PROBES,
    targetCount: 1000,
    count: 9,
    intervalMs: 1000,
    dither: () => 0,
  };
  const burst = (lateMs: number) => {
    const schedule = new Schedule(options, 0);
    schedule.catchUp(lateMs * 1e6);
    let taken = 0;
    while (schedule.dueNs <= lateMs * 1e6) {
      schedule.take();
      taken++;
    }
    return taken;
  };
  assertEquals([burst(0), burst(30), burst(64), burst(65), burst(900)], [1, 31, 65, 1, 1]);
});

Deno.test("rounds are put off by whole milliseconds whose steps have no common divisor, up to ten and down again", () => {
  const walkOf = (intervalMs: number, rounds: number) =>
    take({ probes: TIMESTAMP_PROBES, targetCount: 1, count: rounds, intervalMs })
      .map(([, round, due]) => due - round * intervalMs);
  assertEquals(walkOf(1000, 21), [
    ...[0, 2, 3, 1, 0, 4, 5, 3, 2, 6, 7, 5, 4, 8, 9, 7, 6, 10, 9, 9, 8],
  ]);
  // A twentieth of the interval at most, and of the shortest nothing.
  assertEquals(walkOf(59, 9), [0, 2, 1, 1, 0, 0, 1, 1, 2]);
  assertEquals(Math.max(...walkOf(59, 100)), 2);
  assertEquals(Math.max(...walkOf(199, 100)), 9);
  assertEquals(Math.max(...walkOf(19, 100)), 0);
});
