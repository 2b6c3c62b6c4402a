/** What an audit has learnt about one host: evidence while it goes on, a verdict in the end. */

import type { HostAnswer, HostEvidence, Question } from "../../behaviour/answer.ts";
import { classify, type HostBehaviour } from "../../behaviour/classify.ts";
import { type ClauseFinding, judgeConformance } from "../../behaviour/conformance.ts";
import { type BoundedMs, type HostOffset, StampHistory } from "../../measurement/mod.ts";
import { boundedMs } from "../../measurement/interval.ts";
import { FINE_TICK_MS } from "../../measurement/known_ticks.ts";
import type { ProbeOutcome } from "../../probe/outcome.ts";
import type { Target } from "../../targets/target.ts";
import { formatAddress } from "../../packet/mod.ts";
import type { AskedNumbers } from "./plan.ts";
import { countOutcome } from "../target_statistics.ts";
import { ProbeCounters } from "../../stats/mod.ts";

/** What an audit says about a host. */
export type Verdict =
  /** Some offset within its bounds is within the limit. */
  | "right"
  /** No offset within its bounds is. */
  | "wrong"
  /** It answers, and no time can be read from its answers. */
  | "unreadable"
  /** It did not answer. */
  | "silent"
  /** An ICMP error came instead of an answer. */
  | "icmp_error";

/** Counts of the questions that every host should answer. */
export interface HostSummary {
  /** What became of them. */
  readonly counters: Readonly<ProbeCounters>;
  /** The shortest round trip of all answers, milliseconds; undefined without one. */
  readonly rttMs: { readonly min: number } | undefined;
}

/** The findings about one host: plain data that refers to nothing of the run. */
export interface HostFindings {
  /** The host. */
  readonly target: Target;
  /** When the audit of it ended, Unix time in seconds. */
  readonly time: number;
  /** Whether the clock is right, wrong or unreadable, or why nothing is known. */
  readonly verdict: Verdict;
  /** How its timestamps count and how it answers. */
  readonly behaviour: HostBehaviour;
  /** Remote clock minus ours; undefined where no time can be read. A local time counts as it is shown. */
  readonly offset: BoundedMs | undefined;
  /** Tick of the remote clock in milliseconds, where a coarse one was found. */
  readonly tickMs: number | undefined;
  /** The clauses of the standards. */
  readonly conformance: readonly ClauseFinding[];
  /** What became of the questions that every host should answer. */
  readonly summary: HostSummary;
  /** Time to live of the last reply; undefined without one. */
  readonly ttl: number | undefined;
  /** The last ICMP error and the address that sent it; undefined for none. */
  readonly icmpError: { readonly name: string; readonly from: string } | undefined;
}

/** Questions whose replies count for statistics: those that every host should answer. */
const COUNTED: ReadonlySet<Question> = new Set(["standard", "bad-clock", "filled", "service"]);

/** Flags of replies that say nothing about the clock. */
const UNPROVEN: readonly string[] = ["bad-checksum", "originate-changed"];

/** Gathers the evidence about one host. */
export class HostRecord {
  /** The host, as the user named it. */
  readonly target: Target;
  readonly #counters = new ProbeCounters();
  readonly #history = new StampHistory();
  readonly #asked: Partial<Record<Question, number>> = {};
  readonly #answers: HostAnswer[] = [];
  #wrongChecksums = 0;
  #rttMinMs = Infinity;
  #offset: HostOffset | undefined;
  #icmpError: HostFindings["icmpError"];

  readonly #isFound: boolean;

  /** Starts without evidence. `isFound`: the host is known to answer. */
  constructor(target: Target, isFound: boolean) {
    this.target = target;
    this.#isFound = isFound;
  }

  /** Whether it answered the sweep or at least one question. */
  get hasAnswered(): boolean {
    return this.#isFound || this.#answers.length > 0 || this.#counters.received > 0;
  }

