/** One remote clock that a run follows. */

import { type ClockState, ClockTracker, type ClockTrackerOptions } from "../../clock/mod.ts";
import { FINE_TICK_MS, type StampReading } from "../../measurement/mod.ts";
import { formatAddress } from "../../packet/mod.ts";
import type { ProbeOutcome, ReplyDetail } from "../../probe/outcome.ts";
import type { Probe } from "../../probe/probe.ts";
import type { ClockEvent } from "./event.ts";
import type { TargetStatistics } from "../target_statistics.ts";

/** Flags of replies whose stamps say nothing of the clock; the tracker judges all others itself. */
const UNUSABLE: ReadonlySet<string> = new Set([
  "originate-changed",
  "originate-copied",
  "negative-rtt",
]);

/** Flags of the tick as single replies show it; the tracker finds it from all of them. */
const TICK_FLAGS: ReadonlySet<string> = new Set(["coarse-tick", "tick-assumed", "tick-unknown"]);

/** Gathers what the outcomes of one target's probes say about its clock. */
export class FollowedClock {
  /** Bounds and estimate of the offset. */
  readonly tracker: ClockTracker;
  readonly #statistics: Pick<TargetStatistics, "target" | "counters">;
  readonly #flags = new Set<string>();
  #reading: StampReading | undefined;
  #unsent: ClockEvent["unsent"];
  #icmpError: ClockEvent["icmpError"];

  /** Follows the clock of the target of `statistics`, which others keep. */
  constructor(
    statistics: Pick<TargetStatistics, "target" | "counters">,
    options: ClockTrackerOptions,
  ) {
    this.#statistics = statistics;
    this.tracker = new ClockTracker(options);
  }

  /** Takes in the outcome of a probe. */
  add(outcome: ProbeOutcome): void {
    if (outcome.kind === "reply") this.#addReply(outcome.probe, outcome.reply);
    else if (outcome.kind === "unsent") this.#unsent = outcome.error;
    else if (outcome.kind === "icmpError") {
      this.#icmpError = { name: outcome.error.name, from: formatAddress(outcome.reporter) };
    }
  }

  /**
   * What is known now, for now.
   *
   * @param nowNs our realtime, nanoseconds since `baseUnixMs`
   */
  event(nowNs: number, baseUnixMs: number): ClockEvent {
    const state: ClockState = this.tracker.state(nowNs);
    const tickFlags = state.tickMs > FINE_TICK_MS ? ["coarse-tick"] : [];
    const { target, counters } = this.#statistics;
    return {
      ...{ target, counters, state, nowNs, baseUnixMs },
      flags: [...this.#flags, ...tickFlags],
      reading: this.#reading,
      unsent: this.#unsent,
      icmpError: this.#icmpError,
    };
  }

  #addReply(probe: Probe, { measurement, flags, receivedAt }: ReplyDetail): void {
    for (const flag of flags) if (!TICK_FLAGS.has(flag)) this.#flags.add(flag);
    if (measurement === undefined) return;
    const { receiveMs, transmitMs } = measurement;
    const isUsable = receiveMs !== undefined && transmitMs !== undefined &&
      !flags.some((flag) => UNUSABLE.has(flag));
    // How the stamps in use were read; while there are none, why they were not.
    if (isUsable || this.tracker.probes === 0) this.#reading = measurement.reading;
    if (!isUsable) return;
    this.tracker.add({ sentAt: probe.sentAt, receivedAt, receiveMs, transmitMs });
  }
}
