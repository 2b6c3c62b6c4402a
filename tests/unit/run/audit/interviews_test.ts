/** Who is asked what and when, question by question. */

import { assert, assertEquals } from "@std/assert";
import type { HostRecord } from "../../../../src/run/audit/host_findings.ts";
import { Interviews } from "../../../../src/run/audit/interviews.ts";
import { AuditPace } from "../../../../src/run/audit/pace.ts";
import { planAudit } from "../../../../src/run/audit/plan.ts";
import { type CandidateSource, listThen } from "../../../../src/run/audit/source.ts";
import type { ProbeOutcome } from "../../../../src/probe/outcome.ts";
import type { DueProbe } from "../../../../src/probe/schedule.ts";
import type { Target } from "../../../../src/targets/target.ts";
import { MIDNIGHT_UNIX_MS, NOON_MS, reply, timeout } from "./exchange.ts";

/** Questions of one round. */
const ROUND = 7;
const FIRST_ADDRESS = 0xc6120001;

function hosts(count: number): Target[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ index, label: `host-${index}`, address: FIRST_ADDRESS + index },
  }));
}

/** Interviews whose time and answers the test gives, milliseconds after noon. */
function open(
  source: CandidateSource,
  { seats = 2, rounds = 4, ratePps = Infinity } = {},
) {
  const plan = planAudit({ ratePps: 1000, ttl: 64, rounds, timeoutMs: 1000 });
  const seated: Target[] = [];
  const ended: [label: string, isWhole: boolean, record: HostRecord][] = [];
  const interviews = new Interviews({
    ...{ plan, seats, source, pace: new AuditPace(ratePps), baseUnixMs: MIDNIGHT_UNIX_MS },
    replace: (target) => void seated.push(target),
    finished: (record, isWhole) => void ended.push([record.target.label, isWhole, record]),
  });
  const messages = [...plan.questions.keys()];
  const toNs = (ms: number) => (NOON_MS + ms) * 1e6;
  const take = (ms: number) => {
    interviews.catchUp(toNs(ms));
    return interviews.take();
  };
  const settle = (
    due: DueProbe,
    outcome: (of: Parameters<typeof reply>[0]) => ProbeOutcome,
    sentMs: number,
  ) => {
    const target = seated.findLast(({ index }) => index === due.targetIndex);
    assert(target !== undefined);
    interviews.settle(outcome({ target, message: due.message, sentMs: NOON_MS + sentMs }));
  };
  const dueMs = () => interviews.dueNs / 1e6 - NOON_MS;
  return { interviews, seated, ended, messages, take, settle, dueMs };
}

/** Takes each question when it is due and settles it at once; returns when each left, milliseconds after noon. */
function askAll(
  audit: ReturnType<typeof open>,
  outcome: (index: number) => typeof reply | typeof timeout,
): number[] {
  const times: number[] = [];
  while (!audit.interviews.done) {
    const ms = Math.max(times.at(-1) ?? 0, audit.dueMs());
    assert(Number.isFinite(ms), `${times}`);
    audit.settle(audit.take(ms), outcome(times.length), ms);
    times.push(ms);
  }
  return times;
}

