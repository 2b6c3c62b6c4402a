/** The plan of an audit: first who answers, then every question to each host that does. */

import { randomHashKey } from "../../packet/half_sip_hash.ts";
import type { Question } from "../../behaviour/answer.ts";
import { BadChecksumProbe } from "../../probe/message/bad_checksum.ts";
import type { ProbeMessage } from "../../probe/message/message.ts";
import { TimestampProbe } from "../../probe/message/timestamp.ts";
import type { ProberOptions } from "../../probe/prober_options.ts";
import type { FollowUpPlan } from "./follow_up.ts";
import type { SocketOptions } from "../run_options.ts";
import { planRun, randomOriginateMs, type RunPlan } from "../run_plan.ts";

/** What the user may choose of an audit. */
export interface AuditOptions extends SocketOptions {
  /** Most probes a second, above 0. */
  readonly ratePps: number;
  /** Time to live, 1 to 255. */
  readonly ttl: number;
  /** How often each host that answers is asked every question at most, from 1. */
  readonly rounds: number;
  /** How long a probe waits for its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the audit that many milliseconds after the start of the program. */
  readonly deadlineMs?: number | undefined;
  /** Largest offset of a clock that is right, in milliseconds: where it is narrow, clocks are followed. */
  readonly maxOffsetMs?: number | undefined;
  /** How long clocks are followed to find addresses of one machine, milliseconds; undefined for not at all. */
  readonly aliasesMs?: number | undefined;
  /** Our own clock keeps the rate of UTC; for `aliasesMs`. */
  readonly isOwnRateKept?: boolean | undefined;
}

/** Numbers in the timestamps of one kind of request that the time of day does not set. */
export interface AskedNumbers {
  /** Receive timestamp. */
  readonly receive: number;
  /** Transmit timestamp. */
  readonly transmit: number;
  /** Length of the ICMP message, in octets. */
  readonly lengthBytes: number;
  /** Type-of-service octet. */
  readonly tos: number;
  /** Which of the audit's questions it answers. */
  readonly question: Question;
}

/** What each host is asked. */
export interface InterviewPlan {
  /** How often a question is sent at most, from 1. */
  readonly rounds: number;
  /** What each message asks, in the order of asking. */
  readonly questions: ReadonlyMap<ProbeMessage, AskedNumbers>;
}

/** What is sent, and how. */
export interface AuditPlan extends InterviewPlan {
  /** Probes a second at most. */
  readonly ratePps: number;
  /** The standard question, as the first record describes it. */
  readonly standard: RunPlan;
  /** The prober of all questions. */
  readonly prober: Omit<ProberOptions, "targets" | "schedule">;
  /** Clocks that are followed afterwards; undefined for none. */
  readonly followUp?: FollowUpPlan | undefined;
}

/** Between two questions to one host: two rounds then span more than the longest tick and the time of `stuck`. */
export const QUESTION_INTERVAL_MS = 230;
const LONG_BYTES = 56;
const ODD_CODE = 1;
/** Class selector 2 (RFC 2474): no network treats it as urgent. */
const SERVICE = 0x40;
/** How long a probe is remembered after its time, in milliseconds: each of ten thousand a second takes memory. */
const REMEMBER_MS = 2000;

/** Plans the questions of an audit and the standard request behind them. */
export function planAudit(options: AuditOptions): AuditPlan {
  const { ratePps, ttl, rounds, timeoutMs, deadlineMs } = options;
  const questions = planQuestions({ ttl, source: options.sourceAddress ?? 0 });
  const probes = [...questions.keys()].map((message) => ({ message }));
  const count = rounds * probes.length;
  const standard = planRun({
    ...options,
    kind: "timestamp",
    count,
    intervalMs: QUESTION_INTERVAL_MS,
    timeoutMs,
    deadlineMs,
  });
  const lengths = probes.map(({ message }) => message.lengthBytes);
  const transport = { ...standard.transport, datagramBytes: Math.max(...lengths) };
  return {
    ratePps,
    rounds,
    questions,
    standard: { ...standard, transport },
    prober: {
      probes,
      // Measured by the host's answers to all questions, see HostRecord.
      measures: false,
      numberKey: randomHashKey(),
      count,
      intervalMs: QUESTION_INTERVAL_MS,
      timeoutMs,
      deadlineMs,
      rememberMs: REMEMBER_MS,
      // Hosts come and go: no list of identifiers holds for the whole run.
      keepStrays: true,
    },
    followUp: planFollowUp(options),
  };
}

/** Below this limit the questions alone do not bound an offset well enough: RFC 1122 lets a clock lag 67 ms. */
const NARROW_MS = 5;
/** As long as `clock` asks by default. */
const NARROW_DURATION_MS = 5000;

/** What is followed afterwards; undefined for nothing. */
function planFollowUp(
  { ratePps, maxOffsetMs = Infinity, aliasesMs, isOwnRateKept = false }: AuditOptions,
): FollowUpPlan | undefined {
  const narrows = maxOffsetMs < NARROW_MS;
  if (!narrows && aliasesMs === undefined) return undefined;
  const durationMs = aliasesMs ?? NARROW_DURATION_MS;
  const findsAliases = aliasesMs !== undefined;
  return { durationMs, findsAliases, narrows, isOwnRateKept, ratePps, isPunctual: true };
}

/** One message for each question. */
function planQuestions(
  header: { readonly ttl: number; readonly source: number },
): Map<ProbeMessage, AskedNumbers> {
  const filled = randomOriginateMs();
  const usual = { ...header, receiveMs: 0, transmitMs: 0 };
  const standard = new TimestampProbe(usual);
  const plan: readonly (readonly [Question, ProbeMessage, Partial<AskedNumbers>?])[] = [
    ["standard", standard],
    ["bad-clock", new TimestampProbe({ ...usual, originateMs: randomOriginateMs })],
    ["bad-checksum", new BadChecksumProbe(new TimestampProbe(usual))],
    [
      "filled",
      new TimestampProbe({
        ...header,
        receiveMs: filled,
        transmitMs: filled,
        originateMs: randomOriginateMs,
      }),
      { receive: filled, transmit: filled },
    ],
    ["odd-code", new TimestampProbe({ ...usual, code: ODD_CODE })],
    ["long", new TimestampProbe({ ...usual, payload: new Uint8Array(LONG_BYTES) })],
    ["service", new TimestampProbe({ ...usual, tos: SERVICE }), { tos: SERVICE }],
  ];
  return new Map(plan.map(([question, message, numbers]) => {
    const lengthBytes = message.lengthBytes - message.messageStart;
    return [message, { receive: 0, transmit: 0, tos: 0, ...numbers, lengthBytes, question }];
  }));
}
