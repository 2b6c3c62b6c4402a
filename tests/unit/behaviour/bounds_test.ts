/** Where a rule begins to hold: one answer is enough, and a bound itself is inside. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { HostAnswer } from "../../../src/behaviour/answer.ts";
import { fitForms, timesOf } from "../../../src/behaviour/form_fit.ts";
import { findMeaningless } from "../../../src/behaviour/meaningless.ts";
import { describeEvidence } from "../../../src/behaviour/path_evidence.ts";
import {
  emptyTally,
  type HopObservation,
  type PathObservation,
} from "../../../src/behaviour/path_observation.ts";
import { judgePath } from "../../../src/behaviour/path_verdict.ts";

const NOON = Date.UTC(2026, 4, 14, 12);
const NOON_MS = 43_200_000;
const MIDNIGHT = Date.UTC(2026, 4, 15);
const FIFTEEN_MINUTES_MS = 900_000;

const NONE = { sent: 0, answered: 0 };
const ONE = { sent: 3, answered: 1 };
const LOST = { sent: 3, answered: 0 };

/** A hop at which one probe of each kind is answered. */
function hop(number: number, more: Partial<HopObservation> = {}): HopObservation {
  return {
    ...{ hop: number, address: `10.0.${number}.1`, expiredEcho: ONE, expiredTimestamp: ONE },
    ...{ askedEcho: ONE, askedTimestamp: ONE },
    ...more,
  };
}

/** A host that answered one echo request and no timestamp request. */
function seen(more: Partial<PathObservation> = {}): PathObservation {
  return {
    ...{ echo: ONE, timestamp: LOST, ipTimestamp: NONE, hasOptionTime: false, badChecksum: NONE },
    ...{ distance: 3, hops: [], limitedHops: [], refusals: {}, unsent: {}, others: [] },
    ...{ isBlockedHere: false, isComplete: true, rate: undefined, forgers: [] },
    ...more,
  };
}

/** Whole milliseconds since midnight, which may be any number. */
function answer(sentUnixMs: number, stamp: number, rttMs = 1, originate = stamp): HostAnswer {
  return {
    question: "standard",
    request: { originate, receive: 0, transmit: 0 },
    reply: { originate, receive: stamp, transmit: stamp },
    ...{ sentUnixMs, receivedUnixMs: sentUnixMs + rttMs },
    ...{ requestBytes: 20, replyBytes: 20, requestTos: 0, replyTos: 0, replyCode: 0 },
    ...{ ttl: 64, identification: 7, hasDontFragment: false },
  };
}

Deno.test("path verdict: a single answer counts, of the host and of a hop", () => {
  const findingOf = (more: Partial<PathObservation>) => judgePath(seen(more)).finding;
  assertEquals(findingOf({ timestamp: ONE }), "answers");
  assertEquals(findingOf({ badChecksum: ONE }), "wrong_checksum_only");
  assertEquals(findingOf({ timestamp: ONE, unsent: { timestamp: "EPERM" } }), "answers");
  assertEquals(findingOf({ hops: [hop(1), hop(2)] }), "ignores_timestamp");
  const beyond = hop(2, { expiredTimestamp: LOST });
  assertEquals(findingOf({ hops: [hop(1), beyond] }), "requests_dropped");
});

Deno.test("path verdict: one lost probe at a hop is no sign of a filter", () => {
  const beyond = (sent: number) => hop(2, { expiredTimestamp: { sent, answered: 0 } });
  assertEquals(judgePath(seen({ hops: [hop(1), beyond(1)] })).finding, "undecided");
  assertEquals(judgePath(seen({ hops: [hop(1), beyond(2)] })).finding, "requests_dropped");
});

const EXPIRED = { from: "10.0.2.1", isOwn: false, type: 11, code: 0, name: "time exceeded" };
/** Hops from 1 that are a host's number each, 0 for one that does not answer, where timestamp requests expire. */
const circling = (...hosts: readonly number[]) =>
  judgePath(seen({
    refusals: { timestamp: EXPIRED },
    hops: hosts.map((host, i) =>
      hop(i + 1, { address: host === 0 ? undefined : `10.0.${host}.1` })
    ),
  }));

