/** What happens in a run, as reporters receive it. */

import type { CapturePoint } from "../probe/observed/capture_point.ts";
import type { ProbeOutcome, ReplyDetail } from "../probe/outcome.ts";
import type { TransmitMoment } from "../probe/transport.ts";
import type { Probe } from "../probe/probe.ts";
import type { DelayChange, ProbeCounters } from "../stats/mod.ts";
import type { TargetStatistics } from "./target_statistics.ts";

/** What a run is, reported before its first probe. */
export interface RunInfo {
  /** Command name. */
  readonly command: string;
  /** Program version. */
  readonly version: string;
  /** Unix time of the start, in seconds. */
  readonly time: number;
  /** Message that is sent. */
  readonly kind: "timestamp" | "echo";
  /** Number of targets. */
  readonly targets: number;
  /** Probes per target; Infinity for no end. */
  readonly count: number;
  /** Interval in milliseconds. */
  readonly intervalMs: number;
  /** Timeout in milliseconds. */
  readonly timeoutMs: number;
  /** ICMP identifier, where all probes have the same. */
  readonly identifier: number | undefined;
  /** The socket is the kernel's own for echo requests, which needs no privilege. */
  readonly isUnprivileged?: boolean | undefined;
  /** Who takes the stamps. */
  readonly stampSource: string;
  /** Moment from which delays count. */
  readonly stampAt: TransmitMoment;
  /** Length of the ICMP message in bytes. */
  readonly lengthBytes: number;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
  /** Name of the capture that is read instead of a run; undefined for a run. */
  readonly source?: string | undefined;
  /** Where the capture was taken, if the user says so. */
  readonly capturedAt?: CapturePoint | undefined;
}

/** An answer, whether it is the probe's outcome or comes after it. */
export interface ReplyEvent {
  /** The probe that it is about, with its target. */
  readonly probe: Probe;
  /** The answer. */
  readonly reply: ReplyDetail;
  /** Flags of the reply and of the matching (`duplicate`, `late`). */
  readonly flags: readonly string[];
  /** How far the delays are above their baselines; undefined for a reply that comes after the outcome. */
  readonly change: DelayChange | undefined;
  /** What the target has shown so far, this reply included. */
  readonly statistics: TargetStatistics;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/** A probe that an ICMP error ended, and where instants count from. */
export interface IcmpErrorEvent {
  /** The ICMP error. */
  readonly outcome: Extract<ProbeOutcome, { kind: "icmpError" }>;
  /** What the target has shown so far, this error included. */
  readonly statistics: TargetStatistics;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/** A probe that timed out, and where instants count from. */
export interface TimeoutEvent {
  /** The probe that it is about, with its target. */
  readonly probe: Probe;
  /** It had not left this machine's own queue. */
  readonly isQueued: boolean;
  /** What the target has shown so far, this loss included. */
  readonly statistics: TargetStatistics;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/** A probe that the kernel did not take, and where instants count from. */
export interface UnsentEvent {
  /** What the kernel said. */
  readonly outcome: Extract<ProbeOutcome, { kind: "unsent" }>;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/**
 * Why a run of any command can end. Of a capture that is damaged it is `broken`; `enough` and `few-replies` are limits of a scan,
 * `blocked` and `path-lost` what stopped one.
 */
export type RunEndReason =
  | "complete"
  | "deadline"
  | "stopped"
  | "blocked"
  | "path-lost"
  | "broken"
  | "enough"
  | "few-replies";

/** How a run ended. */
export interface EndInfo {
  /** When, Unix time in seconds. */
  readonly time: number;
  /** `complete`, `deadline` or `stopped`; of a capture that was cut short `broken`. */
  readonly reason: RunEndReason;
  /** Exit code of the process. */
  readonly exitCode: number;
  /** Length of the run in seconds. */
  readonly durationS: number;
  /** Number of targets. */
  readonly targets: number;
  /** Targets that answered at least once. */
  readonly answered: number;
  /** Sums over all targets. */
  readonly totals: ProbeCounters;
  /** Datagrams that arrived and could not be read. */
  readonly malformed: number;
  /** Answers to another program's probes, or to none. */
  readonly foreign: number;
  /** Answers with our identifier that match no probe. */
  readonly unmatched: number;
  /** Repeated replies and what was no answer: too many to be reported one by one. */
  readonly unreported: number;
  /** Datagrams that the kernel dropped because its buffer was full. */
  readonly kernelDrops: number;
  /** System calls on the sockets that failed for a reason of this machine. */
  readonly failedCalls: number;
  /** What a capture held beside answered and unanswered requests; undefined for a run. */
  readonly capture?: CaptureCounts | undefined;
}

/** Packets of a capture, counted. */
export interface CaptureCounts {
  /** Packets that were read, of any kind. */
  readonly packets: number;
  /** Packets that were captured again further on their way, and count once. */
  readonly copies: number;
  /** What the packets were, in words, such as `timestamp requests`, the most frequent first. */
  readonly kinds: readonly (readonly [name: string, count: number])[];
}