  /** Takes in the outcome of a probe that asked `asked`. */
  add(outcome: ProbeOutcome, asked: AskedNumbers, baseUnixMs: number): void {
    const { question } = asked;
    if (outcome.kind !== "unsent") this.#asked[question] = (this.#asked[question] ?? 0) + 1;
    if (COUNTED.has(question)) countOutcome(this.#counters, outcome);
    if (outcome.kind === "icmpError") {
      const { error, reporter } = outcome;
      this.#icmpError = { name: error.name, from: formatAddress(reporter) };
    }
    if (outcome.kind !== "reply") return;
    // Every answer shows the clock, also one to a question that need not be answered.
    this.#measure(outcome);
    if (outcome.reply.flags.includes("bad-checksum")) this.#wrongChecksums++;
    const answer = describeAnswer(outcome, asked, baseUnixMs);
    if (answer !== undefined) this.#answers.push(answer);
  }

  /** Adds what an answer shows of the clock to what those to all questions have shown. */
  #measure({ probe: { sentAt, token }, reply }: Extract<ProbeOutcome, { kind: "reply" }>): void {
    this.#rttMinMs = Math.min(this.#rttMinMs, reply.rttNs / 1e6);
    const { stamps, receivedAt, flags } = reply;
    if (stamps === undefined || UNPROVEN.some((flag) => flags.includes(flag))) return;
    this.#offset = this.#history.measure({
      sentAt,
      receivedAt,
      originateMs: token,
      reply: stamps,
      tickMs: FINE_TICK_MS,
    }).host;
  }

  /** Counts a probe that is pending when the run is over. */
  addPending(): void {
    this.#counters.sent++;
  }

  /** Whether asking again would change nothing: no question that every host should answer was lost, and the tick is known. */
  get isDecided(): boolean {
    const { sent, received } = this.#counters;
    if (received < sent || this.#wrongChecksums > 0) return false;
    const { labels, tick } = classify(this.#evidence);
    if (labels.some(({ label }) => label === "undecided")) return false;
    return tick === undefined || tick.shownMs !== undefined || tick.worstMs <= FINE_TICK_MS;
  }

  get #evidence(): HostEvidence {
    return {
      asked: this.#asked,
      wrongChecksums: this.#wrongChecksums,
      answers: this.#answers,
    };
  }

  /**
   * Judges the host.
   *
   * @param maxOffsetMs largest offset of a clock that is right, in milliseconds
   * @param time Unix time in seconds
   */
  judge(maxOffsetMs: number, time: number): HostFindings {
    const evidence = this.#evidence;
    const behaviour = classify(evidence);
    const offset = findOffset(behaviour, this.#offset?.offset);
    const rttMs = Number.isFinite(this.#rttMinMs) ? { min: this.#rttMinMs } : undefined;
    return {
      target: this.target,
      time,
      verdict: this.#verdict(offset, maxOffsetMs),
      behaviour,
      offset,
      tickMs: behaviour.tick?.shownMs,
      conformance: judgeConformance(evidence, behaviour),
      summary: { counters: this.#counters, rttMs },
      ttl: this.#answers.at(-1)?.ttl,
      icmpError: this.#icmpError,
    };
  }

  #verdict(offset: BoundedMs | undefined, maxOffsetMs: number): Verdict {
    if (!this.hasAnswered) return this.#icmpError === undefined ? "silent" : "icmp_error";
    if (offset === undefined) return "unreadable";
    return judgeOffset(offset, maxOffsetMs);
  }
}

/** Whether some offset within the bounds is within the limit, in milliseconds. */
export function judgeOffset(
  { lowerMs, upperMs }: BoundedMs,
  maxOffsetMs: number,
): "right" | "wrong" {
  return lowerMs <= maxOffsetMs && upperMs >= -maxOffsetMs ? "right" : "wrong";
}

/** The answer with the request's numbers; undefined where its timestamps cannot be trusted. */
function describeAnswer(
  { probe, reply }: Extract<ProbeOutcome, { kind: "reply" }>,
  { question, receive, transmit, lengthBytes, tos }: AskedNumbers,
  baseUnixMs: number,
): HostAnswer | undefined {
  const { stamps, header } = reply;
  if (stamps === undefined || reply.flags.includes("bad-checksum")) return undefined;
  return {
    question,
    request: { originate: probe.token, receive, transmit },
    reply: {
      originate: stamps.originateMs,
      receive: stamps.receiveMs,
      transmit: stamps.transmitMs,
    },
    sentUnixMs: baseUnixMs + probe.sentAt.realtimeNs / 1e6,
    receivedUnixMs: baseUnixMs + reply.receivedAt.realtimeNs / 1e6,
    requestBytes: lengthBytes,
    replyBytes: reply.lengthBytes,
    requestTos: tos,
    replyTos: header.tos,
    replyCode: reply.code,
    ttl: header.ttl,
    identification: header.identification,
    hasDontFragment: header.dontFragment,
  };
}

/**
 * What measurement and the form of the clock both allow. Measurement allows for each tick that the timestamps leave, up to a
 * second; the form for what RFC 1122 allows, or for the step that all timestamps share.
 */
function findOffset(
  { form }: HostBehaviour,
  offset: BoundedMs | undefined,
): BoundedMs | undefined {
  if (form?.lowerMs === undefined || form.upperMs === undefined) return undefined;
  const lowerMs = Math.max(form.lowerMs, offset?.lowerMs ?? -Infinity);
  const upperMs = Math.min(form.upperMs, offset?.upperMs ?? Infinity);
  if (form.unit !== "milliseconds-of-day" || lowerMs > upperMs) {
    return boundedMs(form.lowerMs, form.upperMs - form.lowerMs);
  }
  return boundedMs(lowerMs, upperMs - lowerMs);
}
