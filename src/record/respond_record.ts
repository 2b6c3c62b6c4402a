/** Records of `respond`, for its log: `run`, one `answer` for each datagram, `end`. */

import { formatAddress } from "../packet/address.ts";
import { type Fate, FATES, type ResponderCounts } from "../respond/fate.ts";
import type { RunEndReason } from "../run/event.ts";
import type { Answered } from "../respond/responder.ts";
import { type Field, jsonFormatter, nsToMs } from "./field.ts";
import { timestamps } from "./measured_fields.ts";
import { endHead, programHead, type ProgramRun } from "./run_record.ts";
import { count, identifier, sequence, when } from "./shared_fields.ts";

/** Start of a responder. */
export interface RespondRunEvent extends ProgramRun {
  /** Interface on which it answers. */
  readonly interfaceName: string;
  /** Addresses, such as `198.18.0.0/15`. */
  readonly addresses: string;
  /** Seed of losses, jitter and the like. */
  readonly seed: number;
  /** Requests a second that are answered at most. */
  readonly ratePps: number;
}

/** Something was done with a datagram. */
export interface AnswerEvent extends Answered {
  /** When it arrived, Unix time in milliseconds. */
  readonly unixMs: number;
  /** The same moment on CLOCK_MONOTONIC, in nanoseconds. */
  readonly arrivedNs: number;
}

/** What a responder did, for its last record. */
export interface RespondEndEvent {
  /** When it ended, Unix time in seconds. */
  readonly time: number;
  /** `complete`, `deadline` or `stopped`. */
  readonly reason: RunEndReason;
  /** Exit status of the process. */
  readonly exitCode: number;
  /** Length of the run in seconds. */
  readonly durationS: number;
  /** What was done. */
  readonly counts: ResponderCounts;
  /** Requests that were dropped because they were not read in time; undefined where that is not known. */
  readonly drops: number | undefined;
}

/** Fields of a `run` record, in the order of its columns. */
export const RESPOND_RUN_FIELDS: readonly Field<RespondRunEvent>[] = [
  ...programHead<RespondRunEvent>(),
  {
    name: "interface",
    type: "string",
    description: "Name of the interface",
    value: ({ interfaceName }) => interfaceName,
  },
  {
    name: "answered_addresses",
    type: "string",
    description: "Addresses, prefixes and ranges that are answered for",
    value: ({ addresses }) => addresses,
  },
  {
    name: "answer_seed",
    type: "integer",
    description: "Seed of losses, jitter and whatever else is drawn by lot",
    value: ({ seed }) => seed,
  },
  {
    name: "answer_rate_pps",
    type: "number",
    description: "Requests a second that are answered at most",
    value: ({ ratePps }) => ratePps,
  },
];

/** A field that only requests have. */
function ofRequest<T extends Field<AnswerEvent>>(field: T): T {
  return { ...field, optional: true };
}

/** Fields of an `answer` record, in the order of its columns. */
export const ANSWER_FIELDS: readonly Field<AnswerEvent>[] = [
  when("arrival of the request", ({ unixMs }) => unixMs / 1e3),
  ofRequest({
    name: "source",
    type: "string",
    description: "Source address",
    value: ({ request }) => request && formatAddress(request.header.source),
  }),
  ofRequest({
    name: "destination",
    type: "string",
    description: "Destination address",
    value: ({ request }) => request && formatAddress(request.header.destination),
  }),
  ofRequest({
    name: "request",
    type: "string",
    values: ["timestamp", "echo"],
    description: "Kind of a request",
    value: ({ request }) =>
      request && (request.message.kind === "echo-request" ? "echo" : "timestamp"),
  }),
  {
    name: "fate",
    type: "string",
    values: Object.keys(FATES),
    description: "What became of a request, as the counters of `end` explain",
    value: ({ fate }) => fate,
  },
  ofRequest(identifier(({ request }) => request?.message.identifier)),
  ofRequest(sequence(({ request }) => request?.message.sequence)),
  ...timestamps<AnswerEvent>(({ request, stamps }) => {
    if (stamps === undefined || request?.message.kind !== "timestamp-request") return undefined;
    const { receiveMs, transmitMs } = stamps;
    return { originateMs: request.message.originateMs, receiveMs, transmitMs };
  }, true),
  {
    name: "reply_delay_ms",
    type: "number",
    optional: true,
    description: "Time from the arrival of a request to the departure that is due for its reply",
    value: ({ departures: [first], arrivedNs }) =>
      first === undefined ? undefined : nsToMs(first.dueNs - arrivedNs),
  },
  {
    name: "reply_count",
    type: "integer",
    description: "Packets that are sent for a request, copies included",
    value: ({ departures }) => departures.length,
  },
];

/** Fields of an `end` record, in the order of its columns. */
export const RESPOND_END_FIELDS: readonly Field<RespondEndEvent>[] = [
  ...endHead<RespondEndEvent>(),
  total("requests", "Requests to addresses that are answered for", ({ requests }) => requests),
  total(
    "timestamp_requests",
    "Timestamp requests to addresses that are answered for",
    ({ timestampRequests }) => timestampRequests,
  ),
  total(
    "echo_requests",
    "Echo requests to addresses that are answered for",
    ({ echoRequests }) => echoRequests,
  ),
  total("packets_sent", "Replies and ICMP errors that the kernel took", ({ sent }) => sent),
  total("packets_unsent", "Replies and ICMP errors that it did not take", ({ unsent }) => unsent),
  total(
    "packets_dropped",
    "Replies that found no room among those that wait for their moment",
    ({ overflow }) => overflow,
  ),
  ...(Object.keys(FATES) as Fate[]).map((fate) =>
    total(
      `fate_${fate}`,
      `Datagrams with the fate ${fate}: ${FATES[fate]}`,
      ({ fates }) => fates[fate],
    )
  ),
  { ...count<RespondEndEvent>("kernel_drops", ({ drops }) => drops), optional: true },
];

function total(
  name: string,
  description: string,
  read: (counts: ResponderCounts) => number,
): Field<RespondEndEvent> {
  return { name, type: "integer", description, value: ({ counts }) => read(counts) };
}

/** Writes these records as JSON, each prepared once. */
export const RESPOND_JSON = {
  run: jsonFormatter("run", RESPOND_RUN_FIELDS),
  answer: jsonFormatter("answer", ANSWER_FIELDS),
  end: jsonFormatter("end", RESPOND_END_FIELDS),
} as const;
