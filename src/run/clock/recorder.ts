/** Between the prober and a clock run: counts every event in the state and follows the clock of every target. */

import {
  type ClockTracker,
  type ClockTrackerOptions,
  independentConsensus,
} from "../../clock/mod.ts";
import { formatAddress } from "../../packet/mod.ts";
import type {
  ExtraReply,
  ProbeListener,
  ProbeOutcome,
  ReplyDetail,
  StrayDatagram,
} from "../../probe/outcome.ts";
import type { Probe } from "../../probe/probe.ts";
import type { Clock } from "../../time/mod.ts";
import type { ClockEvent } from "./event.ts";
import { FollowedClock } from "./followed_clock.ts";
import { StrayLimit } from "../repeat_limit.ts";
import type { ClockPicture, CountedState } from "../run_state.ts";
import type { TargetStatistics } from "../target_statistics.ts";

/** Receives what happens while clocks are followed. */
export interface ClockWatcher {
  /** A reply has been taken in. */
  replied(probe: Probe, reply: ReplyDetail): void;
  /** The prober is about to wait; see {@linkcode ProbeListener.idle}. */
  idle(nowNs: number, busy: boolean): Promise<void> | undefined | void;
  /** The kernel did not take a probe, an ICMP error ended one, or a datagram answers none. */
  remark(text: string): void;
}

/** Follows all clocks of a run. */
export class ClockRecorder implements ProbeListener {
  readonly #state: CountedState;
  readonly #clock: Clock;
  readonly #watcher: ClockWatcher;
  readonly #clocks: (FollowedClock | undefined)[];
  readonly #options: ClockTrackerOptions;
  readonly #strayLimit = new StrayLimit();

  /** Follows the clocks of the targets of `state` against `clock`. */
  constructor(
    state: CountedState,
    clock: Clock,
    watcher: ClockWatcher,
    options: ClockTrackerOptions = {},
  ) {
    this.#state = state;
    this.#clock = clock;
    this.#watcher = watcher;
    this.#options = options;
    this.#clocks = state.statistics.map((statistics) => new FollowedClock(statistics, options));
  }

  /** The trackers, in the order of the targets. */
  get trackers(): ClockTracker[] {
    return this.#followed().map(({ tracker }) => tracker);
  }

  /** What is known of every clock now, in the order of the targets. */
  clocks(): ClockEvent[] {
    const { baseUnixMs } = this.#clock;
    const nowNs = this.#clock.now().realtimeNs;
    return this.#followed().map((clock) => clock.event(nowNs, baseUnixMs));
  }

  /** Follows the clock of one more target of the state, or of another one at that index. */
  follow(statistics: TargetStatistics): void {
    this.#clocks[statistics.target.index] = new FollowedClock(statistics, this.#options);
  }

  /** Follows the clock of that index no longer; returns what is known of it. */
  leave(targetIndex: number): ClockEvent | undefined {
    const clock = this.#clocks[targetIndex];
    this.#clocks[targetIndex] = undefined;
    return clock?.event(this.#clock.now().realtimeNs, this.#clock.baseUnixMs);
  }

  #followed(): FollowedClock[] {
    return this.#clocks.filter((clock) => clock !== undefined);
  }

  /** When to send a target's next probe; see {@linkcode ClockTracker.phaseMs}. */
  phaseMs(targetIndex: number, round: number, plannedNs: number, intervalMs: number): number {
    const tracker = this.#clocks[targetIndex]?.tracker;
    const seed = targetIndex * Math.SQRT1_2;
    return tracker?.phaseMs(round, plannedNs, { intervalMs, seed }) ?? 0;
  }

  /** Takes in the outcome of a probe. */
  outcome(outcome: ProbeOutcome): void {
    this.#strayLimit.addProbe();
    const target = outcome.kind === "unsent" ? outcome.target : outcome.probe.target;
    this.#state.add(outcome, this.#state.of(target));
    this.#clocks[target.index]?.add(outcome);
    const name = formatAddress(target.address);
    if (outcome.kind === "reply") this.#watcher.replied(outcome.probe, outcome.reply);
    else if (outcome.kind === "icmpError") {
      const { reporter, error } = outcome;
      this.#watcher.remark(`${name}: refused by ${formatAddress(reporter)}: ${error.name}`);
    } else if (outcome.kind === "unsent") {
      this.#watcher.remark(`${name}: not sent: ${outcome.error.message}`);
    }
  }

  /** Counts a further reply to a settled probe. */
  extra(extra: ExtraReply): void {
    this.#state.addExtra(extra);
  }

  /** Counts a datagram that answers no probe, and reports it unless it belongs to another program. */
  stray({ kind, detail }: StrayDatagram): void {
    this.#state.strays.add(kind);
    if (kind === "foreign") return;
    if (this.#strayLimit.takes()) this.#watcher.remark(`ignored (${kind}): ${detail}`);
    else this.#state.strays.unreported++;
  }

  /** Counts the probes that are pending when the run is over. */
  close(pending: Iterable<Probe>): void {
    for (const { target } of pending) this.#state.of(target).addPending();
  }

  /** Passes the pause on. */
  idle(nowNs: number, busy: boolean): Promise<void> | undefined | void {
    return this.#watcher.idle(nowNs, busy);
  }
}

/**
 * What the decided clocks show together; undefined for fewer than two hosts.
 *
 * @param isOwnAddress whether an address is this machine's: its clock is no witness of itself.
 */
export function agree(
  clocks: readonly ClockEvent[],
  isOwnAddress: (address: number) => boolean = () => false,
): ClockPicture["consensus"] {
  const measured = clocks.flatMap(({ target: { label, address }, state }) => {
    const { lowerMs, upperMs } = state;
    if (lowerMs === undefined || upperMs === undefined) return [];
    return [{ host: label, address, lowerMs, upperMs }];
  });
  const found = independentConsensus(measured, isOwnAddress);
  const [first] = clocks;
  if (found === undefined || first === undefined) return undefined;
  const time = first.baseUnixMs / 1e3 + first.nowNs / 1e9;
  return { ...found, notCounted: found.notCounted.map(formatAddress), time };
}
