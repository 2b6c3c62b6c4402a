/** Fields of the records of whole runs and of targets: `run`, `summary` and `end`. */

import type { HostOffset } from "../measurement/mod.ts";
import type { ProbeCounters, Summary } from "../stats/mod.ts";
import type { EndInfo, RunInfo } from "../run/event.ts";
import { type Field, roundMs } from "./field.ts";
import { lossRatio, rounded, roundedDown, roundedUp, when, who } from "./record_parts.ts";
import type { TargetSummary } from "../run/target_statistics.ts";

/** Version of the records' form. It grows when a field changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

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
    values: ["timestamp", "echo"],
    description: "What is sent",
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
    optional: true,
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
    optional: true,
    description:
      "ICMP identifier of all probes, where --identifier or the socket sets one; else each target has its own",
    value: (run) => run.identifier,
  },
  {
    name: "socket",
    type: "string",
    values: ["raw", "echo"],
    description:
      "raw: a raw socket; echo: one for echo requests alone, which needs no privilege, and whose identifier all probes have",
    value: (run) => run.isUnprivileged ? "echo" : "raw",
  },
  {
    name: "stamp_source",
    type: "string",
    values: ["kernel", "user"],
    description: "Who takes the local stamps",
    value: (run) => run.stampSource,
  },
  {
    name: "stamp_at",
    type: "string",
    values: ["queue", "driver"],
    description:
      "Moment from which delays count: before this machine's own queue (queue) or behind it (driver)",
    value: (run) => run.stampAt,
  },
];

const COUNTS: readonly (readonly [string, string, (counters: ProbeCounters) => number])[] = [
  ["sent", "Probes that the kernel took", (counters) => counters.sent],
  ["received", "Probes that were answered in time", (counters) => counters.received],
  ["lost", "Probes that timed out", (counters) => counters.lost],
  [
    "dropped_by_us",
    "Of the lost: probes whose answers this machine may have dropped, its receive buffer being full",
    (counters) => counters.droppedByUs,
  ],
  ["refused", "Probes that an ICMP error ended", (counters) => counters.icmpErrors],
  ["unsent", "Probes that the kernel did not take", (counters) => counters.unsent],
  ["pending", "Probes still out when the run ended", (counters) => counters.pending],
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
    optional: true,
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

function queueField(part: "median" | "p95" | "max", description: string): Field<TargetSummary> {
  return {
    name: `queue_${part}_ms`,
    type: "number",
    optional: true,
    description,
    value: ({ queueMs }) => queueMs === undefined ? undefined : roundMs(queueMs[part]),
  };
}

/** The tick that the stamps have shown; the bounds allow for a millisecond more, which a coarse stamp cuts off. */
function shownTickMs(host: HostOffset | undefined): number | undefined {
  if (host === undefined || host.isWithdrawn) return undefined;
  if (host.tick === "fine") return host.tickMs;
  return host.tick === "coarse" ? host.tickMs - 1 : undefined;
}

/** Fields of `summary`. */
export const SUMMARY_FIELDS: readonly Field<TargetSummary>[] = [
  ...who<TargetSummary>((summary) => summary.target),
  {
    name: "scope",
    type: "string",
    values: ["run", "interval"],
    description: "run: since the start; interval: since the last summary of this kind",
    value: (summary) => summary.scope,
  },
  ...counts<TargetSummary>((summary) => summary.counters),
  lossRatio<TargetSummary>((summary) => summary.counters),
  spread("rtt_ms", "Round-trip time", (summary) => summary.rttMs),
  queueField("median", "Half of the answered probes waited no longer in this machine's own queue"),
  queueField("p95", "Of 100 answered probes 95 waited no longer in this machine's own queue"),
  queueField("max", "Longest wait of an answered probe in this machine's own queue"),
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
    optional: true,
    description:
      "The remote clock was ahead of the local one by not less than this at its last usable reply",
    value: (summary) => roundedDown(summary.offset?.lowerMs),
  },
  {
    name: "offset_upper_ms",
    type: "number",
    optional: true,
    description:
      "The remote clock was ahead of the local one by not more than this at its last usable reply, with the coarsest tick that its stamps leave",
    value: (summary) => roundedUp(summary.offset?.upperMs),
  },
  {
    name: "tick_ms",
    type: "number",
    optional: true,
    description: "Tick of the remote clock, 1 or as its stamps have shown it; absent before that",
    value: ({ host }) => rounded(shownTickMs(host)),
  },
];

/** Fields of `end`. */
export const END_FIELDS: readonly Field<EndInfo>[] = [
  {
    name: "reason",
    type: "string",
    values: ["complete", "deadline", "stopped"],
    description: "Why the run ended",
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
  lossRatio<EndInfo>((end) => end.totals),
  {
    name: "malformed",
    type: "integer",
    description: "Datagrams that arrived and could not be read",
    value: (end) => end.malformed,
  },
  {
    name: "foreign",
    type: "integer",
    description:
      "Datagrams that arrived and answer somebody else's probes; the kernel keeps these back unless -v is given",
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
    name: "unreported",
    type: "integer",
    description:
      "Repeated and late replies, and datagrams that are no answers, that are counted but not reported one by one: there were too many",
    value: (end) => end.unreported,
  },
  {
    name: "kernel_drops",
    type: "integer",
    description: "Datagrams that the kernel dropped because the receive buffer was full",
    value: (end) => end.kernelDrops,
  },
  {
    name: "failed_calls",
    type: "integer",
    description:
      "System calls on the sockets that failed and that the run survived: replies may be missing",
    value: (end) => end.failedCalls,
  },
];
