/**
 * What a host's answers say about the rules for ICMP timestamps: RFC 792 (page 16), RFC 1122 §3.2.2.8 (hosts) and RFC 1812 §4.3.3.8
 * (routers, the same with 16 updates a second).
 *
 * Answering is optional ("MAY"); these clauses hold for a host that does.
 */

import type { HostEvidence } from "./answer.ts";
import type { HostBehaviour } from "./classify.ts";
import type { HostTick } from "./coarse_tick.ts";
import { LABELS } from "./label.ts";

/** Result of one clause. */
export interface ClauseFinding {
  /** Name of the clause. */
  readonly clause: ClauseName;
  /** What was found; `not-tested` where the answers cannot show it. */
  readonly result: "pass" | "fail" | "not-tested";
  /** The numbers behind it, in words. */
  readonly evidence: string;
}

/** The clauses and where they are written. */
export const CLAUSES = {
  "answers-every-request": "RFC 1122 §3.2.2.8: a reply to every request that arrives",
  "originate-unchanged": "RFC 792 p. 16: the originate timestamp is returned unchanged",
  "code-zero": "RFC 792 p. 16: the code is 0",
  "transmit-after-receive": "RFC 792 p. 17: receive is taken on arrival, transmit on departure",
  "milliseconds-since-midnight":
    "RFC 792 p. 17: milliseconds since midnight UT, or the high-order bit is set",
  "right-within-minutes": "RFC 1122 §3.2.2.8: a standard value is right within a few minutes",
  "updated-15-times-a-second":
    "RFC 1122 §3.2.2.8: a standard value is updated at least 15 times a second",
} as const satisfies Readonly<Record<string, string>>;

/** Key of {@linkcode CLAUSES}. */
export type ClauseName = keyof typeof CLAUSES;

/** "A few minutes" of RFC 1122, in milliseconds. */
const FEW_MINUTES_MS = 5 * 60_000;
const MAX_TICK_MS = 1000 / 15;
/** With fewer timestamps a grid is contradicted by any that was taken late. */
const MIN_TICK_ANSWERS = 5;
/** Lost probes are no proof of a host that ignores some: more than this share is. */
const MAX_LOSS_RATIO = 0.2;
/** Answers from which a share of losses says something. */
const MIN_ASKED = 5;

/** Judges each clause. */
export function judgeConformance(
  evidence: HostEvidence,
  behaviour: HostBehaviour,
): ClauseFinding[] {
  const { answers } = evidence;
  const count = answers.length;
  if (count === 0) {
    return (Object.keys(CLAUSES) as ClauseName[]).map((clause) => notTested(clause, "no answer"));
  }
  const tampered = answers.filter(({ request, reply }) => request.originate !== reply.originate);
  const coded = answers.filter(({ replyCode }) => replyCode !== 0);
  return [
    judgeAnswers(evidence),
    verdict("originate-unchanged", tampered.length === 0, share(count - tampered.length, count)),
    verdict("code-zero", coded.length === 0, share(count - coded.length, count)),
    ...judgeClock(evidence, behaviour),
  ];
}

function judgeAnswers({ asked, answers }: HostEvidence): ClauseFinding {
  // Wrong checksums and odd codes need not be answered.
  const sent = sum(asked.standard, asked["bad-clock"], asked.filled, asked.service);
  const received =
    answers.filter(({ question }) =>
      question !== "bad-checksum" && question !== "odd-code" && question !== "long"
    ).length;
  const evidence = share(received, sent);
  if (sent < MIN_ASKED) return notTested("answers-every-request", evidence);
  return verdict("answers-every-request", received >= sent * (1 - MAX_LOSS_RATIO), evidence);
}

function judgeClock({ answers }: HostEvidence, behaviour: HostBehaviour) {
  const { form, labels, utcOffsetMinutes } = behaviour;
  const names = labels.map(({ label }) => label);
  if (names.includes("undecided")) {
    const clauses = [
      "transmit-after-receive",
      "milliseconds-since-midnight",
      "right-within-minutes",
      "updated-15-times-a-second",
    ] as const;
    return clauses.map((clause) => notTested(clause, "its timestamps are undecided"));
  }
  const shown = names.filter((name) => "showsNoTime" in LABELS[name]).join(", ");
  const isStandard = form?.unit === "milliseconds-of-day" && !form.isLittleEndian &&
    !form.hasHighBit;
  const isMarked = form?.hasHighBit === true && !form.isLittleEndian;
  const words = isMarked ? "the high-order bit is set" : form?.unit ?? shown;
  const findings = [
    verdict(
      "milliseconds-since-midnight",
      isStandard || isMarked,
      form?.isLittleEndian ? "octets reversed" : words,
    ),
  ];
  if (form === undefined) {
    return [
      ...findings,
      notTested("transmit-after-receive", "no time can be read"),
      notTested("right-within-minutes", "no time can be read"),
      notTested("updated-15-times-a-second", "no time can be read"),
    ];
  }
  const count = answers.length;
  const backwards = labels.find(({ label }) => label === "transmit-before-receive")?.count ?? 0;
  findings.push(
    verdict("transmit-after-receive", backwards === 0, share(count - backwards, count)),
  );
  const { lowerMs, upperMs } = form;
  if (isMarked || lowerMs === undefined || upperMs === undefined) {
    findings.push(notTested("right-within-minutes", "marked as non-standard"));
  } else {
    const isRight = lowerMs <= FEW_MINUTES_MS && upperMs >= -FEW_MINUTES_MS;
    const middleS = Math.round((lowerMs + upperMs) / 2000);
    const local = utcOffsetMinutes === undefined ? "" : ", as a local time";
    findings.push(verdict("right-within-minutes", isRight, `off by ${middleS} s${local}`));
  }
  findings.push(judgeTick(behaviour.tick, count));
  return findings;
}

function judgeTick(tick: HostTick | undefined, count: number): ClauseFinding {
  const clause = "updated-15-times-a-second";
  if (tick === undefined) return verdict(clause, false, "counts whole seconds");
  const { shownMs, worstMs } = tick;
  if (shownMs !== undefined) {
    return verdict(clause, shownMs <= MAX_TICK_MS, `tick of ${Number(shownMs.toFixed(3))} ms`);
  }
  return worstMs <= MAX_TICK_MS && count >= MIN_TICK_ANSWERS
    ? verdict(clause, true, `${count} timestamps allow no tick above ${Math.floor(worstMs)} ms`)
    : notTested(clause, "too few timestamps to show a tick");
}

function verdict(clause: ClauseName, passes: boolean, evidence: string): ClauseFinding {
  return { clause, result: passes ? "pass" : "fail", evidence };
}

function notTested(clause: ClauseName, evidence: string): ClauseFinding {
  return { clause, result: "not-tested", evidence };
}

function share(count: number, of: number): string {
  return `${count} of ${of}`;
}

function sum(...numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
}
