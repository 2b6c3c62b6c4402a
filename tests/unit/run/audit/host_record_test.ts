/** What an audit concludes of one host from its answers. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Question } from "../../../../src/behaviour/answer.ts";
import { HostRecord, judgeOffset } from "../../../../src/run/audit/host_findings.ts";
import type { ProbeOutcome } from "../../../../src/probe/outcome.ts";
import {
  HOST,
  MIDNIGHT_UNIX_MS,
  NOON_MS,
  reply,
  timeout,
  unreachable,
  unsent,
} from "./exchange.ts";

/** As the plan of an audit describes a question without numbers of its own. */
function asked(question: Question) {
  return { question, receive: 0, transmit: 0, lengthBytes: 20, tos: 0 };
}

function record(
  outcomes: readonly (readonly [Question, ProbeOutcome])[],
  isFound = false,
): HostRecord {
  const host = new HostRecord(HOST, isFound);
  for (const [question, outcome] of outcomes) host.add(outcome, asked(question), MIDNIGHT_UNIX_MS);
  return host;
}

/** Standard questions that left this many milliseconds after noon, all answered alike. */
function answersAt(
  timesMs: readonly number[],
  more: Partial<Parameters<typeof reply>[0]> = {},
): (readonly ["standard", ProbeOutcome])[] {
  return timesMs.map((ms) => ["standard", reply({ sentMs: NOON_MS + ms, ...more })]);
}

const TIMES_MS = [0.25, 231.5, 464.75, 699.125, 1600.5];

Deno.test("host record: one that was only asked is silent, with an ICMP error it is refused, and an answer outweighs both", () => {
  const silent = record([["standard", timeout({ sentMs: NOON_MS })]]);
  assertEquals([silent.hasAnswered, silent.judge(1000, 0).verdict], [false, "silent"]);
  const refused = record([["standard", unreachable({ sentMs: NOON_MS }, 0x0a000001)]]);
  assertEquals([refused.hasAnswered, refused.judge(1000, 0).verdict], [false, "icmp_error"]);
  assertEquals(refused.judge(1000, 0).icmpError, {
    name: "destination unreachable: host unreachable",
    from: "10.0.0.1",
  });
  const answering = record([
    ["standard", unreachable({ sentMs: NOON_MS }, 0x0a000001)],
    ...answersAt(TIMES_MS),
  ]);
  assertEquals(answering.judge(1000, 0).verdict, "right");
});

Deno.test("host record: whatever question is answered, and however wrong its checksum, the host is there", () => {
  assertEquals(record([["odd-code", reply({ sentMs: NOON_MS })]]).hasAnswered, true);
  const wrong = record([["standard", reply({ sentMs: NOON_MS, flags: ["bad-checksum"] })]]);
  assertEquals([wrong.hasAnswered, wrong.judge(1000, 0).verdict], [true, "unreadable"]);
  // The sweep found it, and it has fallen silent since.
  const found = record([["standard", timeout({ sentMs: NOON_MS })]], true);
  assertEquals([found.hasAnswered, found.judge(1000, 0).verdict], [true, "unreadable"]);
});

Deno.test("host record: the offset is bounded by all answers together, and lies within the round trip of the shortest", () => {
  // The host is 7 ms ahead. A round trip of 2 ms and a tick of 1 ms bound that to less than 3 ms.
  const { offset, verdict, summary } = record(answersAt(TIMES_MS, { offsetMs: 7 })).judge(1000, 0);
  assert(offset !== undefined && verdict === "right");
  assert(offset.lowerMs <= 7 && 7 <= offset.upperMs);
  assert(offset.upperMs - offset.lowerMs < 3, `${offset.upperMs - offset.lowerMs}`);
  assertAlmostEquals(offset.valueMs, (offset.lowerMs + offset.upperMs) / 2, 1e-6);
  assertEquals(summary.rttMs, { min: 2 });
  const longer = answersAt(TIMES_MS.slice(0, 4), { rttMs: 30 });
  const mixed = record([...longer, ...answersAt([1600.5], { rttMs: 4 })]).judge(1000, 0);
  assertEquals(mixed.summary.rttMs, { min: 4 });
  assertEquals(record([]).judge(1000, 0).summary.rttMs, undefined);
});

Deno.test("host record: an answer whose originate was changed does not narrow the offset", () => {
  const changed = answersAt(TIMES_MS, { flags: ["originate-changed"], originateMs: 5 });
  const { offset } = record(changed).judge(1000, 0);
  const widthMs = (offset?.upperMs ?? NaN) - (offset?.lowerMs ?? NaN);
  // RFC 1122 lets a clock lag by a fifteenth of a second, and no more is known.
  assert(widthMs > 60, `${widthMs}`);
});

Deno.test("host record: timestamps under a wrong checksum move no bound", () => {
  const wrong = answersAt([1700.25], { offsetMs: 900, flags: ["bad-checksum"] });
  const offsetOf = (...answers: Parameters<typeof record>[0]) =>
    record(answers).judge(1000, 0).offset;
  assertEquals(offsetOf(...answersAt(TIMES_MS), ...wrong), offsetOf(...answersAt(TIMES_MS)));
});

