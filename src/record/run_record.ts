/** Records of whole runs: `run` and `end` of `ping` and `clock`, and what those of `scan` share with them. */

import type { EndInfo, RunEndReason, RunInfo } from "../run/event.ts";
import type { Field } from "./field.ts";
import { count, identifier, probeCounts, when } from "./shared_fields.ts";
import { stampSource } from "./probe_record.ts";

/** Version of the vocabulary of all records. Names are frozen: it grows only if one must change its meaning or go. */
export const SCHEMA_VERSION = 2;

/** Which program a `run` is of, and when it started. */
export interface ProgramRun {
  /** Version of the program. */
  readonly version: string;
  /** Command that was run. */
  readonly command: string;
  /** When it started, Unix time in seconds. */
  readonly time: number;
}

/** What every `run` begins with. */
export function programHead<S extends ProgramRun>(): Field<S>[] {
  return [
    {
      name: "schema_version",
      type: "integer",
      description: "Version of the vocabulary of all records",
      value: () => SCHEMA_VERSION,
    },
    {
      name: "version",
      type: "string",
      description: "Version of the program",
      value: (run) => run.version,
    },
    {
      name: "command",
      type: "string",
      description: "Command that was run",
      value: (run) => run.command,
    },
    when("start of the run", (run) => run.time),
  ];
}

/** What every `run` begins with that asks targets. */
export function runHead<S extends ProgramRun & { readonly targets: number }>(
  targetsNote?: string,
): Field<S>[] {
  return [...programHead<S>(), count("targets", (run) => run.targets, targetsNote)];
}

/** Why a run can end. */
export const END_REASONS = [
  ...["complete", "deadline", "stopped", "blocked", "path-lost"] as const,
  "broken",
  ...["enough", "few-replies"] as const,
] as const satisfies readonly RunEndReason[];

/** What every `end` begins with. */
export function endHead<
  S extends {
    readonly time: number;
    readonly reason: RunEndReason;
    readonly exitCode: number;
    readonly durationS: number;
  },
>(): Field<S>[] {
  return [
    when("end of the run", (end) => end.time),
    {
      name: "reason",
      type: "string",
      values: END_REASONS,
      description:
        "Why the run ended. complete: nothing is left to do; deadline: the time given is over; stopped: by a signal, or its output " +
        "was closed; blocked: replies reached this machine and its firewall let none through; path-lost: the address, route, link " +
        "or gateway went away; broken: the capture could not be read to its end; enough: as many hosts as --max-results asks for were " +
        "printed; few-replies: fewer hosts reply than --min-hitrate asks for",
      value: (end) => end.reason,
    },
    {
      name: "exit_code",
      type: "integer",
      description: "Exit status of the process",
      value: (end) => end.exitCode,
    },
    {
      name: "duration_s",
      type: "number",
      description: "Length of the run in seconds",
      value: (end) => Math.round(end.durationS * 1e3) / 1e3,
    },
  ];
}

/** The message of a run, or of a probe. */
export function messageField<S>(value: (source: S) => string | undefined): Field<S> {
  return {
    name: "message",
    type: "string",
    values: ["timestamp", "echo"],
    description: "Message that is sent",
    value,
  };
}

/** Fields of a `run` record, in the order of its columns. */
export const RUN_FIELDS: readonly Field<RunInfo>[] = [
  ...runHead<RunInfo>(),
  messageField<RunInfo>((run) => run.kind),
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
    ...identifier<RunInfo>(
      (run) => run.identifier,
      "that of all probes, where --identifier or the socket sets one; else each target has its own, new in each run",
    ),
    optional: true,
  },
  {
    name: "socket",
    type: "string",
    values: ["raw", "echo"],
    description:
      "raw: a raw socket; echo: one for echo requests alone, which needs no privilege, and whose identifier all probes have",
    value: (run) => run.isUnprivileged ? "echo" : "raw",
  },
  stampSource<RunInfo>((run) => run.stampSource, "that of the run; single replies may differ"),
  {
    name: "stamp_at",
    type: "string",
    values: ["queue", "driver"],
    description:
      "Moment from which delays count: before this machine's own queue (queue) or behind it (driver)",
    value: (run) => run.stampAt,
  },
];

/** Fields of an `end` record, in the order of its columns. */
export const END_FIELDS: readonly Field<EndInfo>[] = [
  ...endHead<EndInfo>(),
  count("targets", (end) => end.targets),
  count("targets_answered", (end) => end.answered),
  ...probeCounts<EndInfo>((end) => end.totals),
  count("malformed", (end) => end.malformed),
  {
    name: "foreign",
    type: "integer",
    description:
      "Datagrams that answer the probes of other programs; the kernel keeps these back unless -v is given",
    value: (end) => end.foreign,
  },
  {
    name: "unmatched",
    type: "integer",
    description:
      "Replies with our identifier that match no probe: another address, a stale sequence number",
    value: (end) => end.unmatched,
  },
  {
    name: "unreported",
    type: "integer",
    description:
      "Repeated and late replies, and datagrams that are no answers, beyond the number that is reported one by one",
    value: (end) => end.unreported,
  },
  count("kernel_drops", (end) => end.kernelDrops),
  count("failed_calls", (end) => end.failedCalls),
];
