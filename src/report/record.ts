/**
 * The one list of output fields.
 *
 * Every format reads it, docs/output.md is made from it, and the names are what outside programs rely
 * on: a field may be added, none may be renamed. Readers must ignore keys that they do not know.
 */

import { formatAddress } from "../packet/mod.ts";
import type { Target } from "../target/target.ts";
import type { ProbeCounters, Summary } from "../stats/mod.ts";
import { wholeMsOfDay } from "../time/mod.ts";
import type {
  EndInfo,
  RefusedEvent,
  ReplyEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "./event.ts";
import { type Field, nsToMs, roundMs } from "./field.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** Version of the records' form. It grows when a field changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

function who<S>(target: (source: S) => Target): Field<S>[] {
  return [
    {
      name: "target",
      type: "string",
      description: "The target as the user wrote it",
      value: (source) => target(source).label,
    },
    {
      name: "address",
      type: "string",
      description: "IPv4 address of the target",
      value: (source) => formatAddress(target(source).address),
    },
  ];
}

function when<S>(description: string, seconds: (source: S) => number): Field<S> {
  return {
    name: "time",
    type: "number",
    description: `${description}, Unix time in seconds`,
    value: (source) => Math.round(seconds(source) * 1e6) / 1e6,
  };
}

function sequence<S>(read: (source: S) => number): Field<S> {
  return {
    name: "sequence",
    type: "integer",
    description: "ICMP sequence number, 0 to 65535",
    value: read,
  };
}

function number<S>(read: (source: S) => number): Field<S> {
  return {
    name: "probe",
    type: "integer",
    description: "Number of the probe among those of its target, from 0; it does not wrap",
    value: read,
  };
}

function unixSeconds(baseUnixMs: number, realtimeNs: number): number {
  return baseUnixMs / 1e3 + realtimeNs / 1e9;
}

/** Fields of `run`. */
export const RUN_FIELDS: readonly Field<RunInfo>[] = [
  {
    name: "schema_version",
    type: "integer",
    description: "Version of the form of all records",
    value: () => SCHEMA_VERSION,
  },
  { name: "version", type: "string", description: "Program version", value: (run) => run.version },
  { name: "command", type: "string", description: "Command", value: (run) => run.command },
  when("Start of the run", (run) => run.time),
  {
    name: "message",
    type: "string",
    description: "What is sent: timestamp or echo",
    value: (run) => run.kind,
  },
  {
    name: "targets",
    type: "integer",
    description: "Number of targets",
    value: (run) => run.targets,
  },
  {
    name: "count",
    type: "integer",
    description: "Probes for each target; absent when the run has no end",
    value: (run) => Number.isFinite(run.count) ? run.count : undefined,
  },
  {
    name: "interval_ms",
    type: "number",
    description: "Time between two probes to one target",
    value: (run) => run.intervalMs,
  },
  {
    name: "timeout_ms",
    type: "number",
    description: "How long a probe waits for its answer",
    value: (run) => run.timeoutMs,
  },
  {
    name: "identifier",
    type: "integer",
    description: "ICMP identifier of all probes",
    value: (run) => run.identifier,
  },
  {
    name: "stamp_source",
    type: "string",
    description: "Who takes the local stamps: kernel or user",
    value: (run) => run.stampSource,
  },
];

/** Fields of `reply`. */
export const REPLY_FIELDS: readonly Field<ReplyEvent>[] = [
  ...who<ReplyEvent>((event) => event.probe.target),
  when(
    "Arrival of the reply",
    (event) => unixSeconds(event.baseUnixMs, event.reply.receivedAt.realtimeNs),
  ),
  number((event) => event.probe.number),
  sequence((event) => event.probe.sequence),
  {
    name: "ttl",
    type: "integer",
    description: "Time to live of the reply",
    value: (event) => event.reply.header.ttl,
  },
  {
    name: "length_bytes",
    type: "integer",
    description: "Length of the ICMP message of the reply",
    value: (event) => event.reply.lengthBytes,
  },
  {
    name: "rtt_ms",
    type: "number",
    description: "Round-trip time by the local clock",
    value: (event) => nsToMs(event.reply.rttNs),
  },
  {
    name: "stamp_source",
    type: "string",
    description: "kernel when both local stamps of this probe are the kernel's, else user",
    value: ({ probe, reply }) =>
      probe.sentAt.source === "kernel" && reply.receivedAt.source === "kernel" ? "kernel" : "user",
  },
  {
    name: "originate_ms",
    type: "integer",
    description: "Originate stamp in the reply, raw, milliseconds since midnight UT",
    value: (event) => event.reply.stamps?.originateMs,
  },
  {
    name: "receive_ms",
    type: "integer",
    description: "Receive stamp, raw",
    value: (event) => event.reply.stamps?.receiveMs,
  },
  {
    name: "transmit_ms",
    type: "integer",
    description: "Transmit stamp, raw",
    value: (event) => event.reply.stamps?.transmitMs,
  },
  {
    name: "arrival_ms",
    type: "integer",
    description: "Arrival of the reply by the local clock, milliseconds since midnight UT",
    value: (event) => wholeMsOfDay(event.reply.receivedAt.realtimeNs),
  },
  {
    name: "out_ms",
    type: "number",
    description:
      "Delay of the way out plus clock offset, the middle of an interval one remote tick wide",
    value: (event) => roundedMiddle(event.reply.measurement?.out),
  },
  {
    name: "back_ms",
    type: "number",
    description:
      "Delay of the way back minus clock offset, the middle of an interval one remote tick wide",
    value: (event) => roundedMiddle(event.reply.measurement?.back),
  },
  {
    name: "offset_ms",
    type: "number",
    description: "Remote clock minus local clock, the middle of its bounds",
    value: (event) => roundedMiddle(event.reply.measurement?.offset),
  },
  {
    name: "offset_lower_ms",
    type: "number",
    description: "The offset is not less than this, whatever the two delays are",
    value: (event) => rounded(event.reply.measurement?.offset?.lowerMs),
  },
  {
    name: "offset_upper_ms",
    type: "number",
    description: "The offset is not more than this, whatever the two delays are",
    value: (event) => rounded(event.reply.measurement?.offset?.upperMs),
  },
  {
    name: "out_change_ms",
    type: "number",
    description: "Delay of the way out above its running minimum: free of the clock offset",
    value: (event) => rounded(event.change?.outMs),
  },
  {
    name: "back_change_ms",
    type: "number",
    description: "Delay of the way back above its running minimum: free of the clock offset",
    value: (event) => rounded(event.change?.backMs),
  },
  {
    name: "reading",
    type: "string",
    description:
      "How the remote stamps were read: standard, high-bit, little-endian, ambiguous, unreadable",
    value: (event) => event.reply.measurement?.reading,
  },
  {
    name: "flags",
    type: "strings",
    description: "Everything odd about the reply; empty for an ordinary one",
    value: (event) => event.flags,
  },
];

/** Fields of `refused`. */
export const REFUSED_FIELDS: readonly Field<RefusedEvent>[] = [
  ...who<RefusedEvent>((event) => event.outcome.probe.target),
  when(
    "Arrival of the ICMP error",
    (event) => unixSeconds(event.baseUnixMs, event.outcome.receivedAt.realtimeNs),
  ),
  number((event) => event.outcome.probe.number),
  sequence((event) => event.outcome.probe.sequence),
  {
    name: "reporter",
    type: "string",
    description: "Host that sent the ICMP error",
    value: (event) => formatAddress(event.outcome.reporter),
  },
  {
    name: "icmp_type",
    type: "integer",
    description: "ICMP type of the error",
    value: (event) => event.outcome.error.type,
  },
  {
    name: "icmp_code",
    type: "integer",
    description: "ICMP code of the error",
    value: (event) => event.outcome.error.code,
  },
  {
    name: "error",
    type: "string",
    description: "The error in words",
    value: (event) => event.outcome.error.name,
  },
  {
    name: "rtt_ms",
    type: "number",
    description: "Time from the probe to the ICMP error, by the local clock",
    value: (event) => nsToMs(event.outcome.rttNs),
  },
];

/** Fields of `timeout`. */
export const TIMEOUT_FIELDS: readonly Field<TimeoutEvent>[] = [
  ...who<TimeoutEvent>((event) => event.probe.target),
  when(
    "Departure of the probe",
    (event) => unixSeconds(event.baseUnixMs, event.probe.sentAt.realtimeNs),
  ),
  number((event) => event.probe.number),
  sequence((event) => event.probe.sequence),
];

/** Fields of `unsent`. */
export const UNSENT_FIELDS: readonly Field<UnsentEvent>[] = [
  ...who<UnsentEvent>((event) => event.outcome.target),
  when(
    "When the kernel refused",
    (event) => unixSeconds(event.baseUnixMs, event.outcome.at.realtimeNs),
  ),
  number((event) => event.outcome.number),
  sequence((event) => event.outcome.sequence),
  {
    name: "syscall",
    type: "string",
    description: "System call that failed",
    value: (event) => event.outcome.error.syscall,
  },
  {
    name: "code",
    type: "string",
    description: "Name of the error, such as ENETUNREACH",
    value: (event) => event.outcome.error.code,
  },
  {
    name: "error",
    type: "string",
    description: "The error in words",
    value: (event) => event.outcome.error.message,
  },
];

const COUNTS: readonly (readonly [string, string, (counters: ProbeCounters) => number])[] = [
  ["sent", "Probes that the kernel took", (counters) => counters.sent],
  ["received", "Probes that were answered in time", (counters) => counters.received],
  ["lost", "Probes that timed out", (counters) => counters.lost],
  ["refused", "Probes that an ICMP error ended", (counters) => counters.refused],
  ["unsent", "Probes that the kernel did not take", (counters) => counters.unsent],
  ["pending", "Probes still out when the run ended", (counters) => counters.outstanding],
  ["late", "Answers to probes that had timed out", (counters) => counters.late],
  ["duplicates", "Further answers to answered probes", (counters) => counters.duplicates],
];

function counts<S>(read: (source: S) => ProbeCounters): Field<S>[] {
  return COUNTS.map(([name, description, count]) => ({
    name,
    type: "integer",
    description,
    value: (source) => count(read(source)),
  }));
}

function spread(
  name: string,
  what: string,
  read: (s: TargetSummary) => Summary | undefined,
): Field<TargetSummary> {
  return {
    name,
    type: "spread",
    description: `${what}: min, median, mean, p95, max and stddev in milliseconds`,
    value: (summary) => {
      const found = read(summary);
      return found === undefined ? undefined : {
        min: roundMs(found.min),
        median: roundMs(found.median),
        mean: roundMs(found.mean),
        p95: roundMs(found.p95),
        max: roundMs(found.max),
        stddev: roundMs(found.stddev),
      };
    },
  };
}

/** Fields of `summary`. */
export const SUMMARY_FIELDS: readonly Field<TargetSummary>[] = [
  ...who<TargetSummary>((summary) => summary.target),
  {
    name: "scope",
    type: "string",
    description: "run: since the start; interval: since the last summary of this kind",
    value: (summary) => summary.scope,
  },
  ...counts<TargetSummary>((summary) => summary.counters),
  {
    name: "loss_ratio",
    type: "number",
    description: "Share of the settled probes that were lost or refused, 0 to 1",
    value: ({ counters }) => Math.round(counters.lossRatio * 1e6) / 1e6,
  },
  spread("rtt_ms", "Round-trip time", (summary) => summary.rttMs),
  spread("out_ms", "Way out plus clock offset", (summary) => summary.outMs),
  spread("back_ms", "Way back minus clock offset", (summary) => summary.backMs),
  spread(
    "out_jitter_ms",
    "Delay variation of the way out between consecutive probes (RFC 3393), absolute",
    (summary) => summary.outJitterMs,
  ),
  spread(
    "back_jitter_ms",
    "Delay variation of the way back between consecutive probes (RFC 3393), absolute",
    (summary) => summary.backJitterMs,
  ),
  spread(
    "out_change_ms",
    "Delay of the way out above its running minimum",
    (summary) => summary.outChangeMs,
  ),
  spread(
    "back_change_ms",
    "Delay of the way back above its running minimum",
    (summary) => summary.backChangeMs,
  ),
  {
    name: "offset_lower_ms",
    type: "number",
    description: "The remote clock was ahead of the local one by not less than this during the run",
    value: (summary) => rounded(summary.offset?.lowerMs),
  },
  {
    name: "offset_upper_ms",
    type: "number",
    description: "The remote clock was ahead of the local one by not more than this during the run",
    value: (summary) => rounded(summary.offset?.upperMs),
  },
];

/** Fields of `end`. */
export const END_FIELDS: readonly Field<EndInfo>[] = [
  {
    name: "reason",
    type: "string",
    description: "Why the run ended: complete, deadline or stopped",
    value: (end) => end.reason,
  },
  {
    name: "exit_code",
    type: "integer",
    description: "Exit code of the process",
    value: (end) => end.exitCode,
  },
  {
    name: "duration_s",
    type: "number",
    description: "Length of the run in seconds",
    value: (end) => Math.round(end.durationS * 1e3) / 1e3,
  },
  {
    name: "targets",
    type: "integer",
    description: "Number of targets",
    value: (end) => end.targets,
  },
  {
    name: "answered",
    type: "integer",
    description: "Targets that answered at least once",
    value: (end) => end.answered,
  },
  ...counts<EndInfo>((end) => end.totals),
  {
    name: "malformed",
    type: "integer",
    description: "Datagrams that arrived and could not be read",
    value: (end) => end.malformed,
  },
  {
    name: "foreign",
    type: "integer",
    description: "Datagrams that arrived and answer somebody else's probes",
    value: (end) => end.foreign,
  },
  {
    name: "unmatched",
    type: "integer",
    description:
      "Replies with our identifier that match no probe: another address, a stale sequence",
    value: (end) => end.unmatched,
  },
  {
    name: "kernel_drops",
    type: "integer",
    description: "Datagrams that the kernel dropped because the receive buffer was full",
    value: (end) => end.kernelDrops,
  },
];

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : roundMs(ms);
}

function roundedMiddle(interval: { readonly valueMs: number } | undefined): number | undefined {
  return rounded(interval?.valueMs);
}
