/** The plan of an audit: first who answers, then every question to each host that does. */

import { randomHashKey } from "../packet/half_sip_hash.ts";
import type { Question } from "../behaviour/answer.ts";
import { BadChecksumProbe } from "../probe/message/bad_checksum.ts";
import type { ProbeMessage } from "../probe/message/message.ts";
import { TimestampProbe } from "../probe/message/timestamp.ts";
import type { ProberOptions } from "../probe/prober_options.ts";
import type { SocketOptions } from "./run_options.ts";
import { planRun, randomOriginateMs, type RunPlan } from "./run_plan.ts";

/** Options of an audit. */
export interface AuditOptions extends SocketOptions {
  /** Most probes a second, above 0. */
  readonly ratePps: number;
  /** Time to live, 1 to 255. */
  readonly ttl: number;
  /** How often each host that answers is asked every question, from 1. */
  readonly rounds: number;
  /** How long a probe waits for its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the audit that many milliseconds after the start of the program. */
  readonly deadlineMs?: number | undefined;
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
  /** The question. */
  readonly question: Question;
}

/** What is sent, and how. */
export interface AuditPlan {
  /** Finds out who answers: the standard question, until the first answer. */
  readonly discovery: RunPlan;
  /** Every question in turn. */
  readonly interview: Omit<ProberOptions, "targets">;
  /** What each message asks. */
  readonly questions: ReadonlyMap<ProbeMessage, AskedNumbers>;
}

const TRIES = 3;
const TRY_INTERVAL_MS = 600;
/** Between two questions to one host: two rounds then span more than the longest tick and the time of `stuck`. */
const QUESTION_INTERVAL_MS = 230;
const LONG_BYTES = 56;
const ODD_CODE = 1;
/** Class selector 2 (RFC 2474): no network treats it as urgent. */
const SERVICE = 0x40;

/** Plans an audit of a number of targets. */
export function planAudit(options: AuditOptions, targetCount: number): AuditPlan {
  const { ratePps, ttl, rounds, timeoutMs, deadlineMs } = options;
  const spacingMs = 1000 / ratePps;
  const roundMs = spacingMs * targetCount;
  const discovery = planRun({
    ...options,
    kind: "timestamp",
    count: TRIES,
    intervalMs: Math.max(TRY_INTERVAL_MS, roundMs),
    spacingMs,
    timeoutMs: Math.max(TRY_INTERVAL_MS, Math.min(timeoutMs, roundMs)),
    stopOnReply: true,
    deadlineMs,
  });
  const questions = planQuestions({ ttl, source: options.sourceAddress ?? 0 });
  const probes = [...questions.keys()].map((message) => ({ message }));
  const lengths = probes.map(({ message }) => message.lengthBytes);
  return {
    discovery: {
      ...discovery,
      // Measured by the host's answers to all questions, see HostRecord.
      prober: { ...discovery.prober, measures: false },
      transport: { ...discovery.transport, datagramBytes: Math.max(...lengths) },
    },
    interview: {
      probes,
      measures: false,
      numberKey: randomHashKey(),
      count: rounds * probes.length,
      intervalMs: QUESTION_INTERVAL_MS,
      spacingMs,
      timeoutMs,
      deadlineMs,
    },
    questions,
  };
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
