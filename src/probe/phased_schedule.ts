/**
 * A schedule in which each probe has its own phase.
 *
 * Probe r of target i is planned at `(r + i / N) × interval` and sent a phase later, which is asked for one round ahead: who
 * measures clocks sends each probe at its own place in the remote millisecond, and learns that place
 * from the answers so far.
 */

import type { ProbeSpec } from "./probe.ts";
import { type DueProbe, makeDue, type ProbeSchedule } from "./schedule.ts";

/** What a phased schedule is made from. */
export interface PhasedScheduleOptions {
  /** Number of targets, at least 1. */
  readonly targetCount: number;
  /** What each target is asked, at least one: probe n of a target is `probes[n mod length]`. */
  readonly probes: readonly ProbeSpec[];
  /** Probes per target; Infinity for no end. */
  readonly count: number;
  /** Time between two probes of one target, in milliseconds, positive. */
  readonly intervalMs: number;
  /**
   * How much later than planned to send probe `round` of a target, in milliseconds from 0 to below the
   * interval; `plannedNs` is on CLOCK_MONOTONIC.
   */
  readonly phaseMs: (targetIndex: number, round: number, plannedNs: number) => number;
}

/** The order and the times of probes with phases. For some hundreds of targets: each probe looks at all. */
export class PhasedSchedule implements ProbeSchedule {
  readonly #options: PhasedScheduleOptions;
  readonly #intervalNs: number;
  readonly #rounds: number[];
  readonly #plannedNs: number[];
  readonly #duesNs: number[];
  #next = 0;

  /** Starts at `startNs` on CLOCK_MONOTONIC. */
  constructor(options: PhasedScheduleOptions, startNs: number) {
    this.#options = options;
    this.#intervalNs = options.intervalMs * 1e6;
    const indices = Array.from({ length: options.targetCount }, (_, index) => index);
    this.#rounds = indices.map(() => 0);
    this.#plannedNs = indices.map((index) =>
      startNs + index * this.#intervalNs / options.targetCount
    );
    this.#duesNs = indices.map((index) => this.#dueOf(index));
    this.#findNext();
  }

  /** True when every probe has been taken. */
  get done(): boolean {
    return this.dueNs === Infinity;
  }

  /** When the next probe is due, on CLOCK_MONOTONIC; Infinity when there is none. */
  get dueNs(): number {
    return this.#duesNs[this.#next] as number;
  }

  /** Round of the next probe. */
  get round(): number {
    return this.#rounds[this.#next] as number;
  }

  /** Takes the next probe. Call only while not {@linkcode done}. */
  take(): DueProbe {
    const targetIndex = this.#next;
    const round = this.#rounds[targetIndex] as number;
    this.#rounds[targetIndex] = round + 1;
    this.#plannedNs[targetIndex] = this.#plannedNs[targetIndex] as number + this.#intervalNs;
    this.#duesNs[targetIndex] = this.#dueOf(targetIndex);
    this.#findNext();
    return makeDue(targetIndex, round, this.#options.probes);
  }

  /** Shifts the rest when the next probe is more than an interval late, so that nothing is sent in a burst. */
  catchUp(nowNs: number): void {
    const lateNs = nowNs - this.dueNs;
    if (lateNs <= this.#intervalNs) return;
    for (const index of this.#duesNs.keys()) {
      this.#plannedNs[index] = this.#plannedNs[index] as number + lateNs;
      this.#duesNs[index] = this.#duesNs[index] as number + lateNs;
    }
  }

  /** Sends nothing more to a target. */
  retire(targetIndex: number): void {
    this.#rounds[targetIndex] = Infinity;
    this.#duesNs[targetIndex] = Infinity;
    this.#findNext();
  }

  #dueOf(index: number): number {
    const round = this.#rounds[index] as number;
    if (round >= this.#options.count) return Infinity;
    const plannedNs = this.#plannedNs[index] as number;
    return plannedNs + this.#options.phaseMs(index, round, plannedNs) * 1e6;
  }

  #findNext(): void {
    for (let index = 0; index < this.#duesNs.length; index++) {
      if ((this.#duesNs[index] as number) < this.dueNs) this.#next = index;
    }
  }
}
