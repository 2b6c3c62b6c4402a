/** When each host of a clock run is asked, and from when on it is not asked any more. */

import { PrecisionGoal } from "../../clock/mod.ts";
import { PhasedSchedule, type PhasedScheduleOptions } from "../../probe/phased_schedule.ts";
import { ReplyPacedSchedule } from "../../probe/reply_paced_schedule.ts";
import type { ProbeSchedule } from "../../probe/schedule.ts";
import type { SharedAddresses } from "../../probe/shared_addresses.ts";
import type { Clock } from "../../time/mod.ts";
import type { RunPlan } from "../run_plan.ts";
import type { ClockRecorder } from "./recorder.ts";

/** How the hosts are asked. */
export interface PacingOptions {
  /** Ends the run when every clock is known to ± this many milliseconds. */
  readonly untilMs?: number | undefined;
  /** A host without a reply this many milliseconds after the start is not asked any more; by default every host is. */
  readonly giveUpMs?: number | undefined;
  /** Ask each host again as soon as it has replied, and every interval at the latest; by default every interval. */
  readonly followsReplies?: boolean | undefined;
}

/**
 * Where a reply takes longer than this, a probe that follows it is moved to its own place in the remote millisecond.
 * Nearer hosts are asked so often that every place is met.
 */
const MIN_PHASED_RTT_NS = 0.5e6;
/** A probe that follows a reply is moved by less than this, milliseconds: twice the usual tick. */
const FOLLOWING_MS = 2;

/** A schedule that can leave a target out. */
type RetiringSchedule = ProbeSchedule & { retire(targetIndex: number): void };

/** The schedule of a clock run, its goal, and the hosts that are given up. */
export class Pacing {
  /** Indices of the targets that are not asked any more, since they did not reply. */
  readonly givenUp = new Set<number>();
  readonly #options: PacingOptions;
  readonly #plan: RunPlan["prober"];
  readonly #shared: SharedAddresses;
  readonly #recorder: ClockRecorder;
  readonly #clock: Clock;
  readonly #goal: PrecisionGoal | undefined;
  /** The asked host's index by that of its first target. */
  readonly #askedIndices: ReadonlyMap<number, number>;
  /** The shortest round trip to each asked host that replies are followed of. */
  readonly #rttsNs: (number | undefined)[] = [];
  #schedule: RetiringSchedule | undefined;
  #following: ReplyPacedSchedule | undefined;
  #giveUpNs = Infinity;

  /** Asks the hosts of `shared`, whose clocks `recorder` follows against `clock`. */
  constructor(
    options: PacingOptions,
    plan: RunPlan["prober"],
    shared: SharedAddresses,
    recorder: ClockRecorder,
    clock: Clock,
  ) {
    this.#options = options;
    this.#plan = plan;
    this.#shared = shared;
    this.#recorder = recorder;
    this.#clock = clock;
    const { untilMs } = options;
    this.#goal = untilMs === undefined ? undefined : new PrecisionGoal(recorder.trackers, untilMs);
    this.#askedIndices = new Map(shared.asked.map((_, index) => [shared.firstIndex(index), index]));
  }

  /** Makes the schedule, which starts at `startNs` on CLOCK_MONOTONIC. */
  schedule(startNs: number): ProbeSchedule {
    const { followsReplies, giveUpMs = Infinity } = this.#options;
    const { probes, count, intervalMs } = this.#plan;
    const targetCount = this.#shared.asked.length;
    this.#giveUpNs = startNs + giveUpMs * 1e6;
    const shared = { targetCount, probes, count, intervalMs };
    const phaseMs: PhasedScheduleOptions["phaseMs"] = (index, round, plannedNs) =>
      this.#phaseMs(index, round, plannedNs);
    if (followsReplies) {
      return this.#schedule = this.#following = new ReplyPacedSchedule(
        { ...shared, phaseMs },
        startNs,
      );
    }
    return this.#schedule = new PhasedSchedule({ ...shared, phaseMs }, startNs);
  }

  /** A reply has been taken in; returns whether every clock is known well enough now. */
  replied(targetIndex: number, rttNs: number): boolean {
    const index = this.#askedIndices.get(targetIndex);
    if (index !== undefined && this.#following !== undefined) {
      this.#rttsNs[index] = Math.min(rttNs, this.#rttsNs[index] ?? Infinity);
      this.#following.answered(index, rttNs, this.#clock.now().monotonicNs);
    }
    return this.#goal?.replied(targetIndex) ?? false;
  }

  /**
   * Gives silent hosts up when it is time; returns whether every other clock is known well enough.
   *
   * @param hasReplied whether a target has answered a probe
   */
  look(nowNs: number, hasReplied: (targetIndex: number) => boolean): boolean {
    if (nowNs < this.#giveUpNs) return false;
    this.#giveUpNs = Infinity;
    let isReached = false;
    const targets = this.#recorder.clocks().map(({ target }) => target);
    for (const [targetIndex, index] of this.#askedIndices) {
      if (hasReplied(targetIndex)) continue;
      this.#schedule?.retire(index);
      const { address } = this.#shared.asked[index] ?? {};
      for (const sharer of targets) {
        if (sharer.address !== address) continue;
        this.givenUp.add(sharer.index);
        isReached = this.#goal?.giveUp(sharer.index) ?? false;
      }
    }
    return isReached;
  }

  /** How much later than planned to send a probe, in milliseconds. */
  #phaseMs(index: number, round: number, plannedNs: number): number {
    const rttNs = this.#rttsNs[index];
    if (rttNs !== undefined && rttNs < MIN_PHASED_RTT_NS) return 0;
    const intervalMs = this.#following === undefined
      ? this.#plan.intervalMs
      : Math.min(FOLLOWING_MS, this.#plan.intervalMs);
    const target = this.#shared.firstIndex(index);
    return this.#recorder.phaseMs(target, round, toRealtime(this.#clock, plannedNs), intervalMs);
  }
}

/** CLOCK_MONOTONIC to CLOCK_REALTIME, as the two stand now. */
function toRealtime(clock: Clock, monotonicNs: number): number {
  const now = clock.now();
  return monotonicNs + now.realtimeNs - now.monotonicNs;
}