Deno.test("path verdict: a loop is named by the addresses that come again, three at most", () => {
  const once = "expires at 10.0.2.1: a loop there, or something lowers the time to live";
  const loop = "caught in a routing loop between";
  assertEquals(circling(1, 2, 3, 2, 3).text, `${loop} 10.0.2.1 and 10.0.3.1`);
  assertEquals(circling(2, 0, 3, 2, 0, 3).text, `${loop} 10.0.2.1 and 10.0.3.1`);
  assertEquals(circling(2, 3, 4, 2, 3, 4).text, `${loop} 10.0.2.1 and 10.0.3.1 and 10.0.4.1`);
  assertEquals(
    circling(2, 3, 4, 5, 2, 3, 4, 5).text,
    `${loop} 10.0.2.1 and 10.0.3.1 and 10.0.4.1`,
  );
  // A router that answers for two hops in a row, or a single one that comes again.
  assertEquals([circling(1, 2, 2, 3, 3).text, circling(1, 2, 3, 2).text], [once, once]);
  const { finding, from, afterHop } = circling(1, 4, 2, 4, 2);
  assertEquals([finding, from, afterHop], ["loop", "10.0.2.1", 3]);
});

Deno.test("path verdict: other errors are refusals, and where they come from is a place on the path", () => {
  const refused = (more: object, echo = ONE) =>
    judgePath(
      seen({ echo, refusals: { timestamp: { ...EXPIRED, ...more } }, hops: [hop(1), hop(2)] }),
    );
  const verdict = { finding: "refused", from: "10.0.2.1", afterHop: 2 };
  // Of reassembly, not of the time to live.
  const reassembly = refused({ code: 1, name: "time exceeded: reassembly" });
  const text = "timestamp requests are refused by 10.0.2.1: reassembly; echo passes";
  assertEquals(reassembly, { ...verdict, text } as typeof reassembly);
  assertEquals(
    refused({ type: 3, name: "x" }, LOST).text,
    "refused by 10.0.2.1: x",
  );
  assertEquals(refused({ type: 3, name: "x", from: "10.9.9.9" }).afterHop, undefined);
});

Deno.test("path verdict: a machine that finds no neighbour has no hop behind it", () => {
  const text = "down: neither it nor a router to it answers on the link (ARP)";
  const verdict = { finding: "unreachable", text, afterHop: 0 } as const;
  assertEquals(judgePath(seen({ unsent: { timestamp: "EHOSTUNREACH" } })), verdict);
  const own = { ...EXPIRED, isOwn: true, type: 3, code: 1 };
  assertEquals(judgePath(seen({ refusals: { timestamp: own } })), verdict);
  // The same error of a router is a refusal, and another error of this machine is no missing neighbour.
  const findingOf = (more: object) =>
    judgePath(seen({ refusals: { timestamp: { ...own, ...more } } })).finding;
  assertEquals(
    [{ isOwn: false }, { code: 2 }, { type: 11 }].map(findingOf),
    ["refused", "local_firewall", "refused"],
  );
});

Deno.test("path verdict: where requests and replies are lost, by hops", () => {
  const silent = hop(2, { expiredTimestamp: LOST, askedTimestamp: LOST });
  const placeOf = (more: Partial<PathObservation>) => {
    const { finding, afterHop, beforeHop } = judgePath(seen(more));
    return [finding, afterHop, beforeHop];
  };
  assertEquals(placeOf({ hops: [hop(1), silent] }), ["requests_dropped", 1, 2]);
  const deaf = (number: number) => hop(number, { askedTimestamp: LOST });
  // The first that does not answer, and the last before it that does.
  const hops = [hop(1), hop(2), deaf(3), deaf(4)];
  assertEquals(placeOf({ hops, distance: 5 }), ["replies_dropped", 2, 3]);
  assertEquals(placeOf({ hops: [deaf(1), hop(2)] }), ["ignores_timestamp", 2, undefined]);
  assertEquals(placeOf({ hops: [hop(1), deaf(2), hop(3)], distance: 4 }), [
    "ignores_timestamp",
    3,
    undefined,
  ]);
  assertEquals(placeOf({ hops: [hop(1)], distance: 1 }), [
    "ignores_timestamp",
    undefined,
    undefined,
  ]);
  assertEquals(placeOf({ echo: LOST, hops: [hop(1), hop(2)] }), ["silent", 2, undefined]);
  // A hop that answers no echo request of its own says nothing of replies.
  const mute = hop(2, { askedEcho: LOST, askedTimestamp: LOST });
  assertEquals(placeOf({ hops: [hop(1), mute] }), ["undecided", 2, undefined]);
});

