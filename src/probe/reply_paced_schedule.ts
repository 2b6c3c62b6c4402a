/**
 * A schedule that sends the next probe to a target as soon as the last one is answered, and no later than an interval
 * after it.
 *
 * Before the first reply a probe is sent every interval. Then a reply that is overdue, by the round trips so far
 * (RFC 6298 §2), is not waited for any longer; each further one that is overdue doubles the wait, up to the interval: a
 * host that limits its replies is not flooded.
 */

import type { ProbeSpec } from "./probe.ts";
import { type DueProbe, makeDue, type ProbeSchedule } from "./schedule.ts";

/** Parts of a reply-paced schedule. */
export interface ReplyPacedOptions {
  /** Number of targets, at least 1. */
  readonly targetCount: number;
  /** What each target is asked, at least one: probe n of a target is `probes[n mod length]`. */
  readonly probes: readonly ProbeSpec[];
  /** Probes per target; Infinity for no end. */
  readonly count: number;
  /** Longest time between two probes of one target, in milliseconds, positive. */
  readonly intervalMs: number;
  /** How long after a reply to send probe `round`, in milliseconds from 0; `plannedNs` is the time of the reply. */
  readonly phaseMs: (targetIndex: number, round: number, plannedNs: number) => number;
}

/** Least time by which a reply is overdue beyond its mean (RFC 6298 §2.3, G): a timer of the system is not more exact. */
const MIN_MARGIN_NS = 2e6;
/** Weights of the newest round trip, and of its distance, in their means (RFC 6298 §2.3). */
const MEAN_WEIGHT = 1 / 8, DISTANCE_WEIGHT = 1 / 4;
/** The wait is the mean and this many distances. */
const DISTANCES = 4;

/** What is known of one target. */
interface Pace {
  round: number;
  dueNs: number;
  /** Mean round trip and mean distance from it, nanoseconds; undefined before a reply. */
  meanNs: number | undefined;
  distanceNs: number;
  /** Probes in a row that were not answered in time. */
  overdue: number;
}

/** The order and the times of probes that follow replies. For some hundreds of targets: each probe looks at all. */
export class ReplyPacedSchedule implements ProbeSchedule {
  readonly #options: ReplyPacedOptions;
  readonly #intervalNs: number;
  readonly #paces: readonly Pace[];
  #nowNs: number;

  /** Starts at `startNs` on CLOCK_MONOTONIC: the first probes of all targets are spread over one interval. */
  constructor(options: ReplyPacedOptions, startNs: number) {
    const { targetCount, intervalMs } = options;
    this.#options = options;
    this.#intervalNs = intervalMs * 1e6;
    this.#nowNs = startNs;
    this.#paces = Array.from({ length: targetCount }, (_, index) => ({
      ...{ round: 0, dueNs: startNs + index * this.#intervalNs / targetCount },
      ...{ meanNs: undefined, distanceNs: 0, overdue: 0 },
    }));
  }

  /** True when every probe has been taken. */
  get done(): boolean {
    return this.dueNs === Infinity;
  }

  /** When the next probe is due, on CLOCK_MONOTONIC; Infinity when there is none. */
  get dueNs(): number {
    return this.#paceOf(this.#next()).dueNs;
  }

  /** Round of the next probe. */
  get round(): number {
    return this.#paceOf(this.#next()).round;
  }

  /** Takes the next probe. Call only while not {@linkcode done}. */
  take(): DueProbe {
    const targetIndex = this.#next();
    const pace = this.#paceOf(targetIndex);
    const { round } = pace;
    pace.round++;
    // A probe that waited for others is followed by the next no sooner.
    const sentNs = Math.max(pace.dueNs, this.#nowNs);
    pace.dueNs = pace.round < this.#options.count ? sentNs + this.#waitNs(pace) : Infinity;
    pace.overdue++;
    return makeDue(targetIndex, round, this.#options.probes);
  }

  /** A reply of a target has come, that long after its probe: the next one may follow. */
  answered(targetIndex: number, rttNs: number, nowNs: number): void {
    const pace = this.#paceOf(targetIndex);
    const { meanNs } = pace;
    pace.distanceNs += meanNs === undefined
      ? rttNs / 2
      : DISTANCE_WEIGHT * (Math.abs(rttNs - meanNs) - pace.distanceNs);
    pace.meanNs = meanNs === undefined ? rttNs : meanNs + MEAN_WEIGHT * (rttNs - meanNs);
    pace.overdue = 0;
    if (pace.dueNs === Infinity) return;
    const phaseMs = this.#options.phaseMs(targetIndex, pace.round, nowNs);
    pace.dueNs = Math.min(pace.dueNs, nowNs + phaseMs * 1e6);
  }

  /** Sends nothing more to a target. */
  retire(targetIndex: number): void {
    this.#paceOf(targetIndex).dueNs = Infinity;
  }

  /** Nothing comes in a burst: what is late is followed by the next after its own wait. */
  catchUp(nowNs: number): void {
    this.#nowNs = nowNs;
  }

  /** How long a reply is waited for before the next probe. */
  #waitNs({ meanNs, distanceNs, overdue }: Pace): number {
    if (meanNs === undefined) return this.#intervalNs;
    const waitNs = meanNs + Math.max(MIN_MARGIN_NS, DISTANCES * distanceNs);
    return Math.min(this.#intervalNs, waitNs * 2 ** overdue);
  }

  #paceOf(targetIndex: number): Pace {
    return this.#paces[targetIndex] as Pace;
  }

  #next(): number {
    let next = 0, dueNs = Infinity;
    for (const [index, pace] of this.#paces.entries()) {
      if (pace.dueNs >= dueNs) continue;
      next = index;
      ({ dueNs } = pace);
    }
    return next;
  }
}
