/** Records of `scan`; fields that `ping` has too come from the same code. */

import { formatAddress } from "../packet/address.ts";
import type { RunEndReason } from "../run/event.ts";
import type { ScanUnsent } from "../run/scan/run.ts";
import type { ScanIcmpError, ScanProgress, ScanReply } from "../scan/scan_record.ts";
import { type Field, roundMs } from "./field.ts";
import { FLAG_MEANINGS, FLAG_NAMES } from "./flags.ts";
import {
  arrivalMs,
  flags,
  icmpErrorFields,
  offset,
  reading,
  rttMs,
  systemErrorFields,
  timestamps,
  ttl,
} from "./measured_fields.ts";
import { endHead, messageField, runHead } from "./run_record.ts";
import { count, identifier, sequence, timeIso, unixSeconds, when, who } from "./shared_fields.ts";

/** What a scan was asked to do, for its first record. */
export interface ScanRunInfo {
  /** What the hosts are asked. */
  readonly message: string;
  /** `scan`. */
  readonly command: string;
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
  /** How long replies are awaited after the last probe, milliseconds. */
  readonly cooldownMs: number;
  /** How probes leave: packet-socket or raw-socket. */
  readonly path: string;
  /** Why they leave so. */
  readonly pathReason: string;
  /** First probe of this run; above 0 when resumed. */
  readonly position: number;
}

