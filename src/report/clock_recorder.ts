/** Listens to a run and follows the clock of every target. */

import { ClockTracker, type ClockTrackerOptions, consensus } from "../clock/mod.ts";
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
import type { Target } from "../target/target.ts";
import type { Clock } from "../time/mod.ts";
import type { ClockEvent, ConsensusEvent } from "./clock_record.ts";

/** Remarks after which the stamps of a reply say nothing of its clock; the tracker judges all others itself. */
const UNUSABLE: ReadonlySet<string> = new Set([
  "originate-changed",
  "originate-copied",
  "negative-rtt",
]);

/** One clock that is followed. */
class FollowedClock {
  readonly target: Target;
  readonly tracker: ClockTracker;
  readonly counters = new ProbeCounters();
  readonly flags = new Set<string>();
  reading: string | undefined;

  constructor(target: Target, options: ClockTrackerOptions) {
    this.target = target;
    this.tracker = new ClockTracker(options);
  }

  add(probe: Probe, reply: ReplyDetail): void {
    const { measurement, flags } = reply;
    for (const flag of flags) this.flags.add(flag);
    if (measurement === undefined) return;
    this.reading = measurement.reading;
    const { receiveMs, transmitMs } = measurement;
    if (receiveMs === undefined || transmitMs === undefined) return;
    if (flags.some((flag) => UNUSABLE.has(flag))) return;
    this.tracker.add({ sentAt: probe.sentAt, receivedAt: reply.receivedAt, receiveMs, transmitMs });
  }
}

/** What the recorder tells of while it listens. */
export interface ClockWatcher {
  /** A reply has been taken in. */
  replied(): void;
  /** The prober is about to wait. */
  idle(nowNs: number): void;
  /** The kernel did not take a probe, or an ICMP error came, or something that is no answer. */
  remark(text: string): void;
}

/** Follows all clocks of a run. */
export class ClockRecorder implements ProbeListener {
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

  /** What is known of every clock now, in the order of the targets. */
  events(): ClockEvent[] {
    const nowNs = this.#clock.now().realtimeNs;
    const { baseUnixMs } = this.#clock;
    return this.#clocks.map(({ target, tracker, counters, flags, reading }) => ({
      target,
      state: tracker.state(),
      counters,
      flags: [...flags],
      reading,
      nowNs,
      baseUnixMs,
    }));
  }

  /** What the decided clocks say together; undefined for fewer than two. */
  consensus(events: readonly ClockEvent[]): ConsensusEvent | undefined {
    const witnesses = events.flatMap(({ target, state: { lowerMs, upperMs } }) =>
      lowerMs === undefined || upperMs === undefined
        ? []
        : [{ host: target.label, lowerMs, upperMs }]
    );
    if (witnesses.length < 2) return undefined;
    const found = consensus(witnesses);
    return found === undefined ? undefined : { consensus: found };
  }

  /** When to send a target's next probe; see {@linkcode ClockTracker.phaseMs}. */
  phaseMs(targetIndex: number, round: number, plannedNs: number, intervalMs: number): number {
    const tracker = this.#clocks[targetIndex]?.tracker;
    const seed = targetIndex * Math.SQRT1_2 % 1;
    return tracker?.phaseMs(round, plannedNs, { intervalMs, seed }) ?? 0;
  }

  /** Takes in the final word on a probe. */
  outcome(outcome: ProbeOutcome): void {
    const target = outcome.kind === "unsent" ? outcome.target : outcome.probe.target;
    const followed = this.#clocks[target.index] as FollowedClock;
    const { counters } = followed;
    const name = formatAddress(target.address);
    switch (outcome.kind) {
      case "replied":
        counters.sent++;
        counters.received++;
        followed.add(outcome.probe, outcome.reply);
        this.#watcher.replied();
        break;
      case "refused":
        counters.sent++;
        counters.refused++;
        this.#watcher.remark(
          `${name}: refused by ${formatAddress(outcome.reporter)}: ${outcome.error.name}`,
        );
        break;
      case "timedOut":
        counters.sent++;
        counters.lost++;
        break;
      case "unsent":
        counters.unsent++;
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

  /** Passes on what is no answer. */
  stray(datagram: StrayDatagram): void {
    if (datagram.kind !== "foreign") {
      this.#watcher.remark(`ignored (${datagram.kind}): ${datagram.detail}`);
    }
  }

  /** Passes the pause on. */
  idle(nowNs: number): void {
    this.#watcher.idle(nowNs);
  }
}
