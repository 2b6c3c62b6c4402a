/** What the screen shows of one target, read once for each picture: a paused picture stays as it was. */

import type { ClockEvent } from "../../run/clock/event.ts";
import type { DelayHistory, LatestSpreads } from "../../run/delay_history.ts";
import type { TargetSnapshot } from "../../run/run_state.ts";
import { type PathPart, slowParts } from "../../run/slow_part.ts";
import type { Summary } from "../../stats/mod.ts";
import type { HostOffset } from "../../measurement/mod.ts";
import { fullName, type NameOptions, shortName } from "../target_name.ts";

/** Echo requests to one target. */
export type EchoRow = Pick<TargetRow, "lossRatio" | "lastMs" | "rtt">;

/** One target, all delays in milliseconds. */
export interface TargetRow {
  /** Place of the target in the run. */
  readonly index: number;
  /** Name, or address where there is none. */
  readonly name: string;
  /** Name with the address. */
  readonly fullName: string;
  /** Share of settled probes without an answer; undefined before the first. */
  readonly lossRatio: number | undefined;
  /** Round-trip time of the latest probe; undefined where it has no answer. */
  readonly lastMs: number | undefined;
  /** Round-trip times since the start. */
  readonly rtt: Summary | undefined;
  /** Delay variation of the direction out since the start. */
  readonly outJitter: Summary | undefined;
  /** Delay variation of the direction back since the start. */
  readonly backJitter: Summary | undefined;
  /** How far the latest delays rose, and how long the latest probes waited here. */
  readonly latest: LatestSpreads;
  /** Which parts of the path are slow now; undefined while too few replies came. */
  readonly slow: readonly PathPart[] | undefined;
  /** What echo requests beside the timestamp requests have shown; undefined where there are none. */
  readonly echo: EchoRow | undefined;
  /** Tick of the remote clock with which delays are judged, at least 1. */
  readonly tickMs: number;
  /** What the replies say of the remote clock. */
  readonly host: HostOffset | undefined;
  /** Flags of replies, the commonest first. */
  readonly odd: readonly (readonly [flag: string, replies: number])[];
  /** What its replies say of its clock; undefined unless it is asked for. */
  readonly clock: ClockEvent | undefined;
  /** Its delays over time; they go on with the run unless they were frozen. */
  readonly history: Pick<DelayHistory, "levels"> | undefined;
}

/** A target as it is now, also while the run goes on. */
export function freezeRow(row: TargetRow): TargetRow {
  const { history } = row;
  return {
    ...row,
    history: history && { levels: history.levels.map((level) => level.copy()) },
  };
}

const NO_REPLIES: LatestSpreads = {
  replies: 0,
  spanMs: 0,
  out: undefined,
  back: undefined,
  queue: undefined,
};

/**
 * Reads what echo requests beside have shown.
 *
 * @param isOn they are sent now
 * @returns undefined where none are, and none were since the last reset
 */
export function readEcho(snapshot: TargetSnapshot | undefined, isOn: boolean): EchoRow | undefined {
  if (snapshot === undefined) return undefined;
  const { counters, summary, history } = snapshot;
  if (!isOn && counters.lossRatio === undefined) return undefined;
  return { lossRatio: counters.lossRatio, lastMs: history?.lastRttMs, rtt: summary.rttMs };
}

/**
 * Reads a target.
 *
 * @param nowNs CLOCK_MONOTONIC
 * @param hasClock read its clock as well, which takes longer than all the rest
 */
export function readTarget(
  snapshot: TargetSnapshot,
  nowNs: number,
  names: NameOptions,
  hasClock: boolean,
  echo?: EchoRow | undefined,
): TargetRow {
  const { target, counters, summary, history } = snapshot;
  const { host } = summary;
  const tickMs = host?.tick === "coarse" ? host.tickMs : 1;
  const latest = history?.latest(nowNs) ?? NO_REPLIES;
  return {
    index: target.index,
    name: shortName(target, names),
    fullName: fullName(target, names),
    lossRatio: counters.lossRatio,
    lastMs: history?.lastRttMs,
    rtt: summary.rttMs,
    outJitter: summary.outJitterMs,
    backJitter: summary.backJitterMs,
    latest,
    slow: slowParts(latest, tickMs),
    echo,
    tickMs,
    // A live object of the run: what is read of it is copied by those who format it.
    host: host && copyHost(host),
    odd: [...summary.flags ?? []].sort(([, a], [, b]) => b - a),
    clock: hasClock ? snapshot.clock : undefined,
    history,
  };
}

/** Its properties are computed when they are read, and go on with the run. */
function copyHost(host: HostOffset): HostOffset {
  const { tick, tickMs, offset, assumedOffset, isWithdrawn, stamps, isWholeSeconds, hasMoved } =
    host;
  return { tick, tickMs, offset, assumedOffset, isWithdrawn, stamps, isWholeSeconds, hasMoved };
}
