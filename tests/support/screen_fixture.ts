/** Rows of a watch screen made from outcomes that a test chooses. */

import { HostOffsetTracker } from "../../src/measurement/mod.ts";
import type { ProbeOutcome } from "../../src/probe/outcome.ts";
import { DelayHistory } from "../../src/run/delay_history.ts";
import { readTarget, type TargetRow } from "../../src/report/screen/target_row.ts";
import type { WatchPicture } from "../../src/report/screen/watch_screen.ts";
import { TargetStatistics } from "../../src/run/target_statistics.ts";

/** One probe: its delays in milliseconds, or undefined where it was lost. */
export type FixtureProbe =
  | {
    readonly rttMs: number;
    readonly outMs?: number;
    readonly backMs?: number;
    readonly queueMs?: number;
  }
  | undefined;

/** One target. */
export interface FixtureTarget {
  /** Its name. */
  readonly label: string;
  /** Its probes, the last of them now. */
  readonly probes: readonly FixtureProbe[];
  /** Flags of every reply. */
  readonly flags?: readonly string[];
}

/** Between two probes, milliseconds: one for each of the shortest columns. */
export const FIXTURE_INTERVAL_MS = 1000;
/** Lengths of columns, milliseconds. */
export const FIXTURE_COLUMNS_MS = [1000, 5000];
const FIRST_NS = 100e9;

/** The picture of some targets right after their last probes. */
export function makePicture(targets: readonly FixtureTarget[]): WatchPicture {
  const probes = Math.max(0, ...targets.map(({ probes }) => probes.length));
  const nowNs = FIRST_NS + Math.max(0, probes - 1) * FIXTURE_INTERVAL_MS * 1e6;
  return {
    rows: targets.map((target, index) => makeRow(target, index, nowNs)),
    nowNs,
    elapsedS: probes,
    about: "timestamp requests every 1 s",
    hasEchoKey: true,
    remark: undefined,
  };
}

function makeRow(
  { label, probes, flags = [] }: FixtureTarget,
  index: number,
  nowNs: number,
): TargetRow {
  const target = { index, label, address: 0xc6120001 + index };
  const statistics = new TargetStatistics(target);
  const history = new DelayHistory(FIXTURE_COLUMNS_MS);
  const host = new HostOffsetTracker();
  for (const [number, probe] of probes.entries()) {
    const monotonicNs = nowNs - (probes.length - 1 - number) * FIXTURE_INTERVAL_MS * 1e6;
    const sentAt = { realtimeNs: monotonicNs, monotonicNs, source: "kernel" as const };
    const shared = { target, index: number, sentAt, queueNs: (probe?.queueMs ?? 0) * 1e6 };
    if (probe === undefined) {
      const outcome = { kind: "timedOut", probe: shared } as unknown as ProbeOutcome;
      statistics.add(outcome);
      history.add(outcome, undefined);
      continue;
    }
    const reply = { rttNs: probe.rttMs * 1e6, receivedAt: sentAt, flags, measurement: undefined };
    const outcome = { kind: "reply", probe: shared, reply } as unknown as ProbeOutcome;
    statistics.add(outcome);
    history.add(outcome, { outMs: probe.outMs ?? 0, backMs: probe.backMs ?? 0 });
  }
  const summary = { ...statistics.summary(0), rttMs: statistics.summary(0).rttMs, host };
  const { counters } = statistics;
  const snapshot = { target, counters, summary, clock: undefined, history };
  return readTarget(snapshot, nowNs, { numeric: false }, false);
}

/** Probes that show a rise: `count` steady ones, then `risen` with more delay in one direction. */
export function risingProbes(
  count: number,
  risen: number,
  rise: { readonly outMs?: number; readonly backMs?: number; readonly queueMs?: number },
): FixtureProbe[] {
  const { outMs = 0, backMs = 0 } = rise;
  const high = { rttMs: 10 + outMs + backMs, ...rise };
  return Array.from({ length: count + risen }, (_, i) => i < count ? { rttMs: 10 } : high);
}
