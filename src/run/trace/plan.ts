/** The plan of a trace: its messages, its socket, and its times. */

import type { PathQuestion } from "../../behaviour/path_observation.ts";
import { type HashKey, randomHashKey } from "../../packet/half_sip_hash.ts";
import { BadChecksumProbe } from "../../probe/message/bad_checksum.ts";
import { ConstantFlowProbe } from "../../probe/message/constant_flow.ts";
import { EchoProbe } from "../../probe/message/echo.ts";
import { IpTimestampProbe } from "../../probe/message/ip_timestamp.ts";
import type { ProbeMessage } from "../../probe/message/message.ts";
import { TimestampProbe } from "../../probe/message/timestamp.ts";
import type { ProberOptions } from "../../probe/prober_options.ts";
import type { SocketOptions } from "../run_options.ts";
import { PlanError, planRun, randomOriginateMs, type RunPlan } from "../run_plan.ts";

/** What the user may choose of a trace. */
export interface TraceOptions extends SocketOptions {
  /** Largest time to live that is tried, 1 to 255. */
  readonly maxTtl: number;
  /** Probes of each kind for each hop, and to the host itself, from 1. */
  readonly tries: number;
  /** Flows whose paths are looked for, from 1. */
  readonly flows: number;
  /** How long a probe waits for its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Most probes a second, above 0. */
  readonly ratePps: number;
  /** Ends the trace that many milliseconds after the start of the program. */
  readonly deadlineMs?: number | undefined;
}

/** The questions that are sent with the full time to live. */
export type DirectQuestion = "echo" | "timestamp" | "ip-timestamp" | "bad-checksum";

/** The two kinds of probes that are sent with each time to live. */
export interface FlowMessages {
  /** Echo requests of one flow. */
  readonly echo: ProbeMessage;
  /** Timestamp requests of the same flow. */
  readonly timestamp: ProbeMessage;
}

/** What is sent, and how. */
export interface TracePlan {
  /** Options of the trace, with their defaults. */
  readonly options: TraceOptions;
  /** The standard question, for the `run` record, and the socket. */
  readonly run: RunPlan;
  /** What all parts of the trace share. */
  readonly prober: Omit<ProberOptions, "targets" | "schedule">;
  /** Messages with the full time to live. */
  readonly direct: Readonly<Record<DirectQuestion, ProbeMessage>>;
  /** Messages of each flow. */
  readonly flows: readonly FlowMessages[];
  /** What the routers themselves are asked. */
  readonly hop: FlowMessages;
  /** What a host that answered some timestamp requests is asked, slowly and then in a burst. */
  readonly rate: ProbeMessage;
}

/** Time between two rounds of probes with one time to live, in milliseconds. */
export const ROUND_MS = 150;

/** Sequence numbers for the first part of a trace: the others are for the parts that follow. */
export const FIRST_PART_PROBES = 0x8000;

/**
 * Plans a trace.
 *
 * @throws {PlanError} More probes for one host than there are sequence numbers.
 */
export function planTrace(options: TraceOptions): TracePlan {
  checkNumber(options);
  const { sourceAddress: source = 0, tries, timeoutMs, deadlineMs } = options;
  const numberKey = randomHashKey();
  const run = planRun({
    ...options,
    kind: "timestamp",
    count: tries,
    intervalMs: ROUND_MS,
  });
  const direct = {
    echo: new EchoProbe({ source }),
    timestamp: new TimestampProbe({ source }),
    "ip-timestamp": new IpTimestampProbe({ source }),
    "bad-checksum": new BadChecksumProbe(
      new TimestampProbe({ source, originateMs: randomOriginateMs }),
    ),
  };
  const flows = planFlows(options.flows, source, numberKey);
  const hop = { echo: new EchoProbe({ source }), timestamp: new TimestampProbe({ source }) };
  const rate = new TimestampProbe({ source });
  const pairs = [...flows, hop].flatMap(({ echo, timestamp }) => [echo, timestamp]);
  const messages = [...Object.values(direct), ...pairs, rate];
  return {
    options,
    run: {
      ...run,
      transport: {
        ...run.transport,
        icmpTypes: [direct.echo.replyType, ...run.transport.icmpTypes],
        datagramBytes: Math.max(...messages.map(({ lengthBytes }) => lengthBytes)),
      },
    },
    prober: {
      probes: messages.map((message) => ({ message })),
      numberKey,
      scattersSequences: true,
      count: Infinity,
      intervalMs: ROUND_MS,
      timeoutMs,
      deadlineMs,
    },
    ...{ direct, flows, hop, rate },
  };
}

/** Three kinds with the full time to live, and two for each hop and flow. */
function checkNumber({ tries, maxTtl, flows }: TraceOptions): void {
  const probes = tries * (3 + 2 * maxTtl * flows);
  if (probes <= FIRST_PART_PROBES) return;
  throw new PlanError(
    `Cannot send up to ${probes} probes to one host: expected at most ${FIRST_PART_PROBES}, ` +
      "with a smaller --queries or --max-ttl",
  );
}

function planFlows(count: number, source: number, key: HashKey): FlowMessages[] {
  const echo = new EchoProbe({ source }), timestamp = new TimestampProbe({ source });
  return Array.from({ length: count }, (_, flow) => ({
    echo: new ConstantFlowProbe(echo, key, flow),
    timestamp: new ConstantFlowProbe(timestamp, key, flow),
  }));
}

/** What a message of the plan asks: the host itself, or with a time to live of its own. */
export type Asked =
  | { readonly kind: "direct"; readonly question: DirectQuestion }
  | { readonly kind: "flow"; readonly question: PathQuestion; readonly flow: number };

/** What each message of a plan asks. */
export function askedByMessage(plan: TracePlan): ReadonlyMap<ProbeMessage, Asked> {
  const direct = Object.entries(plan.direct).map(([question, message]) =>
    [message, { kind: "direct", question: question as DirectQuestion }] as const
  );
  const flows = plan.flows.flatMap(({ echo, timestamp }, flow) =>
    [
      [echo, { kind: "flow", question: "echo", flow }],
      [timestamp, { kind: "flow", question: "timestamp", flow }],
    ] as const
  );
  return new Map<ProbeMessage, Asked>([...direct, ...flows]);
}