Deno.test("interviews: a silent host gets three tries half a second apart, and each seat is used again", () => {
  const audit = open(listThen(hosts(3), undefined), { seats: 1 });
  const { interviews, seated, ended, messages } = audit;
  assertEquals([interviews.done, interviews.wantedNs, interviews.answering], [false, -Infinity, 0]);
  assertEquals(interviews.round, 0);
  const first = audit.take(0);
  assertEquals([first.targetIndex, first.index, first.message, first.ttl], [
    ...[0, 0, messages[0], undefined],
  ]);
  assertEquals([seated[0], audit.dueMs()], [{ ...hosts(1)[0] as Target, index: 0 }, 500]);
  const second = audit.take(500), third = audit.take(1000);
  assertEquals([second.index, third.index, third.message], [1, 2, messages[0]]);
  assertEquals(audit.dueMs(), Infinity);
  audit.settle(first, timeout, 0);
  audit.settle(second, timeout, 500);
  assertEquals(ended, []);
  audit.settle(third, timeout, 1000);
  assertEquals(ended.map(([label, isWhole]) => [label, isWhole]), [["host-0", true]]);
  assertEquals(interviews.wantedNs, -Infinity);
  askAll(audit, () => timeout);
  assertEquals(ended.map(([label]) => label), ["host-0", "host-1", "host-2"]);
  assertEquals(seated.map(({ index, label }) => [index, label]), [
    ...[[0, "host-0"], [0, "host-1"], [0, "host-2"]],
  ]);
});

Deno.test("interviews: the try that was answered is the first question, and a second round follows the first", () => {
  const audit = open(listThen(hosts(1), undefined));
  const asked: number[] = [];
  const { interviews, messages, ended } = audit;
  const times: number[] = [];
  for (let ms = 0; !interviews.done; ms = audit.dueMs()) {
    const due = audit.take(ms);
    asked.push(messages.indexOf(due.message));
    times.push(ms);
    assertEquals([due.index, due.targetIndex], [asked.length - 1, 0]);
    audit.settle(due, reply, ms);
    assertEquals(interviews.answering, interviews.done ? 0 : 1);
  }
  assertEquals(asked, [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6]);
  assertEquals(ended.map(([label, isWhole]) => [label, isWhole]), [["host-0", true]]);
  // The first question is put when the answer has come, 2 ms after the try; each at least 230 ms after the one before.
  const gaps = times.slice(1).map((ms, i) => ms - (times[i] as number));
  assert(gaps.every((ms) => ms >= 230 && ms < 244.1), `${gaps}`);
  assert((gaps[0] as number) >= 232, `${gaps[0]}`);
  // Each seven in a row are put off by all staggers once, 29 ms, and by half a millisecond on average.
  const sevenMs = (times[8] as number) - (times[1] as number) - 7 * 230 - 29;
  assert(sevenMs > 2 && sevenMs < 5, `${sevenMs}`);
});

/** A host that is known to answer. */
function foundHost(): CandidateSource {
  const [target] = hosts(1) as [Target];
  let isLeft = true;
  return {
    get hasNext() {
      return isLeft;
    },
    get isDone() {
      return !isLeft;
    },
    next() {
      isLeft = false;
      return { target, isFound: true };
    },
  };
}

Deno.test("interviews: a host that the sweep found is not looked for", () => {
  const audit = open(foundHost());
  const first = audit.take(0);
  assertEquals([audit.interviews.answering, audit.interviews.done], [1, false]);
  // It is asked on whatever becomes of the first question.
  assert(audit.dueMs() >= 230 && audit.dueMs() < 244, `${audit.dueMs()}`);
  audit.settle(first, timeout, 0);
  const times = askAll(audit, () => timeout);
  // Four rounds at most: nothing is decided by silence.
  assertEquals(times.length, 4 * ROUND - 1);
  assertEquals(audit.ended.map(([, isWhole, record]) => [isWhole, record.hasAnswered]), [
    [true, true],
  ]);
  assertEquals(askAll(open(foundHost(), { rounds: 1 }), () => reply).length, ROUND);
  assertEquals(askAll(open(foundHost()), () => reply).length, 2 * ROUND);
});

Deno.test("interviews: further rounds follow while something is open, and no more than were asked for", () => {
  const lostFirst = (index: number) => index === 1 ? timeout : reply;
  const lengths = [1, 2, 3, 4].map((rounds) =>
    askAll(open(listThen(hosts(1), undefined), { rounds }), lostFirst).length
  );
  assertEquals(lengths, [7, 14, 21, 28]);
  assertEquals(askAll(open(listThen(hosts(1), undefined), { rounds: 1 }), () => reply).length, 7);
});

