/** Where a rule begins to hold: one answer is enough, and a bound itself is inside. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { HostAnswer } from "../../../src/behaviour/answer.ts";
import { fitForms, timesOf } from "../../../src/behaviour/form_fit.ts";
import { findMeaningless } from "../../../src/behaviour/meaningless.ts";
import { describeEvidence } from "../../../src/behaviour/path_evidence.ts";
import type { HopObservation, PathObservation } from "../../../src/behaviour/path_observation.ts";
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
