/** Listens to a run and follows the clock of every target. */

import {
  ClockTracker,
  type ClockTrackerOptions,
  consensus,
  independentWitnesses,
} from "../clock/mod.ts";
import { FINE_TICK_MS, type StampReading } from "../measurement/mod.ts";
import { formatAddress } from "../packet/mod.ts";
import type {
  ExtraReply,
  ProbeListener,
  ProbeOutcome,
  ReplyDetail,
  StrayDatagram,
} from "../probe/outcome.ts";
import type { Probe } from "../probe/probe.ts";
import { ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
import type { Clock } from "../time/mod.ts";
import type { ClockEvent, ConsensusEvent } from "./clock_event.ts";
import { StrayLimit } from "./repeat_limit.ts";
import type { StrayCounts } from "./run_recorder.ts";

/** Remarks after which the stamps of a reply say nothing of its clock; the tracker judges all others itself. */
const UNUSABLE: ReadonlySet<string> = new Set([
  "originate-changed",
  "originate-copied",
  "negative-rtt",
]);

/** Remarks on the tick as single replies show it; the tracker finds it by itself. */
const TICK_FLAGS: ReadonlySet<string> = new Set(["coarse-tick", "tick-assumed", "tick-unknown"]);

/** One clock that is followed. */
class FollowedClock {
  readonly target: Target;
  readonly tracker: ClockTracker;
  readonly counters = new ProbeCounters();
  readonly flags = new Set<string>();
  reading: StampReading | undefined;
  unsent: ClockEvent["unsent"];
  icmpError: ClockEvent["icmpError"];

  constructor(target: Target, options: ClockTrackerOptions) {
    this.target = target;
    this.tracker = new ClockTracker(options);
  }

  add(probe: Probe, reply: ReplyDetail): void {
    const { measurement, flags } = reply;
    for (const flag of flags) if (!TICK_FLAGS.has(flag)) this.flags.add(flag);
    if (measurement === undefined) return;
    const { receiveMs, transmitMs } = measurement;
    const isUsable = receiveMs !== undefined && transmitMs !== undefined &&
      !flags.some((flag) => UNUSABLE.has(flag));
    // How the stamps in use were read; as long as there are none, why they were not.
    if (isUsable || this.tracker.probes === 0) this.reading = measurement.reading;
    if (!isUsable) return;
    this.tracker.add({ sentAt: probe.sentAt, receivedAt: reply.receivedAt, receiveMs, transmitMs });
  }
}

/** What the recorder tells of while it listens. */
export interface ClockWatcher {
  /** A reply of a target has been taken in. */
  replied(targetIndex: number): void;
  /** The prober is about to wait. */
  idle(nowNs: number): Promise<void> | undefined | void;
  /** The kernel did not take a probe, or an ICMP error came, or something that is no answer. */
  remark(text: string): void;
}

/** Follows all clocks of a run. */
export class ClockRecorder implements ProbeListener {
  /** Counts of what was no answer. */
  readonly strays: StrayCounts = { malformed: 0, foreign: 0, unmatched: 0, unreported: 0 };
  readonly #strayLimit = new StrayLimit();
  readonly #clocks: FollowedClock[];
  readonly #clock: Clock;
  readonly #watcher: ClockWatcher;

  /** Follows the clocks of `targets` against `clock`. */
  constructor(
    targets: readonly Target[],
    clock: Clock,
    watcher: ClockWatcher,
    options: ClockTrackerOptions = {},
  ) {
    this.#clocks = targets.map((target) => new FollowedClock(target, options));
    this.#clock = clock;
    this.#watcher = watcher;
  }

  /** The trackers, in the order of the targets. */
  get trackers(): ClockTracker[] {
    return this.#clocks.map(({ tracker }) => tracker);
  }

  /** Sums over all targets; those of one address share their probes, which count once. */
  totals(): ProbeCounters {
    const totals = new ProbeCounters();
    const addresses = new Set<number>();
    for (const { target, counters } of this.#clocks) {
      if (addresses.has(target.address)) continue;
      addresses.add(target.address);
      totals.sent += counters.sent;
      totals.received += counters.received;
      totals.lost += counters.lost;
      totals.droppedByUs += counters.droppedByUs;
      totals.icmpErrors += counters.icmpErrors;
      totals.unsent += counters.unsent;
      totals.late += counters.late;
      totals.duplicates += counters.duplicates;
    }
    return totals;
  }

  /** What is known of every clock now, for now, in the order of the targets. */
  events(): ClockEvent[] {
    const nowNs = this.#clock.now().realtimeNs;
    const { baseUnixMs } = this.#clock;
    return this.#clocks.map(({ target, tracker, counters, flags, reading, unsent, icmpError }) => {
      const state = tracker.state(nowNs);
      const tickFlags = state.tickMs > FINE_TICK_MS ? ["coarse-tick"] : [];
      const all = [...flags, ...tickFlags];
      const known = { target, state, counters, flags: all, reading, unsent, icmpError };
      return { ...known, nowNs, baseUnixMs };
    });
  }

  /**
   * What the decided clocks say together; undefined for fewer than two hosts.
   *
   * @param isOwnAddress whether an address is this machine's: its clock is no witness of itself.
   */
  consensus(
    events: readonly ClockEvent[],
    isOwnAddress: (address: number) => boolean = () => false,
  ): ConsensusEvent | undefined {
    const measured = events.flatMap(({ target, state: { lowerMs, upperMs } }) => {
      if (lowerMs === undefined || upperMs === undefined) return [];
      return [{ host: target.label, address: target.address, lowerMs, upperMs }];
    });
    const { counted, notCounted } = independentWitnesses(measured, isOwnAddress);
    const found = counted.length < 2 ? undefined : consensus(counted);
    if (found === undefined) return undefined;
    const { baseUnixMs } = this.#clock;
    const nowNs = events[0]?.nowNs ?? this.#clock.now().realtimeNs;
    const time = baseUnixMs / 1e3 + nowNs / 1e9;
    return { consensus: found, notCounted: notCounted.map(formatAddress), time };
  }

  /** When to send a target's next probe; see {@linkcode ClockTracker.phaseMs}. */
  phaseMs(targetIndex: number, round: number, plannedNs: number, intervalMs: number): number {
    const tracker = this.#clocks[targetIndex]?.tracker;
    const seed = targetIndex * Math.SQRT1_2 % 1;
    return tracker?.phaseMs(round, plannedNs, { intervalMs, seed }) ?? 0;
  }

  /** Takes in the final word on a probe. */
  outcome(outcome: ProbeOutcome): void {
    this.#strayLimit.addProbe();
    const target = outcome.kind === "unsent" ? outcome.target : outcome.probe.target;
    const followed = this.#clocks[target.index] as FollowedClock;
    const { counters } = followed;
    const name = formatAddress(target.address);
    switch (outcome.kind) {
      case "reply":
        counters.sent++;
        counters.received++;
        followed.add(outcome.probe, outcome.reply);
        this.#watcher.replied(target.index);
        break;
      case "icmpError":
        counters.sent++;
        counters.icmpErrors++;
        followed.icmpError = { name: outcome.error.name, from: formatAddress(outcome.reporter) };
        this.#watcher.remark(
          `${name}: refused by ${formatAddress(outcome.reporter)}: ${outcome.error.name}`,
        );
        break;
      case "timedOut":
        counters.sent++;
        counters.lost++;
        if (outcome.mayBeDropped) counters.droppedByUs++;
        break;
      case "unsent":
        counters.unsent++;
        followed.unsent = outcome.error;
        this.#watcher.remark(`${name}: not sent: ${outcome.error.message}`);
        break;
    }
  }

  /** Counts a further answer. */
  extra(extra: ExtraReply): void {
    const { counters } = this.#clocks[extra.probe.target.index] as FollowedClock;
    if (extra.kind === "duplicate") counters.duplicates++;
    else counters.late++;
  }

  /** Counts what is no answer, and passes it on. */
  stray(datagram: StrayDatagram): void {
    switch (datagram.kind) {
      case "malformed":
      case "truncated":
        this.strays.malformed++;
        break;
      case "foreign":
        this.strays.foreign++;
        break;
      case "unmatched":
        this.strays.unmatched++;
    }
    if (datagram.kind === "foreign") return;
    if (this.#strayLimit.takes()) {
      this.#watcher.remark(`ignored (${datagram.kind}): ${datagram.detail}`);
    } else {
      this.strays.unreported++;
    }
  }

  /** Counts what is still out when the run is over. */
  close(pending: Iterable<Probe>): void {
    for (const { target } of pending) (this.#clocks[target.index] as FollowedClock).counters.sent++;
  }

  /** Passes the pause on. */
  idle(nowNs: number): Promise<void> | undefined | void {
    return this.#watcher.idle(nowNs);
  }
}
