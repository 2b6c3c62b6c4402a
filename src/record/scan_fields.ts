/** Output fields of `scan`; the names are those of `ping` wherever they mean the same. */

import { formatAddress } from "../packet/address.ts";
import type { ScanFlag, ScanIcmpError, ScanProgress, ScanReply } from "../scan/scan_record.ts";
import { type Field, roundMs } from "./field.ts";
import { FLAG_MEANINGS } from "./flags.ts";
import { READINGS, SCHEMA_VERSION } from "./probe_record.ts";
import { roundedDown, roundedUp } from "./record_parts.ts";

/** What a scan was asked to do, for its first record. */
export interface ScanRunInfo {
  /** Program version. */
  readonly version: string;
  /** Start, Unix time in seconds. */
  readonly time: number;
  /** Addresses of the whole scan, over all shards. */
  readonly targets: number;
  /** Probes of this shard. */
  readonly probes: number;
  /** Seed of the order. */
  readonly seed: number;
  /** Shard, such as `2/8`. */
  readonly shard: string;
  /** Probes a second; Infinity for no limit. */
  readonly rate: number;
  /** Threads that send. */
  readonly senders: number;
  /** How long is listened after the last probe. */
  readonly cooldownMs: number;
  /** Way out: packet-socket or raw-socket. */
  readonly path: string;
  /** Why that way. */
  readonly pathReason: string;
  /** First probe of this run; above 0 when resumed. */
  readonly position: number;
}

/** A probe that the kernel refused. */
export interface ScanUnsent {
  /** The host, unsigned 32-bit. */
  readonly address: number;
  /** Name of the error, such as `EPERM`. */
  readonly error: string;
}

/** How a scan ended, for its last record. */
export interface ScanEndInfo
  extends Omit<ScanProgress, "phase" | "sendRate" | "replyRate" | "remainingSeconds"> {
  /** Why it ended: complete, interrupted, blocked, or path-lost. */
  readonly reason: string;
  /** Exit code. */
  readonly exitCode: number;
}

type Numbers<S> =
  readonly (readonly [name: string, description: string, read: (source: S) => number])[];

function integers<S>(entries: Numbers<S>): Field<S>[] {
  return entries.map(([name, description, value]) => ({
    name,
    type: "integer",
    description,
    value,
  }));
}

function address<S>(name: string, description: string, read: (source: S) => number): Field<S> {
  return { name, type: "string", description, value: (source) => formatAddress(read(source)) };
}

function milliseconds<S>(
  name: string,
  description: string,
  read: (source: S) => number | undefined,
): Field<S> {
  const value = (source: S) => {
    const ms = read(source);
    return ms === undefined ? undefined : roundMs(ms);
  };
  return { name, type: "number", description, value };
}

/** Fields of `run`. */
export const SCAN_RUN_FIELDS: readonly Field<ScanRunInfo>[] = [
  ...integers<ScanRunInfo>([[
    "schema_version",
    "Version of the form of all records",
    () => SCHEMA_VERSION,
  ]]),
  { name: "version", type: "string", description: "Program version", value: (run) => run.version },
  { name: "command", type: "string", description: "Command", value: () => "scan" },
  {
    name: "time",
    type: "number",
    description: "Start, Unix time in seconds",
    value: (run) => run.time,
  },
  ...integers<ScanRunInfo>([
    ["targets", "Addresses of the whole scan, over all shards", (run) => run.targets],
    ["probes", "Probes of this shard", (run) => run.probes],
    ["seed", "Seed of the order", (run) => run.seed],
  ]),
  {
    name: "shard",
    type: "string",
    description: "This shard and how many there are",
    value: (run) => run.shard,
  },
  {
    name: "rate",
    type: "number",
    optional: true,
    description: "Probes a second; absent when there is no limit",
    value: (run) => Number.isFinite(run.rate) ? run.rate : undefined,
  },
  ...integers<ScanRunInfo>([["sender_threads", "Threads that send", (run) => run.senders]]),
  milliseconds("cooldown_ms", "How long is listened after the last probe", (run) => run.cooldownMs),
  {
    name: "path",
    type: "string",
    description: "Way out",
    values: ["packet-socket", "raw-socket"],
    value: (run) => run.path,
  },
  {
    name: "path_reason",
    type: "string",
    description: "Why that way",
    value: (run) => run.pathReason,
  },
  ...integers<ScanRunInfo>([[
    "position",
    "First probe of this run; above 0 when resumed",
    (run) => run.position,
  ]]),
];

/** Meanings that are those of `ping`. */
function pick<const F extends keyof typeof FLAG_MEANINGS>(
  ...flags: readonly F[]
): Record<F, string> {
  return Object.fromEntries(flags.map((flag) => [flag, FLAG_MEANINGS[flag]])) as Record<F, string>;
}

/** Every flag of a scan's `reply`, and one sentence without its full stop on each. */
export const SCAN_FLAG_MEANINGS: Readonly<Record<ScanFlag, string>> = {
  "duplicate": "One more answer to a probe that had been answered",
  "bad-checksum": "The ICMP checksum is wrong: the proof holds, the stamps may not",
  "odd-code": FLAG_MEANINGS["odd-code"],
  ...pick(
    ...["non-standard", "byte-swapped", "ambiguous", "out-of-range", "zero", "one"] as const,
    ...["low-bits-zero", "originate-copied", "transmit-before-receive"] as const,
    ...["processing-exceeds-rtt", "negative-rtt", "tick-assumed"] as const,
  ),
};