Deno.test("path verdict: what is undecided says what would decide it", () => {
  const capture = "a capture of ICMP types 13 and 14 at the host";
  const undecided = (...hops: readonly HopObservation[]) => {
    const { finding, text, afterHop, wouldDecide } = judgePath(seen({ hops, distance: 4 }));
    return [finding, text, afterHop, wouldDecide];
  };
  const ignores = "ignores timestamp requests", back = "the replies are dropped on the way back";
  const dropped = (afterHop: number) => `they are dropped after hop ${afterHop}`;
  // A router that answers shows how far replies come from.
  assertEquals(undecided(hop(1)), [
    "undecided",
    `up, and ${ignores}, or ${dropped(1)}`,
    1,
    capture,
  ]);
  const silent = hop(2, { askedEcho: LOST, askedTimestamp: LOST });
  assertEquals(undecided(hop(1), silent), [
    "undecided",
    `up, and ${ignores}, or ${dropped(2)}, or ${back}`,
    2,
    capture,
  ]);
  assertEquals(undecided(hop(1, { askedEcho: LOST, askedTimestamp: LOST })), [
    "undecided",
    `up, and ${ignores}, or ${dropped(1)}, or ${back}`,
    1,
    `${capture}, or a router near it that answers timestamp requests`,
  ]);
});

Deno.test("path evidence: a filter before the host is possible from the second hop on, where requests get so far", () => {
  const filter = "a filter between hop 1 and the host would look the same";
  const has = (more: Partial<PathObservation>) =>
    describeEvidence(seen({ distance: 2, hops: [hop(1)], ...more })).includes(filter);
  assertEquals(has({}), true);
  assertEquals(has({ hops: [hop(1, { expiredTimestamp: LOST })] }), false);
  assertEquals(has({ timestamp: ONE }), false);
  assertEquals(has({ refusals: { timestamp: EXPIRED } }), false);
  assertEquals(has({ unsent: { timestamp: "EPERM" } }), false);
  const beside = describeEvidence(seen({ distance: 1, hops: [] }));
  assertEquals(beside.filter((line) => line.includes("filter")), []);
  assertEquals(has({ distance: undefined }), false);
});

Deno.test("path evidence: what was not sent, who refuses, and a wrong checksum that is answered", () => {
  const unsent = seen({ echo: emptyTally(), timestamp: emptyTally() });
  assertEquals(describeEvidence(unsent), ["no probe could be sent"]);
  assertEquals(describeEvidence(seen({ echo: NONE, distance: undefined })), [
    "echo requests: 0 of 0 answered",
    "timestamp requests: 0 of 3 answered",
  ]);
  const refused = { refusals: { timestamp: EXPIRED }, badChecksum: ONE, distance: undefined };
  assertEquals(describeEvidence(seen(refused)).slice(2), [
    "timestamp requests: ICMP error from 10.0.2.1: time exceeded",
    "timestamp requests with a wrong checksum: 1 of 3 answered",
  ]);
  assertEquals(describeEvidence(seen({ badChecksum: LOST, distance: undefined })).length, 2);
});

Deno.test("path evidence: hops are listed one by one, or as a run of them", () => {
  const limited = (...limitedHops: readonly number[]) =>
    describeEvidence(seen({ limitedHops, distance: undefined })).at(-1)?.split(" reported")[0];
  assertEquals(limited(4), "hop 4");
  assertEquals(limited(4, 5), "hops 4 to 5");
  assertEquals(limited(4, 6), "hops 4 and 6");
  assertEquals(limited(1, 2, 3, 7), "hops 1, 2, 3 and 7");
  const answered = seen({ limitedHops: [4], timestamp: ONE, distance: undefined });
  assertEquals(describeEvidence(answered).length, 2);
});

Deno.test("path evidence: a single answer of a hop counts, and the first hop is one", () => {
  assertEquals(describeEvidence(seen({ hops: [hop(1)], distance: undefined })), [
    "echo requests: 1 of 3 answered",
    "timestamp requests: 0 of 3 answered",
    "the farthest hop that reports expired requests is 1, for both kinds",
    "timestamp requests to the routers themselves: hop 1 answered",
  ]);
  const echoOnly = hop(1, { expiredTimestamp: LOST, askedTimestamp: LOST });
  assertEquals(describeEvidence(seen({ hops: [echoOnly], distance: undefined })).slice(2), [
    "the farthest hop that reports expired requests is 1 for echo, 0 for timestamp",
    "hop 1 answered only echo requests to the routers themselves",
  ]);
  const timestampOnly = hop(1, { askedEcho: LOST });
  assertEquals(
    describeEvidence(seen({ hops: [timestampOnly] })).slice(3, 4),
    ["timestamp requests to the routers themselves: hop 1 answered"],
  );
  assertEquals(describeEvidence(seen({ hops: [hop(1)], timestamp: ONE, distance: 2 })), [
    "echo requests: 1 of 3 answered",
    "timestamp requests: 1 of 3 answered",
    "the host is hop 2",
  ]);
});

