/** The numbers behind what is said of a host, from answers and readings made by hand. */

import { assertEquals } from "@std/assert";
import type { HostAnswer, HostEvidence } from "../../../src/behaviour/answer.ts";
import { classify, type HostBehaviour } from "../../../src/behaviour/classify.ts";
import { judgeConformance } from "../../../src/behaviour/conformance.ts";
import type { FittedForm } from "../../../src/behaviour/form_fit.ts";
import { readTraits } from "../../../src/behaviour/signature.ts";
import { describeManners } from "../../../src/behaviour/manners.ts";

const NOON = Date.UTC(2026, 4, 14, 12);
const NOON_MS = 43_200_000;

/** An answer of a clock that is right, `ms` after noon, on a path without delay. */
function answer(ms: number, more: Partial<HostAnswer> = {}): HostAnswer {
  const stamp = NOON_MS + ms;
  return {
    question: "standard",
    request: { originate: stamp, receive: 0, transmit: 0 },
    reply: { originate: stamp, receive: stamp, transmit: stamp },
    ...{ sentUnixMs: NOON + ms, receivedUnixMs: NOON + ms + 1 },
    ...{ requestBytes: 20, replyBytes: 20, requestTos: 0, replyTos: 0, replyCode: 0 },
    ...{ ttl: 64, identification: 7, hasDontFragment: false },
    ...more,
  };
}

const STANDARD: FittedForm = {
  ...{ unit: "milliseconds-of-day", isLittleEndian: false, hasHighBit: false },
  ...{ lowerMs: -1, upperMs: 1, rank: 1 },
};
const RIGHT: HostBehaviour = {
  labels: [{ label: "lazy", count: 5, of: 5 }],
  form: STANDARD,
  utcOffsetMinutes: undefined,
  tick: { shownMs: undefined, worstMs: 1 },
};
const FIVE: HostEvidence = {
  asked: { standard: 5 },
  answers: [0, 401, 805, 1206, 1611].map((ms) => answer(ms)),
};

/** `result: evidence` of a clause. */
function judge(clause: string, behaviour: Partial<HostBehaviour>, evidence = FIVE): string {
  const found = judgeConformance(evidence, { ...RIGHT, ...behaviour })
    .find((finding) => finding.clause === clause);
  return `${found?.result}: ${found?.evidence}`;
}

Deno.test("conformance: the numbers behind each clause", () => {
  const findings = judgeConformance(FIVE, classify(FIVE));
  assertEquals(findings.map(({ clause, result, evidence }) => `${clause} ${result}: ${evidence}`), [
    "answers-every-request pass: 5 of 5",
    "originate-unchanged pass: 5 of 5",
    "code-zero pass: 5 of 5",
    "milliseconds-since-midnight pass: milliseconds-of-day",
    "transmit-after-receive pass: 5 of 5",
    "right-within-minutes pass: off by 0 s",
    "updated-15-times-a-second pass: 5 timestamps allow no tick above 1 ms",
  ]);
});

Deno.test("conformance: answers that break a clause are counted", () => {
  const { answers } = FIVE;
  const odd = answer(401, {
    replyCode: 3,
    reply: { originate: 1, receive: NOON_MS + 401, transmit: NOON_MS + 390 },
  });
  const evidence = { ...FIVE, answers: answers.with(1, odd) };
  const behaviour = classify(evidence);
  assertEquals(
    ["originate-unchanged", "code-zero", "transmit-after-receive"]
      .map((clause) => judge(clause, behaviour, evidence)),
    ["fail: 4 of 5", "fail: 4 of 5", "fail: 4 of 5"],
  );
});

