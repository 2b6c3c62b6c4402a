import { assert, assertEquals } from "@std/assert";
import { ReplyPacedSchedule } from "../../../src/probe/reply_paced_schedule.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";

const START_NS = 5e9;
const MS = 1e6;

function schedule(options: { targetCount?: number; count?: number; phaseMs?: number } = {}) {
  const { targetCount = 1, count = 10, phaseMs = 0 } = options;
  return new ReplyPacedSchedule({
    ...{ targetCount, count, intervalMs: 50, probes: TIMESTAMP_PROBES },
    phaseMs: () => phaseMs,
  }, START_NS);
}

/** Takes the next probe when it is due, or at that time; returns its target, round and time in milliseconds. */
function takeNext(paced: ReplyPacedSchedule, nowNs = paced.dueNs): number[] {
  paced.catchUp(nowNs);
  const { targetIndex, index } = paced.take();
  return [targetIndex, index, (nowNs - START_NS) / MS];
}

Deno.test("before a reply a probe is sent every interval, targets spread over it", () => {
  const paced = schedule({ targetCount: 2, count: 2 });
  assertEquals([0, 1, 2, 3].map(() => takeNext(paced)), [
    [0, 0, 0],
    [1, 0, 25],
    [0, 1, 50],
    [1, 1, 75],
  ]);
  assertEquals([paced.done, paced.dueNs], [true, Infinity]);
});

Deno.test("a reply lets the next probe go, its phase later", () => {
  const paced = schedule({ phaseMs: 0.25 });
  takeNext(paced);
  paced.answered(0, 3 * MS, START_NS + 3 * MS);
  assertEquals(takeNext(paced), [0, 1, 3.25]);
  paced.answered(0, 3 * MS, START_NS + 6.25 * MS);
  assertEquals(takeNext(paced), [0, 2, 6.5]);
});

Deno.test("a reply that is overdue is not waited for; each further one doubles the wait, up to the interval", () => {
  const paced = schedule();
  takeNext(paced);
  paced.answered(0, 4 * MS, START_NS + 4 * MS);
  const times = Array.from({ length: 7 }, () => takeNext(paced)[2] as number);
  const waits = times.slice(1).map((time, index) => time - (times[index] as number));
  // The mean of 4 ms and four times the distance of 2 ms.
  assertEquals(waits, [12, 24, 48, 50, 50, 50]);
  paced.answered(0, 4 * MS, START_NS + 260 * MS);
  assertEquals(takeNext(paced)[2], 260);
  assert(paced.dueNs - START_NS < 273 * MS, "a reply ends the doubling");
});

Deno.test("what was taken late is followed after its own wait, not in a burst", () => {
  const paced = schedule();
  takeNext(paced, START_NS + 480 * MS);
  assertEquals((paced.dueNs - START_NS) / MS, 530);
});

Deno.test("a retired target is not asked any more, and a reply of one that is done asks nothing", () => {
  const paced = schedule({ targetCount: 2, count: 2 });
  takeNext(paced);
  paced.retire(0);
  paced.answered(0, MS, START_NS + MS);
  assertEquals([takeNext(paced)[0], takeNext(paced)[0]], [1, 1]);
  assertEquals(paced.done, true);
  paced.answered(1, MS, START_NS + 90 * MS);
  assertEquals(paced.done, true);
});

/** How long a reply is waited for after round trips of these milliseconds, one after the other. */
function waitsAfter(rttsMs: readonly number[]): number[] {
  const paced = schedule({ count: Infinity });
  takeNext(paced);
  let nowMs = 0;
  return rttsMs.map((rttMs) => {
    nowMs += rttMs;
    paced.answered(0, rttMs * MS, START_NS + nowMs * MS);
    takeNext(paced);
    return (paced.dueNs - START_NS) / MS - nowMs;
  });
}

Deno.test("a reply is waited for as RFC 6298 says: the mean and four distances, weights of 1/8 and 1/4", () => {
  // SRTT 8, RTTVAR 4; then 9 and 5; then 8 and 5.75.
  assertEquals(waitsAfter([8, 16, 1]), [8 + 16, 9 + 20, 8 + 23]);
});

Deno.test("however even the round trips are, a reply is overdue no sooner than 2 ms after their mean", () => {
  const waits = waitsAfter(new Array(12).fill(4));
  // Four distances of 0.633 ms are more, of 0.475 ms less.
  assert((waits[4] as number) > 6.5, waits.join());
  assertEquals(waits.slice(5), new Array(7).fill(6));
});

Deno.test("of targets that are due together the first comes first, and each phase is that of target, round and reply", () => {
  const asked: number[][] = [];
  const paced = new ReplyPacedSchedule({
    ...{ targetCount: 3, count: 3, intervalMs: 30, probes: TIMESTAMP_PROBES },
    phaseMs: (targetIndex, round, plannedNs) => {
      asked.push([targetIndex, round, (plannedNs - START_NS) / MS]);
      return 2;
    },
  }, START_NS);
  for (let taken = 0; taken < 4; taken++) takeNext(paced);
  assertEquals(paced.round, 1);
  for (const index of [2, 1]) paced.answered(index, 1 * MS, START_NS + 31 * MS);
  assertEquals([takeNext(paced), takeNext(paced)], [[1, 1, 33], [2, 1, 33]]);
  assertEquals(asked, [[2, 1, 31], [1, 1, 31]]);
  // Another reply to the first of them does not put off what is due.
  paced.answered(0, 1 * MS, START_NS + 59 * MS);
  assertEquals((paced.dueNs - START_NS) / MS <= 60, true);
});
