import { assertEquals } from "@std/assert";
import { BesideSchedule } from "../../../src/probe/beside_schedule.ts";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { Schedule } from "../../../src/probe/schedule.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";

const START_NS = 5e9;
const ECHO = new EchoProbe();

function open(count: number, targetCount: number): BesideSchedule {
  const intervalMs = 20;
  const options = { targetCount, probes: TIMESTAMP_PROBES, count, intervalMs, dither: () => 0 };
  const schedule = new Schedule(options, START_NS);
  return new BesideSchedule(schedule, { spec: { message: ECHO }, targetCount, intervalMs });
}

/** Takes the next probe; `t` or `e`, its target and index, and when it was due. */
function take(schedule: BesideSchedule): string {
  const dueMs = (schedule.dueNs - START_NS) / 1e6;
  const { message, targetIndex, index } = schedule.take();
  return `${message === ECHO ? "e" : "t"}${targetIndex}.${index} ${dueMs}`;
}

Deno.test("while it is off, only the probes of the run are due", () => {
  const schedule = open(2, 1);
  assertEquals([take(schedule), take(schedule)].map((each) => each.split(" ")[0]), [
    ...["t0.0", "t0.1"],
  ]);
  assertEquals([schedule.done, schedule.dueNs], [true, Infinity]);
});

Deno.test("a second question follows each probe half an interval later, with an index of its own", () => {
  const schedule = open(3, 2);
  const taken = [take(schedule), take(schedule)];
  schedule.isOn = true;
  while (!schedule.done) {
    taken.push(take(schedule));
    // What follows a probe that was taken before is still asked.
    if (taken.at(-1)?.startsWith("t0.2")) schedule.isOn = false;
  }
  assertEquals(taken.map((each) => each.split(" ")[0]), [
    ...["t0.0", "t1.0", "t0.1", "e0.0", "t1.1", "e1.0", "t0.2", "e0.1", "t1.2"],
  ]);
  const dues = new Map(taken.map((each) => each.split(" ") as [string, string]));
  for (const [echo, probe] of [["e0.0", "t0.1"], ["e1.0", "t1.1"], ["e0.1", "t0.2"]] as const) {
    assertEquals(Number(dues.get(echo)) - Number(dues.get(probe)), 10);
  }
});

Deno.test("second questions that are more than an interval late are not asked", () => {
  const schedule = open(2, 1);
  schedule.isOn = true;
  take(schedule);
  schedule.catchUp(START_NS + 29e6);
  assertEquals(schedule.dueNs, START_NS + 10e6);
  schedule.catchUp(START_NS + 31e6);
  assertEquals(take(schedule).slice(0, 4), "t0.1");
});

Deno.test("what is due at one moment is taken with the second question first", () => {
  const schedule = open(1, 2);
  schedule.isOn = true;
  const taken: string[] = [];
  while (!schedule.done) taken.push(take(schedule));
  assertEquals(taken, ["t0.0 0", "e0.0 10", "t1.0 10", "e1.0 20"]);
});

Deno.test("a second question that is just an interval late is still asked", () => {
  const schedule = open(2, 1);
  schedule.isOn = true;
  take(schedule);
  schedule.catchUp(START_NS + 30e6);
  assertEquals(take(schedule), "e0.0 10");
});