Deno.test("interviews: what is due goes before a host that has not been asked yet", () => {
  const audit = open(listThen(hosts(5), undefined), { seats: 4 });
  const labels = (ms: number) => {
    const { targetIndex } = audit.take(ms);
    return audit.seated.findLast(({ index }) => index === targetIndex)?.label;
  };
  assertEquals([labels(0), labels(1)], ["host-0", "host-1"]);
  // The second try of the first is due at 500 ms, and a seat is free.
  assertEquals([labels(499), labels(500)], ["host-2", "host-0"]);
  assertEquals(labels(500.5), "host-3");
  // No seat is free: the next is taken although it is early.
  assertEquals(audit.interviews.wantedNs, (NOON_MS + 501) * 1e6);
  assertEquals(labels(500.7), "host-1");
});

Deno.test("interviews: of a question and a try that are due the earlier one goes first", () => {
  const audit = open(listThen(hosts(2), undefined), { seats: 2 });
  const first = audit.take(0), second = audit.take(0);
  audit.settle(first, reply, 0);
  // The question to the first is due at some 240 ms, the second try of the other at 500 ms.
  assertEquals(audit.take(600).targetIndex, first.targetIndex);
  assertEquals(audit.interviews.wantedNs, (NOON_MS + 500) * 1e6);
  assertEquals(audit.take(601).targetIndex, second.targetIndex);
});

Deno.test("interviews: an outcome of a host that had the seat before is not counted for the next", () => {
  const audit = open(listThen(hosts(2), undefined), { seats: 1, rounds: 1 });
  const { interviews, ended } = audit;
  const [gone] = hosts(1) as [Target];
  const dues = [audit.take(0), audit.take(500), audit.take(1000)];
  for (const [i, due] of dues.entries()) audit.settle(due, timeout, 500 * i);
  const next = audit.take(2100);
  interviews.settle(
    reply({ target: { ...gone, index: 0 }, message: next.message, sentMs: NOON_MS }),
  );
  assertEquals([interviews.answering, ended.length], [0, 1]);
  audit.settle(next, reply, 2100);
  assertEquals(interviews.answering, 1);
});

Deno.test("interviews: when the run ends early every host is final, and what is still out was sent", () => {
  const audit = open(listThen(hosts(4), undefined), { seats: 2 });
  const { interviews, ended } = audit;
  const first = audit.take(0);
  audit.take(1);
  audit.settle(first, reply, 0);
  audit.take(600);
  interviews.abandon();
  const findings = ended.map(([label, isWhole, record]) => {
    const { sent, received } = record.judge(1000, 0).summary.counters;
    return [label, isWhole, sent, received];
  });
  assertEquals(findings, [["host-0", false, 2, 1], ["host-1", false, 1, 0]]);
  assertEquals([interviews.wantedNs, interviews.answering], [-Infinity, 0]);
});

Deno.test("interviews: the rate puts off what is due, and each probe takes its share", () => {
  const audit = open(listThen(hosts(200), undefined), { seats: 200, ratePps: 100 });
  // 50 ms are caught up at once; then one probe leaves every 10 ms.
  for (let i = 0; i < 5; i++) audit.take(0);
  assert(audit.dueMs() <= 0);
  audit.take(0);
  // Each is put off by up to 4 ms more, so that they meet all phases of a remote tick.
  assert(audit.dueMs() >= 10 && audit.dueMs() < 14, `${audit.dueMs()}`);
  assertEquals(audit.interviews.wantedNs, -Infinity);
});

Deno.test("interviews: empty seats have places and no address", () => {
  const seats = Interviews.emptySeats(3);
  assertEquals(seats.map(({ index, label }) => [index, label]), [[0, ""], [1, ""], [2, ""]]);
  assertEquals(new Set(seats.map(({ address }) => address)).size, 1);
});
