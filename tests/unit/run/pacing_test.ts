/** When the hosts of a clock run are asked: at their own places in the interval, after replies, and until they are given up. */

import { assertEquals } from "@std/assert";
import { SharedAddresses } from "../../../src/probe/shared_addresses.ts";
import { Pacing, type PacingOptions } from "../../../src/run/clock/pacing.ts";
import type { ClockRecorder } from "../../../src/run/clock/recorder.ts";
import { planRun } from "../../../src/run/run_plan.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { makeTargets } from "../../support/simulated_run.ts";

const START_NS = 5e9;
const PHASE_MS = 0.75;

/** The pacing of two hosts, the second of which has two names; its probes are sent 0.75 ms later than planned. */
function pace(options: PacingOptions, intervalMs = 100) {
  const clock = new FakeClock({ startNs: 60e9 });
  clock.advanceTo(START_NS);
  const [one, two] = makeTargets(2);
  const targets = [one, two, { ...two, index: 2 }] as ReturnType<typeof makeTargets>;
  /** Target, round, planned time by realtime, and interval of each phase that was asked for. */
  const asked: (readonly number[])[] = [];
  const recorder = {
    trackers: [],
    clocks: () => targets.map((target) => ({ target })),
    phaseMs: (...question: readonly number[]) => {
      asked.push(question);
      return PHASE_MS;
    },
  } as unknown as ClockRecorder;
  const { prober } = planRun({ kind: "timestamp", count: 5, intervalMs, timeoutMs: 100 });
  const pacing = new Pacing(options, prober, new SharedAddresses(targets), recorder, clock);
  return { pacing, schedule: pacing.schedule(START_NS), asked, clock };
}

Deno.test("pacing: by default each host has its phase in the whole interval, asked for by the time of day", () => {
  const { pacing, schedule, asked } = pace({});
  // Two hosts share 100 ms; monotonic 5 s is realtime 65 s here.
  assertEquals(asked, [[0, 0, 65e9, 100], [1, 0, 65.05e9, 100]]);
  assertEquals(schedule.dueNs, START_NS + PHASE_MS * 1e6);
  assertEquals(schedule.take().targetIndex, 0);
  assertEquals(asked.at(-1), [0, 1, 65.1e9, 100]);
  // A reply moves nothing, however near the host is.
  assertEquals(pacing.replied(0, 0.1e6), false);
  assertEquals(schedule.dueNs, START_NS + 50e6 + PHASE_MS * 1e6);
  assertEquals(asked.length, 3);
});

Deno.test("pacing: a host that replies is asked again, moved by less than 2 ms unless it is near", () => {
  const dueAfter = (rttsMs: readonly number[], intervalMs = 100) => {
    const { pacing, schedule, asked, clock } = pace({ followsReplies: true }, intervalMs);
    schedule.take();
    for (const rttMs of rttsMs) pacing.replied(0, rttMs * 1e6);
    return { laterMs: (schedule.dueNs - clock.nowNs) / 1e6, asked };
  };
  const far = dueAfter([0.5]);
  assertEquals([far.laterMs, far.asked], [PHASE_MS, [[0, 1, 65e9, 2]]]);
  const near = dueAfter([0.499]);
  assertEquals([near.laterMs, near.asked], [0, []]);
  // One slow reply does not make a near host far.
  assertEquals(dueAfter([0.4, 9]).asked, []);
  assertEquals(dueAfter([9, 0.4]).laterMs, 0);
  // An interval below 2 ms is the limit instead.
  assertEquals(dueAfter([0.5], 1).asked, [[0, 1, 65e9, 1]]);
});

Deno.test("pacing: hosts that share an address follow its first target's replies", () => {
  const { pacing, schedule, asked } = pace({ followsReplies: true });
  schedule.take();
  assertEquals(schedule.take().targetIndex, 1);
  pacing.replied(2, 8e6);
  assertEquals(asked, []);
  pacing.replied(1, 8e6);
  assertEquals(asked, [[1, 1, 65e9, 2]]);
});

Deno.test("pacing: a host without a reply is given up at that time, with all of its names, and the others go on", () => {
  const { pacing, schedule } = pace({ giveUpMs: 700 });
  const hasReplied = (index: number) => index === 0;
  assertEquals(pacing.look(START_NS + 700e6 - 1, hasReplied), false);
  assertEquals([...pacing.givenUp], []);
  // No goal is set, so none is reached.
  assertEquals(pacing.look(START_NS + 700e6, hasReplied), false);
  assertEquals([...pacing.givenUp], [1, 2]);
  assertEquals(Array.from({ length: 5 }, () => schedule.take().targetIndex), [0, 0, 0, 0, 0]);
  assertEquals(schedule.done, true);
});

Deno.test("pacing: hosts are given up once, and never without a limit", () => {
  const { pacing } = pace({ giveUpMs: 700 });
  pacing.look(START_NS + 700e6, () => true);
  pacing.look(START_NS + 900e6, () => false);
  assertEquals([...pacing.givenUp], []);
  const patient = pace({});
  patient.pacing.look(START_NS + 1e15, () => false);
  assertEquals([...patient.pacing.givenUp], []);
});

Deno.test("pacing: the goal is reached where the only clock that is not known is given up", () => {
  const { pacing } = pace({ untilMs: 1, giveUpMs: 700 });
  // The trackers of this recorder are none, so that every clock is known.
  assertEquals(pacing.look(START_NS + 700e6, (index) => index === 0), true);
  const answered = pace({ untilMs: 1, giveUpMs: 700 });
  assertEquals(answered.pacing.look(START_NS + 700e6, () => true), false);
});
