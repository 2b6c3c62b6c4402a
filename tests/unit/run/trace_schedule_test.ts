/** The schedule of a trace: order, rate, and what is not wanted any more. */

import { assertEquals } from "@std/assert";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { type PlannedProbe, TraceSchedule } from "../../../src/run/trace/schedule.ts";

const MESSAGE = new EchoProbe();
const probe = (targetIndex: number, ttl: number, isWanted = () => true): PlannedProbe => ({
  targetIndex,
  message: MESSAGE,
  ttl,
  isWanted,
});

Deno.test("trace schedule: by time, equal times in the order of adding, each at least a spacing later", () => {
  const schedule = new TraceSchedule(1000, () => {});
  assertEquals([schedule.done, schedule.dueNs], [true, Infinity]);
  schedule.add(5e6, probe(0, 3));
  schedule.add(0, probe(0, 1));
  schedule.add(0, probe(1, 2));
  const taken: unknown[] = [];
  while (!schedule.done) {
    const { dueNs } = schedule;
    const { targetIndex, index, ttl } = schedule.take();
    taken.push([dueNs, targetIndex, index, ttl]);
  }
  assertEquals(taken, [[0, 0, 0, 1], [1e6, 1, 0, 2], [5e6, 0, 1, 3]]);
  schedule.add(0, probe(0, 4));
  assertEquals([schedule.done, schedule.dueNs], [false, 6e6]);
});

Deno.test("trace schedule: what is not wanted is dropped, and may add something else", () => {
  const dropped: (number | undefined)[] = [];
  const schedule: TraceSchedule = new TraceSchedule(1000, ({ ttl }) => {
    dropped.push(ttl);
    if (ttl === 1) schedule.add(0, probe(0, 9));
  });
  let isWanted = true;
  schedule.add(0, probe(0, 1, () => isWanted));
  schedule.add(0, probe(0, 2, () => isWanted));
  assertEquals(schedule.done, false);
  isWanted = false;
  assertEquals([schedule.done, schedule.take().ttl, schedule.done], [false, 9, true]);
  assertEquals(dropped, [1, 2]);
});

Deno.test("trace schedule: after a pause of the machine the rest leaves at the rate of the run", () => {
  const schedule = new TraceSchedule(100, () => {});
  for (let ttl = 1; ttl <= 3; ttl++) schedule.add(0, probe(0, ttl));
  schedule.take();
  schedule.catchUp(1e9);
  // Ten milliseconds may be made up for.
  assertEquals(schedule.dueNs, 1e9 - 10e6);
  schedule.take();
  assertEquals(schedule.dueNs, 1e9);
});

Deno.test("trace schedule: many probes in any order leave by time", () => {
  const schedule = new TraceSchedule(1e9, () => {});
  // 7 is a generator modulo 101: all of 1 to 100, scattered.
  for (let i = 0, at = 1; i < 100; i++, at = at * 7 % 101) schedule.add(at * 1e6, probe(0, at));
  const taken: (number | undefined)[] = [];
  while (!schedule.done) taken.push(schedule.take().ttl);
  assertEquals(taken, Array.from({ length: 100 }, (_, i) => i + 1));
});

Deno.test("trace schedule: what is added for earlier than what was taken is next, and not before", () => {
  const schedule = new TraceSchedule(1000, () => {});
  schedule.add(10e6, probe(0, 1));
  schedule.add(20e6, probe(0, 3));
  schedule.take();
  schedule.add(0, probe(0, 2));
  assertEquals([schedule.dueNs, schedule.take().ttl, schedule.take().ttl], [11e6, 2, 3]);
});

Deno.test("trace schedule: to catch up changes nothing for a probe that is not due yet, or due by the rate", () => {
  const schedule = new TraceSchedule(1000, () => {});
  schedule.catchUp(5e9);
  schedule.add(50e6, probe(0, 1));
  schedule.add(50e6, probe(0, 2));
  schedule.catchUp(20e6);
  assertEquals(schedule.dueNs, 50e6);
  schedule.take();
  schedule.catchUp(50.5e6);
  assertEquals(schedule.dueNs, 51e6);
});