Deno.test("host record: where proven answers contradict the others, the bounds are those of all answers", () => {
  // The clock steps by 40 ms; later answers do not repeat our originate, and are not measured.
  const later = answersAt([1600.5, 1900.25], {
    offsetMs: 40,
    flags: ["originate-changed"],
    originateMs: 5,
  });
  const { offset } = record([...answersAt(TIMES_MS.slice(0, 4)), ...later]).judge(1000, 0);
  // The later ones show at least 39 ms, the first ones at most 1 ms and the lag that RFC 1122 allows.
  assert(offset !== undefined);
  assert(offset.lowerMs > 30 && offset.lowerMs < 40, `${offset.lowerMs}`);
  assert(offset.upperMs > 60 && offset.upperMs < 70, `${offset.upperMs}`);
});

Deno.test("host record: a question counts as asked when it left, and as one that a host should answer by its kind", () => {
  const { summary, conformance } = record([
    ...answersAt(TIMES_MS.slice(0, 4)),
    ["standard", timeout({ sentMs: NOON_MS + 900 })],
    ["service", timeout({ sentMs: NOON_MS + 1100 })],
    ["standard", unsent({ sentMs: NOON_MS + 1300 })],
    ["long", timeout({ sentMs: NOON_MS + 1500 })],
    ["bad-checksum", timeout({ sentMs: NOON_MS + 1700 })],
    ["odd-code", timeout({ sentMs: NOON_MS + 1900 })],
  ]).judge(1000, 0);
  const { sent, received, lost, unsent: refused } = summary.counters;
  assertEquals([sent, received, lost, refused], [6, 4, 2, 1]);
  // A host answers every request that arrives (RFC 1122, 3.2.2.8): it had six, and answered four.
  const clause = conformance.find((each) => each.clause === "answers-every-request");
  assertEquals(clause, { clause: "answers-every-request", result: "fail", evidence: "4 of 6" });
});

Deno.test("host record: asking again is of no use once nothing is lost, wrong or open, and the tick is known", () => {
  const whole = answersAt(TIMES_MS);
  assertEquals(record(whole).isDecided, true);
  assertEquals(
    record([...whole, ["standard", timeout({ sentMs: NOON_MS + 2000 })]]).isDecided,
    false,
  );
  const wrong = reply({ sentMs: NOON_MS + 2000, flags: ["bad-checksum"] });
  assertEquals(record([...whole, ["standard", wrong]]).isDecided, false);
  assertEquals(record([...whole, ["bad-checksum", wrong]]).isDecided, false);
  // Answers within a second show no clock that goes.
  assertEquals(record(whole.slice(0, 3)).isDecided, false);
  // Times 500 ms apart allow each tick that divides it.
  const beat = record(answersAt([0, 500, 1000, 1500, 2000]));
  assertEquals([beat.isDecided, beat.judge(1000, 0).tickMs], [false, undefined]);
  // A clock that stands still shows no tick, and more answers would show none.
  const stuck = TIMES_MS.map((ms): readonly ["standard", ProbeOutcome] => [
    "standard",
    reply({ sentMs: NOON_MS + ms, offsetMs: -ms }),
  ]);
  assertEquals(record(stuck).judge(1000, 0).verdict, "unreadable");
  assertEquals(record(stuck).isDecided, true);
});

Deno.test("host record: a coarse tick that is shown is known", () => {
  // Asked at eleven phases of a tick of 100 ms, whose timestamps are all on its grid.
  const coarse = Array.from({ length: 11 }, (_, i): readonly ["standard", ProbeOutcome] => {
    const sentMs = NOON_MS + 237.3 * i;
    const shownMs = Math.floor((sentMs + 1) / 100) * 100;
    return ["standard", reply({ sentMs, offsetMs: shownMs - sentMs - 1 + 1e-3 })];
  });
  const host = record(coarse);
  assertEquals([host.judge(1000, 0).tickMs, host.isDecided], [100, true]);
});

Deno.test("host record: times of answers are Unix time: a clock a second ahead is a second ahead", () => {
  const ahead = record(answersAt(TIMES_MS, { offsetMs: 5000 })).judge(1000, 17);
  assertEquals([ahead.verdict, ahead.time, ahead.ttl], ["wrong", 17, 61]);
  assert(ahead.offset !== undefined && Math.abs(ahead.offset.valueMs - 5000) < 2);
  // An hour ahead, to the second, is a time zone of UTC+1.
  const zone = record(answersAt(TIMES_MS, { offsetMs: 3_600_000 })).judge(1000, 0);
  assertEquals([zone.behaviour.utcOffsetMinutes, zone.verdict], [60, "wrong"]);
});

Deno.test("host record: the last answer gives the time to live, and probes that are still out are sent ones", () => {
  const host = record([
    ...answersAt(TIMES_MS.slice(0, 4)),
    ["standard", reply({ sentMs: NOON_MS + 1700.3, ttl: 58 })],
  ]);
  host.addPending();
  host.addPending();
  const { ttl, summary } = host.judge(1000, 0);
  assertEquals([ttl, summary.counters.sent, summary.counters.received], [58, 7, 5]);
  assertEquals(record([]).judge(1000, 0).ttl, undefined);
});

Deno.test("host record: a clock is right where some offset within its bounds is, the limit included", () => {
  const judge = (lowerMs: number, upperMs: number) =>
    judgeOffset({ valueMs: (lowerMs + upperMs) / 2, lowerMs, upperMs }, 1000);
  assertEquals([judge(-1, 1), judge(1000, 1003), judge(-1003, -1000), judge(-5000, 5000)], [
    ...["right", "right", "right", "right"] as const,
  ]);
  assertEquals([judge(1000.001, 1003), judge(-1003, -1000.001)], ["wrong", "wrong"]);
});