/** A reply, and where instants count from. */
export interface ScanReplyEvent {
  /** What the host answered, its stamps included. */
  readonly reply: ScanReply;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/** An ICMP error, and where instants count from. */
export interface ScanIcmpErrorEvent {
  /** The ICMP error, and the host that was probed. */
  readonly error: ScanIcmpError;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/** How a scan ended, for its last record. */
export interface ScanEndInfo
  extends Omit<ScanProgress, "phase" | "sendRate" | "replyRate" | "remainingSeconds"> {
  /** When, Unix time in seconds. */
  readonly time: number;
  /** Why it ended. */
  readonly reason: RunEndReason;
  /** Exit code of the program, 0 to 5. */
  readonly exitCode: number;
  /** From the first probe to the end, seconds. */
  readonly durationS: number;
  /** Hosts that answered at least once. */
  readonly hostsAnswered: number;
}

/** A number of a scan as a whole. */
function number<S>(name: string, description: string, value: (source: S) => number): Field<S> {
  return { name, type: "integer", description, value };
}

/** A scanned address is its own target. */
function host<S>(address: (source: S) => number): Field<S>[] {
  return who((source) => ({ label: formatAddress(address(source)), address: address(source) }));
}

const probes = <S>(read: (source: S) => number): Field<S> =>
  number("probes", "Probes of this shard", read);

/** Fields of a `run` record, in the order of its columns. */
export const SCAN_RUN_FIELDS: readonly Field<ScanRunInfo>[] = [
  ...runHead<ScanRunInfo>("addresses of the whole scan, over all shards"),
  messageField<ScanRunInfo>((run) => run.message),
  probes<ScanRunInfo>((run) => run.probes),
  number("seed", "Seed of the order", (run) => run.seed),
  {
    name: "shard",
    type: "string",
    description: "This shard and how many there are, such as 2/8",
    value: (run) => run.shard,
  },
  {
    name: "rate_pps",
    type: "number",
    optional: true,
    description: "Probes a second at most; absent when there is no limit",
    value: (run) => Number.isFinite(run.rate) ? run.rate : undefined,
  },
  number("sender_threads", "Threads that send", (run) => run.senders),
  {
    name: "cooldown_ms",
    type: "number",
    description: "How long replies are awaited after the last probe",
    value: (run) => roundMs(run.cooldownMs),
  },
  {
    name: "path",
    type: "string",
    description: "How probes leave",
    values: ["packet-socket", "raw-socket"],
    value: (run) => run.path,
  },
  {
    name: "path_reason",
    type: "string",
    description: "Why probes leave so",
    value: (run) => run.pathReason,
  },
  number(
    "start_position",
    "First probe of this run; above 0 when resumed",
    (run) => run.position,
  ),
];

/** Flags that a `reply` of `scan` can have; they mean what they mean in `ping`. */
export const SCAN_FLAG_NAMES: readonly string[] = FLAG_NAMES.filter((name) =>
  [
    ...["duplicate", "bad-checksum", "odd-code", "non-standard", "byte-swapped", "ambiguous"],
    ...["out-of-range", "zero", "one", "low-bits-zero", "originate-copied"],
    ...["transmit-before-receive", "processing-exceeds-rtt", "negative-rtt", "tick-assumed"],
  ].includes(name)
);

/** Fields of a `reply` record, in the order of its columns. */
export const SCAN_REPLY_FIELDS: readonly Field<ScanReplyEvent>[] = [
  ...host<ScanReplyEvent>(({ reply }) => reply.address),
  when(
    "arrival of the reply",
    ({ reply, baseUnixMs }) => unixSeconds(baseUnixMs, reply.receivedNs),
  ),
  ttl(({ reply }) => reply.ttl),
  rttMs(
    ({ reply }) => reply.rttMs,
    "right within half a millisecond; with several sender threads too long by what a batch waits, some tens of milliseconds at most as a rule",
  ),
  ...timestamps<ScanReplyEvent>(
    ({ reply }) => reply.receiveMs === undefined ? undefined : reply,
    true,
  ),
  arrivalMs(({ reply }) => reply.receivedNs),
  ...offset<ScanReplyEvent>(({ reply }) => reply.measurement?.offset, {
    value: "the middle of the bounds",
    bounds: "if the remote clock ticks each millisecond",
  }),
  reading(
    ({ reply }) => reply.measurement?.reading,
    "absent when the ICMP checksum is wrong, and for an echo reply",
  ),
  flags(SCAN_FLAG_NAMES, ({ reply }) => reply.flags),
  {
    name: "ip_id",
    type: "integer",
    description: "Identification of the IPv4 header of the reply, 0 to 65535",
    value: ({ reply }) => reply.ipId,
  },
  identifier(({ reply }) => reply.identifier),
  sequence(({ reply }) => reply.sequence),
  timeIso(({ reply, baseUnixMs }) => baseUnixMs + reply.receivedNs / 1e6),
];

/** Fields of an `icmp_error` record, in the order of its columns. */
export const SCAN_ICMP_ERROR_FIELDS: readonly Field<ScanIcmpErrorEvent>[] = [
  ...host<ScanIcmpErrorEvent>(({ error }) => error.address),
  when(
    "arrival of the ICMP error",
    ({ error, baseUnixMs }) => unixSeconds(baseUnixMs, error.receivedNs),
  ),
  ...icmpErrorFields<ScanIcmpErrorEvent>(({ error }) => error),
  ttl(({ error }) => error.ttl),
  rttMs(({ error }) => error.rttMs, "as right as that of a reply"),
];

/** Fields of an `unsent` record, in the order of its columns. */
export const SCAN_UNSENT_FIELDS: readonly Field<ScanUnsent>[] = [
  ...host<ScanUnsent>((unsent) => unsent.address),
  when("when the kernel refused the probe", (unsent) => unsent.time),
  ...systemErrorFields<ScanUnsent>((unsent) => unsent.error),
];

/** Fields of an `end` record, in the order of its columns. */
export const SCAN_END_FIELDS: readonly Field<ScanEndInfo>[] = [
  ...endHead<ScanEndInfo>(),
  number("position", "Probes dealt with; where a resumed scan starts", (end) => end.position),
  probes<ScanEndInfo>((end) => end.length),
  count("targets_answered", (end) => end.hostsAnswered),
  count("sent", (end) => end.sent),
  count("received", (end) => end.replies),
  count("duplicates", (end) => end.duplicates),
  count("icmp_errors", (end) => end.icmpErrors),
  count("unsent", (end) => end.unsent),
  number(
    "notices",
    "ICMP errors about probes of this scan that do not end them",
    (end) => end.notices,
  ),
  number(
    "unproven",
    "Replies and ICMP errors that do not prove to answer a probe of this scan",
    (end) => end.unproven,
  ),
  count("malformed", (end) => end.malformed),
  count("kernel_drops", (end) => end.dropped),
  number(
    "blocked",
    "Replies that reached this machine and that its firewall or reverse path filter kept back",
    (end) => end.blocked,
  ),
  count("failed_calls", (end) => end.failedCalls),
  number(
    "backoffs",
    "Times that the kernel had no room for probes and the scan waited",
    (end) => end.backoffs,
  ),
];

/** Meanings of the flags of {@linkcode SCAN_FLAG_NAMES}. */
export const SCAN_FLAG_MEANINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(FLAG_MEANINGS).filter(([name]) => SCAN_FLAG_NAMES.includes(name)),
);
