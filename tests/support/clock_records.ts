/** What `icmptime clock --json` writes, read as an outsider would, and what the lab's log says to it. */

import { assert } from "@std/assert";
import type { LabLog } from "../lab/log.ts";
import type { EndRecord, OutputRecord } from "./records.ts";

/** Milliseconds of a day. */
export const MS_PER_DAY = 86_400_000;

/** What was found of one clock. */
export interface ClockRecord extends OutputRecord {
  readonly target: string;
  readonly address: string;
  readonly time: number;
  readonly is_decided: boolean;
  readonly undecided_reason?: string;
  readonly offset_ms?: number;
  readonly offset_stddev_ms?: number;
  readonly offset_lower_ms?: number;
  readonly offset_upper_ms?: number;
  readonly skew_ppm?: number;
  readonly skew_stddev_ppm?: number;
  readonly skew_lower_ppm?: number;
  readonly skew_upper_ppm?: number;
  readonly rtt_min_ms?: number;
  readonly tick_ms: number;
  readonly is_tick_settled: boolean;
  readonly remote_time?: string;
  readonly is_far_off: boolean;
  readonly utc_offset_minutes?: number;
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly samples: number;
  readonly samples_used: number;
  readonly edge_samples: number;
  readonly outliers: number;
  readonly restarts: readonly string[];
  readonly reading?: string;
  readonly flags: readonly string[];
}

/** What several clocks say together. */
export interface ConsensusRecord extends OutputRecord {
  readonly hosts: number;
  readonly agreeing: number;
  readonly has_majority: boolean;
  readonly consensus_lower_ms: number;
  readonly consensus_upper_ms: number;
  readonly local_clock: string;
  readonly falsetickers: readonly string[];
}

/** The output of one run, sorted by type, each in the order of writing. */
export interface ClockRun {
  /** The first line. */
  readonly run: OutputRecord;
  /** One for each host and report. */
  readonly clocks: readonly ClockRecord[];
  /** One for each report with two decided hosts or more. */
  readonly consensus: readonly ConsensusRecord[];
  /** The last line. */
  readonly end: EndRecord;
}

/** Reads the output of a run. */
export function readClockRun(stdout: string): ClockRun {
  const all = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as OutputRecord);
  const of = (type: string) => all.filter((record) => record.type === type) as unknown[];
  const [run, end] = [all[0], all.at(-1)];
  assert(run?.type === "run" && end?.type === "end", `no whole run: ${stdout.slice(-200)}`);
  return {
    run,
    clocks: of("clock") as ClockRecord[],
    consensus: of("consensus") as ConsensusRecord[],
    end: end as EndRecord,
  };
}

/** The last report on a host. */
export function lastClock(run: ClockRun, address: string): ClockRecord {
  const record = run.clocks.findLast((clock) => clock.address === address);
  assert(record !== undefined, `no record of ${address}`);
  return record;
}

/**
 * How far a host's clock was ahead of ours at a time, milliseconds, by the lab's own log: on the line through its
 * two stamps next to that time.
 *
 * @param unixSeconds the time, as `time` in the output.
 */
export function trueOffsetMs(log: LabLog, host: string, unixSeconds: number): number {
  const atNs = (unixSeconds - log.run.baseUnixMs / 1e3) * 1e9;
  const stamped = log.requests.filter((request) =>
    request.host === host && request.receiveAtNs !== undefined
  );
  const after = stamped.findIndex(({ receiveAtNs = 0 }) => receiveAtNs > atNs);
  const upper = Math.max(1, after < 0 ? stamped.length - 1 : after);
  const [one, other] = [stamped[upper - 1], stamped[upper]];
  assert(one !== undefined, `the lab was never asked for ${host}`);
  const { receiveAtNs = NaN, receiveOffsetNs = NaN } = one;
  if (other === undefined) return receiveOffsetNs / 1e6;
  const { receiveAtNs: otherAtNs = NaN, receiveOffsetNs: otherOffsetNs = NaN } = other;
  const share = (atNs - receiveAtNs) / (otherAtNs - receiveAtNs);
  return (receiveOffsetNs + share * (otherOffsetNs - receiveOffsetNs)) / 1e6;
}

/** A record beside the truth of the lab's log. */
export interface Judgement {
  /** Estimate minus truth, milliseconds; NaN when nothing was decided. */
  readonly errorMs: number;
  /** Whether the truth is within the printed hard bounds. */
  readonly isInside: boolean;
}

/** A difference of times of day, folded into ± 12 h. */
export function foldMs(ms: number): number {
  return ms - Math.round(ms / MS_PER_DAY) * MS_PER_DAY;
}

/** Holds a record against the lab's log. A stamp holds a time of day, so offsets are the same modulo a day. */
export function judge(log: LabLog, record: ClockRecord): Judgement {
  const { offset_ms = NaN, offset_lower_ms = NaN, offset_upper_ms = NaN } = record;
  const errorMs = foldMs(offset_ms - trueOffsetMs(log, record.address, record.time));
  const truth = offset_ms - errorMs;
  return { errorMs, isInside: offset_lower_ms <= truth && truth <= offset_upper_ms };
}
