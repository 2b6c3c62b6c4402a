/** `clock` as a function: how far remote clocks are from ours, with bounds. */

import type { Consensus, Undecided } from "../clock/mod.ts";
import type { StampReading } from "../measurement/mod.ts";
import { formatAddress } from "../packet/address.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import { ClockRun } from "../run/clock/run.ts";
import { planRun } from "../run/run_plan.ts";
import type { ClockPicture } from "../run/run_state.ts";
import { iterate } from "./iterate.ts";
import {
  addressOf,
  checkSchedule,
  type CommonOptions,
  findTargets,
  machineFromNow,
  type ScheduleOptions,
} from "./options.ts";

/** How clocks are measured. All are optional. */
export interface ClockOptions extends CommonOptions, ScheduleOptions {
  /** Probes for each clock, from 1; Infinity for no end. Default 100. */
  readonly count?: number | undefined;
  /** Time between two probes to one clock, in milliseconds, from 0. Default 100. */
  readonly intervalMs?: number | undefined;
  /** Yield a report at every such interval, in milliseconds, above 0. Default: only one, at the end. */
  readonly everyMs?: number | undefined;
  /** End when every clock is known to ± this many milliseconds, above 0. Default: after the last probe. */
  readonly untilMs?: number | undefined;
  /** Largest rate error that is assumed of a remote clock, in parts per million, from 0. Default 500. */
  readonly maxSkewPpm?: number | undefined;
}

/** One clock at one moment. */
export interface ClockHost {
  /** The target as the caller wrote it. */
  readonly target: string;
  /** Its IPv4 address. */
  readonly address: string;
  /** Probes sent so far. */
  readonly sent: number;
  /** Probes answered so far. */
  readonly received: number;
  /** Shortest round trip, in milliseconds; undefined before a reply. */
  readonly rttMinMs: number | undefined;
  /** Resolution of the remote timestamps, in milliseconds; 1 until a coarser one has shown. */
  readonly tickMs: number;
  /** How its timestamps are read; undefined before a reply. */
  readonly reading: StampReading | undefined;
  /** Remarks on its replies; those of docs/output.md. */
  readonly flags: readonly string[];
}

/** A clock that is known. */
export interface DecidedClock extends ClockHost {
  /** Discriminates {@linkcode ClockReading}. */
  readonly kind: "decided";
  /** Remote clock minus ours, in milliseconds within ± 12 h, if the two directions are equally fast. */
  readonly offsetMs: number;
  /** The offset is at least this, in milliseconds, whatever the delay in each direction. */
  readonly offsetLowerMs: number;
  /** The offset is at most this, in milliseconds, whatever the delay in each direction. */
  readonly offsetUpperMs: number;
  /** Rate of the remote clock against ours minus one, in parts per million; undefined while it has not shown. */
  readonly skewPpm: number | undefined;
  /** The skew is at least this, in parts per million. */
  readonly skewLowerPpm: number | undefined;
  /** The skew is at most this, in parts per million. */
  readonly skewUpperPpm: number | undefined;
}

/** A clock of which nothing is known yet. */
export interface UndecidedClock extends ClockHost {
  /** Discriminates {@linkcode ClockReading}. */
  readonly kind: "undecided";
  /** The reason, in words. */
  readonly reason: Undecided;
}

/** One clock: known, or not yet. */
export type ClockReading = DecidedClock | UndecidedClock;

/** All clocks at one moment. */
export interface ClockReport {
  /** When, Unix time in seconds. */
  readonly time: number;
  /** The last report of the run. */
  readonly isFinal: boolean;
  /** The clocks, in the order of the targets. */
  readonly clocks: readonly ClockReading[];
  /** What the decided clocks show together; undefined for fewer than two. */
  readonly consensus: Consensus | undefined;
}

/**
 * Measures remote clocks and yields reports: one at every `everyMs`, and one at the end.
 *
 * Permissions, and the ways in which the iteration ends, are those of {@linkcode ping}.
 *
 * @param targets As for {@linkcode ping}.
 * @throws {TargetError} A target cannot be probed or a name does not resolve.
 * @throws {RangeError} An option is outside its range.
 * @throws {SystemError} The system refuses the socket.
 *
 * @example
 * ```ts
 * import { clock } from "icmptime";
 *
 * for await (const { clocks } of clock("127.0.0.1", { count: 20, intervalMs: 10 })) {
 *   for (const each of clocks) {
 *     if (each.kind === "decided") console.log(each.target, each.offsetLowerMs, each.offsetUpperMs);
 *     else console.log(each.target, each.reason);
 *   }
 * }
 * ```
 */
export async function* clock(
  targets: string | Iterable<string>,
  options: ClockOptions = {},
): AsyncGenerator<ClockReport, void, void> {
  checkSchedule(options);
  checkPositive({ everyMs: options.everyMs, untilMs: options.untilMs });
  const { everyMs, untilMs, maxSkewPpm } = options;
  const plan = planRun({
    kind: "timestamp",
    originateMs: "random",
    ...{ ttl: options.ttl, tos: options.tos, mark: options.mark },
    count: options.count ?? 100,
    intervalMs: options.intervalMs ?? 100,
    timeoutMs: options.timeoutMs ?? 1000,
    deadlineMs: options.deadlineMs,
    interfaceName: options.interfaceName,
    sourceAddress: addressOf(options.sourceAddress),
  });
  const machine = machineFromNow();
  const found = await findTargets(targets, options);
  if (found.length === 0) return;
  const program = { command: "clock", version: "" };
  const setup = { program, plan, targets: found, everyMs, untilMs, maxSkewPpm };
  yield* iterate<ClockReport, ClockRun>(
    () => ClockRun.open(setup, machine, options.onTrouble),
    (run, queue) =>
      run.run({
        run() {},
        report: (picture, isBrief) => queue.push(reportOf(picture, !isBrief)),
        idle: () => queue.room(),
      }),
    options.signal,
  );
}

function checkPositive(values: Readonly<Record<string, number | undefined>>): void {
  for (const [name, ms] of Object.entries(values)) {
    if (ms === undefined || ms > 0) continue;
    throw new RangeError(`Cannot use ${name} ${ms}: out of range, expected milliseconds above 0`);
  }
}

function reportOf({ clocks, consensus }: ClockPicture, isFinal: boolean): ClockReport {
  const [{ nowNs, baseUnixMs } = { nowNs: 0, baseUnixMs: Date.now() }] = clocks;
  return {
    time: baseUnixMs / 1e3 + nowNs / 1e9,
    isFinal,
    clocks: clocks.map(readingOf),
    consensus: consensus?.consensus,
  };
}

function readingOf({ target, state, counters, flags, reading }: ClockEvent): ClockReading {
  const { minRttNs, tickMs, offsetMs, lowerMs, upperMs } = state;
  const host: ClockHost = {
    target: target.label,
    address: formatAddress(target.address),
    sent: counters.sent,
    received: counters.received,
    rttMinMs: minRttNs === undefined ? undefined : minRttNs / 1e6,
    ...{ tickMs, reading, flags },
  };
  if (offsetMs === undefined || lowerMs === undefined || upperMs === undefined) {
    return { kind: "undecided", ...host, reason: state.undecided ?? "no reply yet" };
  }
  const { skewPpm, skewLowerPpm, skewUpperPpm } = state;
  return {
    kind: "decided",
    ...host,
    ...{ offsetMs, offsetLowerMs: lowerMs, offsetUpperMs: upperMs },
    ...{ skewPpm, skewLowerPpm, skewUpperPpm },
  };
}