/** Fields of `reply`. */
export const SCAN_REPLY_FIELDS: readonly Field<ScanReply>[] = [
  address("address", "The host that answered", (reply) => reply.address),
  ...integers<ScanReply>([["ttl", "Time to live of the reply", (reply) => reply.ttl]]),
  milliseconds(
    "rtt_ms",
    "Round-trip time, right within half a millisecond; with several sender threads too long by what a batch waits, some tens of milliseconds at most as a rule",
    (reply) => reply.rttMs,
  ),
  ...integers<ScanReply>([
    ["originate_ms", "Originate stamp, proven to be ours", (reply) => reply.originateMs],
    ["receive_ms", "Receive stamp, raw", (reply) => reply.receiveMs],
    ["transmit_ms", "Transmit stamp, raw", (reply) => reply.transmitMs],
  ]),
  milliseconds("arrival_ms", "Arrival, milliseconds since midnight UT", (reply) => reply.arrivalMs),
  {
    ...milliseconds(
      "offset_lower_ms",
      "Remote minus local clock, at least",
      (reply) => roundedDown(reply.measurement?.offsetLowerMs),
    ),
    optional: true,
  },
  {
    ...milliseconds(
      "offset_upper_ms",
      "Remote minus local clock, at most, if that ticks each millisecond",
      (reply) => roundedUp(reply.measurement?.offsetUpperMs),
    ),
    optional: true,
  },
  {
    name: "reading",
    type: "string",
    optional: true,
    values: READINGS,
    description: "How the remote stamps were read; absent when the ICMP checksum is wrong",
    value: (reply) => reply.measurement?.reading,
  },
  {
    name: "flags",
    type: "strings",
    description: "What is odd about it",
    values: Object.keys(SCAN_FLAG_MEANINGS),
    value: (reply) => reply.flags,
  },
];

/** Fields of `refused`. */
export const SCAN_ICMP_ERROR_FIELDS: readonly Field<ScanIcmpError>[] = [
  address("address", "The host that was asked", (error) => error.address),
  address("reporter", "The host that sent the ICMP error", (error) => error.reporter),
  ...integers<ScanIcmpError>([
    ["icmp_type", "ICMP type of the error", (error) => error.type],
    ["icmp_code", "ICMP code of the error", (error) => error.code],
  ]),
  {
    name: "error",
    type: "string",
    description: "The error in words",
    value: (error) => error.name,
  },
  ...integers<ScanIcmpError>([["ttl", "Time to live of the error", (error) => error.ttl]]),
  milliseconds(
    "rtt_ms",
    "From probe to error, as rtt_ms of a reply",
    (error) => error.rttMs,
  ),
];

/** Fields of `unsent`. */
export const SCAN_UNSENT_FIELDS: readonly Field<ScanUnsent>[] = [
  address("address", "The host that was to be asked", (unsent) => unsent.address),
  {
    name: "error",
    type: "string",
    description: "Why the kernel refused",
    value: (unsent) => unsent.error,
  },
];

/** Fields of `end`. */
export const SCAN_END_FIELDS: readonly Field<ScanEndInfo>[] = [
  {
    name: "reason",
    type: "string",
    description:
      "Why it ended; blocked: replies reached this machine, and its firewall let none through; path-lost: address, route, link or gateway went away",
    values: ["complete", "interrupted", "blocked", "path-lost"],
    value: (end) => end.reason,
  },
  ...integers<ScanEndInfo>([
    ["exit_code", "Exit code", (end) => end.exitCode],
    ["position", "Probes dealt with; where a resumed scan starts", (end) => end.position],
    ["probes", "Probes of this shard", (end) => end.length],
    ["sent", "Probes sent in this run", (end) => end.sent],
    [
      "received",
      "Hosts that answered, or replies with several probes per target",
      (end) => end.replies,
    ],
    ["duplicates", "Repeated replies", (end) => end.duplicates],
    ["refused", "ICMP errors for probes of this scan", (end) => end.icmpErrors],
    ["unsent", "Probes that the kernel refused", (end) => end.unsent],
    ["notices", "ICMP errors for probes of this scan that do not end them", (end) => end.notices],
    ["unproven", "Replies and errors without a right proof", (end) => end.unproven],
    ["malformed", "Datagrams that could not be read", (end) => end.malformed],
    ["kernel_drops", "Datagrams dropped because the receive buffer was full", (end) => end.dropped],
    [
      "blocked",
      "Timestamp replies that reached this machine and that its firewall or reverse path filter kept back",
      (end) => end.blocked,
    ],
    [
      "failed_calls",
      "Calls to receive replies that failed and that the scan survived: replies may be missing",
      (end) => end.failedCalls,
    ],
    ["backoffs", "Times that the kernel had no room for probes", (end) => end.backoffs],
  ]),
  {
    name: "duration_s",
    type: "number",
    description: "From first probe to end",
    value: (end) => roundMs(end.elapsedSeconds),
  },
];
