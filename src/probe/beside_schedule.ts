/**
 * A schedule with a second question beside each probe: another message to the same target, half an interval later, so
 * that neither of them meets the other in a queue. It is switched on and off while the run goes on.
 */

import type { ProbeSpec } from "./probe.ts";
import type { DueProbe, ProbeSchedule } from "./schedule.ts";

/** What such a schedule is made from. */
export interface BesideScheduleOptions {
  /** The second question. */
  readonly spec: ProbeSpec;
  /** Number of targets, at least 1. */
  readonly targetCount: number;
  /** Time between two probes of one target, in milliseconds, from 0. */
  readonly intervalMs: number;
}

interface WaitingProbe {
  readonly targetIndex: number;
  readonly dueNs: number;
}

/** Wraps a schedule and adds to it. */
export class BesideSchedule implements ProbeSchedule {
  /** A second question follows each probe that is taken from now on. */
  isOn = false;
  readonly #schedule: ProbeSchedule;
  readonly #spec: ProbeSpec;
  readonly #intervalNs: number;
  /** By target: second questions so far. */
  readonly #counts: Float64Array;
  /** Those that are due soon, in the order of their probes. */
  readonly #waiting: WaitingProbe[] = [];

  /** Wraps `schedule`; off at first. */
  constructor(schedule: ProbeSchedule, options: BesideScheduleOptions) {
    this.#schedule = schedule;
    this.#spec = options.spec;
    this.#intervalNs = options.intervalMs * 1e6;
    this.#counts = new Float64Array(options.targetCount);
  }

  /** True when every probe has been taken, and every second question too. */
  get done(): boolean {
    return this.#waiting.length === 0 && this.#schedule.done;
  }

  /** When the next of both is due, on CLOCK_MONOTONIC; Infinity when there is none. */
  get dueNs(): number {
    return Math.min(this.#schedule.dueNs, this.#waiting[0]?.dueNs ?? Infinity);
  }

  /** Round of the wrapped schedule, from 0. */
  get round(): number {
    return this.#schedule.round;
  }

  /** Takes what is due first. Second questions have indices of their own, from 0 for each target. */
  take(): DueProbe {
    const { dueNs } = this.#schedule;
    const [first] = this.#waiting;
    if (first !== undefined && first.dueNs <= dueNs) {
      this.#waiting.shift();
      return this.#makeDue(first.targetIndex);
    }
    const due = this.#schedule.take();
    if (this.isOn) {
      const { targetIndex } = due;
      this.#waiting.push({ targetIndex, dueNs: dueNs + this.#intervalNs / 2 });
    }
    return due;
  }

  /** Lets the rest slip. Second questions that are more than an interval late are not asked. */
  catchUp(nowNs: number): void {
    this.#schedule.catchUp(nowNs);
    const oldestNs = nowNs - this.#intervalNs;
    while (this.#waiting[0] !== undefined && this.#waiting[0].dueNs < oldestNs) {
      this.#waiting.shift();
    }
  }

  #makeDue(targetIndex: number): DueProbe {
    const { message, ttl } = this.#spec;
    const index = this.#counts[targetIndex] as number;
    this.#counts[targetIndex] = index + 1;
    return { targetIndex, index, message, ttl };
  }
}