Deno.test("conformance: one of five losses is none of the host, and four requests show nothing", () => {
  const answers = (count: number) => FIVE.answers.slice(0, count);
  const judgeAnswers = (evidence: HostEvidence) => judge("answers-every-request", {}, evidence);
  assertEquals(judgeAnswers({ asked: { standard: 5 }, answers: answers(4) }), "pass: 4 of 5");
  assertEquals(judgeAnswers({ asked: { standard: 5 }, answers: answers(3) }), "fail: 3 of 5");
  assertEquals(judgeAnswers({ asked: { standard: 4 }, answers: answers(4) }), "not-tested: 4 of 4");
  // Neither question has to be answered, and long ones are asked beside the others.
  const optional = (["bad-checksum", "odd-code", "long"] as const)
    .map((question) => answer(2000, { question }));
  assertEquals(
    judgeAnswers({
      asked: { "standard": 2, "bad-clock": 1, "filled": 1, "service": 1, "bad-checksum": 9 },
      answers: [...answers(5), ...optional],
    }),
    "pass: 5 of 5",
  );
});

Deno.test("conformance: a clock is right while five minutes are within its bounds", () => {
  const right = (lowerMs: number, upperMs: number, utcOffsetMinutes?: number) =>
    judge("right-within-minutes", { form: { ...STANDARD, lowerMs, upperMs }, utcOffsetMinutes });
  assertEquals(right(300_000, 340_000), "pass: off by 320 s");
  assertEquals(right(300_001, 340_000), "fail: off by 320 s");
  assertEquals(right(-340_000, -300_000), "pass: off by -320 s");
  assertEquals(right(-340_000, -300_001), "fail: off by -320 s");
  assertEquals(right(3_600_000, 3_600_400, 60), "fail: off by 3600 s, as a local time");
});

Deno.test("conformance: a tick of a fifteenth of a second is the coarsest that is allowed", () => {
  const tick = (shownMs: number | undefined, worstMs: number, evidence = FIVE) =>
    judge("updated-15-times-a-second", { tick: { shownMs, worstMs } }, evidence);
  assertEquals(tick(1000 / 15, 1000 / 15), "pass: tick of 66.667 ms");
  assertEquals(tick(67, 67), "fail: tick of 67 ms");
  assertEquals(tick(undefined, 1000 / 15), "pass: 5 timestamps allow no tick above 66 ms");
  const unknown = "not-tested: too few timestamps to show a tick";
  assertEquals(tick(undefined, 67), unknown);
  const four = { asked: { standard: 4 }, answers: FIVE.answers.slice(0, 4) };
  assertEquals(tick(undefined, 1, four), unknown);
  assertEquals(
    judge("updated-15-times-a-second", { tick: undefined }),
    "fail: counts whole seconds",
  );
});

Deno.test("conformance: where no time can be read, the label says what is there", () => {
  const stuck = answer(0).reply;
  const evidence: HostEvidence = {
    asked: { standard: 5 },
    answers: FIVE.answers.map((one) => ({ ...one, reply: { ...stuck, transmit: 5 } })),
  };
  const behaviour = classify(evidence);
  assertEquals(judge("milliseconds-since-midnight", behaviour, evidence), "fail: stuck");
  assertEquals(
    judge("transmit-after-receive", behaviour, evidence),
    "not-tested: no time can be read",
  );
  const marked = { form: { ...STANDARD, hasHighBit: true } };
  assertEquals(judge("milliseconds-since-midnight", marked), "pass: the high-order bit is set");
  const turned = { form: { ...STANDARD, hasHighBit: true, isLittleEndian: true } };
  assertEquals(judge("milliseconds-since-midnight", turned), "fail: octets reversed");
});