Deno.test("path evidence: an option that got no answer means something where echo passes", () => {
  const option = (echo: PathObservation["echo"]) =>
    describeEvidence(seen({ echo, ipTimestamp: LOST, distance: undefined }));
  assertEquals(option(LOST), [
    "echo requests: 0 of 3 answered",
    "timestamp requests: 0 of 3 answered",
  ]);
  assertEquals(option(ONE).slice(2), [
    "echo requests with an IP Timestamp option: 0 of 3 answered",
  ]);
});

Deno.test("forms: the offset is at most the round trip behind and a fifteenth of a second ahead", () => {
  const answers = [0, 1000].map((ms) => answer(NOON + ms, NOON_MS + ms));
  const [form] = fitForms(answers);
  assertEquals(form?.unit, "milliseconds-of-day");
  assertAlmostEquals(form?.lowerMs ?? NaN, -1, 1e-6);
  assertAlmostEquals(form?.upperMs ?? NaN, 1000 / 15, 1e-6);
});

Deno.test("forms: the likeliest comes first", () => {
  // A day on which Unix time in milliseconds, modulo 2^32, is a number that a day has too.
  const start = 414 * 2 ** 32 + 40_000_000;
  const answers = [0, 401, 1203].map((ms) => answer(start + ms, 40_000_000 + ms));
  assertEquals(fitForms(answers).map(({ unit }) => unit), [
    ...["unix-milliseconds", "milliseconds-of-day", "uptime-milliseconds"],
  ]);
});

Deno.test("forms: bounds that meet in one offset fit", () => {
  // Steps of a second leave [0, 1000]; 200 s later a rate error of 0.5 % leaves [1000, 4000].
  const late = (aheadMs: number) =>
    [0, 1, 2, 3].map((k) =>
      answer(NOON + k * 200_000, NOON_MS + k * 200_000 + (k === 0 ? 0 : aheadMs), 0)
    );
  const unitsOf = (aheadMs: number) => fitForms(late(aheadMs)).map(({ unit }) => unit);
  assertEquals(unitsOf(2000).includes("milliseconds-of-day"), true);
  assertEquals(unitsOf(3000).includes("milliseconds-of-day"), false);
});

Deno.test("forms: Unix time is right within fifteen minutes, themselves included", () => {
  const unitsOf = (aheadMs: number) => {
    const times = [0, 1000, 2000, 3000].map((ms) => NOON + ms);
    const answers = times.map((ms) => answer(ms, (ms + aheadMs) % 2 ** 32, 0));
    return fitForms(answers).filter(({ isLittleEndian, hasHighBit }) =>
      !isLittleEndian && !hasHighBit
    ).map(({ unit }) => unit);
  };
  assertEquals(unitsOf(FIFTEEN_MINUTES_MS).includes("unix-milliseconds"), true);
  assertEquals(unitsOf(FIFTEEN_MINUTES_MS + 1).includes("unix-milliseconds"), false);
});

Deno.test("forms: times go on past midnight", () => {
  const answers = [-500, 500].map((ms) => answer(MIDNIGHT + ms, (86_400_000 + ms) % 86_400_000));
  const [form] = fitForms(answers);
  if (form === undefined) throw new Error("no form fits");
  assertEquals(timesOf(form, answers).map(({ shownMs }) => shownMs), [86_399_500, 86_400_500]);
});

Deno.test("copies: an originate that a right clock could show says nothing of copying", () => {
  const echoed = (sentUnixMs: number, numbers: readonly number[]) =>
    findMeaningless(numbers.map((number, i) => answer(sentUnixMs + i, number)))
      ?.map(({ label }) => label);
  assertEquals(echoed(NOON, [0, 1, 2].map((i) => NOON_MS + i + FIFTEEN_MINUTES_MS)), undefined);
  const far = [0, 1, 2].map((i) => NOON_MS + i + FIFTEEN_MINUTES_MS + 1);
  assertEquals(echoed(NOON, far), ["originate-echo"]);
  // At midnight the number of milliseconds of a whole day is near, and still none of the day.
  assertEquals(echoed(MIDNIGHT, [86_400_000, 1, 2]), ["originate-echo"]);
  assertEquals(echoed(MIDNIGHT, [86_399_999, 1, 2]), undefined);
});