Deno.test("manners: each label counts the answers to requests that could show it", () => {
  assertEquals(
    describeManners({
      asked: {},
      wrongChecksums: 1,
      answers: [
        answer(0),
        answer(1, { question: "bad-checksum" }),
        answer(2, { question: "odd-code" }),
        answer(3, { reply: { originate: 9, receive: 9, transmit: 9 } }),
        answer(4, { question: "long", requestBytes: 21, replyBytes: 20 }),
        answer(5, { question: "long", requestBytes: 76, replyBytes: 76 }),
        answer(6, { question: "long", requestBytes: 76, replyBytes: 48 }),
        answer(7, { question: "service", requestTos: 72, replyTos: 72 }),
        answer(8, { question: "service", requestTos: 72, replyTos: 0 }),
      ],
    }).map(({ label, count, of }) => `${label} ${count}/${of}`),
    [
      ...["wrong-checksum 1/10", "checksum-lazy 1/1", "answers-odd-code 1/1"],
      ...["originate-tampered 1/9", "truncates-long 1/3", "echoes-long 1/3", "copies-tos 1/2"],
    ],
  );
  assertEquals(describeManners({ asked: {}, answers: [answer(0)] }), []);
});

const names = (answers: readonly HostAnswer[]) =>
  classify({ asked: {}, answers }).labels.map(({ label }) => label).join(" ");

Deno.test("behaviour: a host is decided from the second answer on, a second and a half after the first", () => {
  assertEquals(names([answer(0), answer(1500)]), "lazy");
  assertEquals(names([answer(0), answer(1499)]), "undecided");
  assertEquals(names([answer(0), answer(300), answer(1600)]), "lazy");
  assertEquals(names([answer(0)]), "undecided");
});

Deno.test("behaviour: one reply with two timestamps shows that they are taken separately", () => {
  const reply = { originate: NOON_MS, receive: NOON_MS, transmit: NOON_MS + 1 };
  assertEquals(classify({ asked: {}, answers: [answer(0, { reply }), answer(1600)] }).labels, [
    { label: "normal", count: 1, of: 2 },
  ]);
});

Deno.test("behaviour: a local time is as far off as its bounds and ten seconds allow", () => {
  const zoneOf = (aheadMs: number) => {
    // Three seconds to the host and back, so its clock is known within 1.5 s and what it may drift.
    const answers = [0, 1600].map((ms) => {
      const stamp = NOON_MS + ms + 1500 + aheadMs;
      const reply = { originate: NOON_MS + ms, receive: stamp, transmit: stamp };
      return answer(ms, { reply, receivedUnixMs: NOON + ms + 3000 });
    });
    return classify({ asked: {}, answers }).utcOffsetMinutes;
  };
  assertEquals(zoneOf(3_600_000), 60);
  assertEquals(zoneOf(3_611_300), 60);
  assertEquals(zoneOf(3_588_700), 60);
  assertEquals(zoneOf(3_612_000), undefined);
  assertEquals(zoneOf(3_588_000), undefined);
});

Deno.test("behaviour: four numbers that fit no form are random, three show nothing", () => {
  // None of them is a time of day, in either order of octets, and they do not advance as time does.
  const stamps = [0xb3a1_77f3, 0x9d20_0bd5, 0xe7c4_91a9, 0xc86e_5d0b];
  const answers = stamps.map((stamp, i) =>
    answer(i * 900, { reply: { originate: 0, receive: stamp, transmit: stamp } })
  );
  assertEquals(names(answers), "lazy random originate-tampered");
  assertEquals(names(answers.slice(0, 3)), "lazy originate-tampered undecided");
});

Deno.test("traits: what the answers show of a stack, and what they do not show", () => {
  const read = (answers: readonly HostAnswer[], asked: HostEvidence["asked"] = {}) =>
    readTraits({ asked, answers }, { counting: "standard", isCoarse: false });
  const plain = [0, 1, 2, 3, 4].map((i) => answer(i * 500, { identification: 100 + i }));
  assertEquals(read(plain), {
    ...{ initialTtl: 64, isLazy: true, counting: "standard", isCoarse: false },
    ...{ oddCode: undefined, long: undefined, copiesTos: undefined },
    ...{ answersBadChecksum: undefined, hasDontFragment: false, identification: "counter" },
  });
  assertEquals(read([]), {});
  // One reply with two timestamps is enough.
  const normal = { originate: 0, receive: NOON_MS, transmit: NOON_MS + 1 };
  assertEquals(read([...plain, answer(3000, { reply: normal })]).isLazy, false);
  // Twice in vain is an answer, once may be a loss.
  const silent = read(plain, { "odd-code": 2, "long": 2, "bad-checksum": 2 });
  assertEquals([silent.oddCode, silent.long, silent.answersBadChecksum], ["none", "none", false]);
  const once = read(plain, { "odd-code": 1, "long": 1, "bad-checksum": 1 });
  assertEquals([once.oddCode, once.long, once.answersBadChecksum], [...Array(3).fill(undefined)]);
  const asked = (more: Partial<HostAnswer>) => read([...plain, answer(3000, more)]);
  assertEquals(asked({ question: "odd-code" }).oddCode, "zero");
  assertEquals(asked({ question: "odd-code", replyCode: 1 }).oddCode, "same");
  assertEquals(asked({ question: "long", requestBytes: 76, replyBytes: 76 }).long, "echoed");
  assertEquals(asked({ question: "long", requestBytes: 76, replyBytes: 20 }).long, "cut");
  assertEquals(asked({ question: "bad-checksum" }).answersBadChecksum, true);
  const service = { question: "service", requestTos: 72 } as const;
  assertEquals(asked({ ...service, replyTos: 72 }).copiesTos, true);
  assertEquals(asked({ ...service, replyTos: 0 }).copiesTos, false);
});

Deno.test("traits: the time to live that a host begins with is the next one above what arrived", () => {
  const initial = (...ttls: readonly number[]) =>
    readTraits({ asked: {}, answers: ttls.map((ttl, i) => answer(i, { ttl })) }, {
      ...{ counting: undefined, isCoarse: undefined },
    }).initialTtl;
  assertEquals(
    [32, 33, 64, 65, 128, 129, 255].map((ttl) => Number(initial(ttl))),
    [32, 64, 64, 128, 128, 255, 255],
  );
  assertEquals(initial(20, 40, 30), 64);
});

Deno.test("traits: identifications that count on go up by 4096 at most, modulo 65536; five show it", () => {
  const kind = (...identifications: readonly number[]) =>
    readTraits({
      asked: {},
      answers: identifications.map((identification, i) => answer(i, { identification })),
    }, {}).identification;
  assertEquals(kind(1, 2, 3, 4), undefined);
  assertEquals(kind(0, 0, 0, 0, 0), "zero");
  assertEquals(kind(65_534, 65_535, 0, 1, 2), "counter");
  assertEquals(kind(0, 0x1000, 0x2000, 0x3000, 0x4000), "counter");
  assertEquals(kind(0, 0x1001, 0x1002, 0x1003, 0x1004), "random");
  assertEquals(kind(5, 4, 3, 2, 1), "random");
});

Deno.test("behaviour: numbers that stand still are named, if they did so for a second and a half", () => {
  const still = (receive: number, transmit: number, spanMs = 1500) => {
    const reply = { originate: NOON_MS, receive, transmit };
    const request = { originate: NOON_MS, receive: 1234, transmit: 1234 };
    const answers = [0, spanMs].map((ms) => answer(ms, { request, reply }));
    return classify({ asked: {}, answers }).labels
      .map(({ label, detail }) => detail === undefined ? label : `${label} ${detail}`).join();
  };
  assertEquals(still(4711, 4711), "stuck 4711");
  assertEquals(still(4711, 4712), "stuck 4711, 4712");
  assertEquals(still(0, 0), "constant-zero");
  assertEquals([still(1, 1), still(2, 2)], ["constant-one", "stuck 2"]);
  assertEquals(still(0x0100_0000, 0x0100_0000), "constant-little-endian-one");
  assertEquals(still(1, 1, 1499), "undecided");
});
