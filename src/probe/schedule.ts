/**
 * When each probe is due.
 *
 * All targets share one interval, so the order in a round never changes and no priority queue is
 * needed: target i of N is due at `round × interval + i × spacing`, plus a dither that is the
 * same for the whole round. Without it a whole-millisecond interval would meet the remote millisecond, and
 * an interval that is a multiple of the remote clock's tick would meet that, at one phase for ever.
 *
 * The dither is the fractional part of n/φ milliseconds for round n (the additive recurrence with the
 * golden ratio, which fills [0, 1) most evenly; Knuth, The Art of Computer Programming vol. 3, §6.4)
 * and a walk up to 10 whole milliseconds and down again, or fewer where the interval is short. The walk staggers: the
 * differences from round to round then soon have no common divisor, and that shows that a remote clock counts
 * single milliseconds (src/measurement/tick_proof.ts).
 */

import type { ProbeMessage } from "./message/message.ts";
import type { ProbeSpec } from "./probe.ts";

/** 1/φ, the golden ratio's fraction. */
export const GOLDEN_FRACTION = 0.6180339887498949;
const NS_PER_MS = 1e6;
/** Whole milliseconds by which rounds are put off besides, at most: with the fraction more than the commonest tick. */
const MAX_WALK_MS = 10;
/** The walk goes on by so much in each such row of rounds, and within it by these. */
const STRIDE_MS = 2;
const STAGGER_MS: readonly number[] = [0, 2, 3, 1];
/** Where targets are closer than that, those of the end of a round go over to the place of the next one by one. */
const CLOSE_NS = 10 * NS_PER_MS;
const WALK_TURN = 0.75;
/** The walk takes at most this fraction of the interval: one part in 20. */
const WALK_PARTS = 20;
/** Late probes are still sent, in a burst, if no more than this many are late. */
const MAX_BURST = 64;

/** What a schedule is made from. */
export interface ScheduleOptions {
  /** Number of targets, at least 1. */
  readonly targetCount: number;
  /** What each target is asked, at least one: probe n of a target is `probes[n mod length]`. */
  readonly probes: readonly ProbeSpec[];
  /** Probes per target; Infinity for no end. */
  readonly count: number;
  /** Time between two probes of one target, in milliseconds, from 0. */
  readonly intervalMs: number;
  /** Time between two targets, in milliseconds; by default the interval is shared out evenly. */
  readonly spacingMs?: number | undefined;
  /** Each round's interval is this many times the one before; 1 by default. For retries that back off. */
  readonly intervalGrowth?: number | undefined;
  /** Fraction in [0, 1) of a millisecond by which round n is put off; the golden-ratio recurrence by default. */
  readonly dither?: ((round: number) => number) | undefined;
}

/** One probe that is to be sent. */
export interface DueProbe {
  /** Place of the target in the run. */
  readonly targetIndex: number;
  /** Index of the probe within its target, from 0. */
  readonly index: number;
  /** The question. */
  readonly message: ProbeMessage;
  /** Time to live, 1 to 255; that of the message when undefined. */
  readonly ttl: number | undefined;
}

/** Probe `index` of a target, when all targets are asked the same. */
export function makeDue(
  targetIndex: number,
  index: number,
  probes: readonly ProbeSpec[],
): DueProbe {
  const { message, ttl } = probes[index % probes.length] as ProbeSpec;
  return { targetIndex, index, message, ttl };
}

/** The order and the times of all probes of a run, as the prober follows them. */
export interface ProbeSchedule {
  /** True when every probe has been taken. */
  readonly done: boolean;
  /** When the next probe is due, on CLOCK_MONOTONIC; Infinity when there is none. */
  readonly dueNs: number;
  /** Round that is under way, from 0. */
  readonly round: number;
  /** Takes the next probe. Call only while not `done`. */
  take(): DueProbe;
  /** Lets the rest slip after the machine was asleep or too busy. */
  catchUp(nowNs: number): void;
}

/** The schedule of many targets that share one interval. */
export class Schedule implements ProbeSchedule {
  readonly #targetCount: number;
  readonly #probes: readonly ProbeSpec[];
  readonly #count: number;
  readonly #spacingNs: number;
  readonly #growth: number;
  readonly #ditherNs: number;
  readonly #walkMs: number;
  readonly #dither: (round: number) => number;
  #intervalNs: number;
  #roundStartNs: number;
  #round = 0;
  #index = 0;
  #dueNs: number;

  /** Starts at `startNs` on CLOCK_MONOTONIC; the first probe is due at once. */
  constructor(options: ScheduleOptions, startNs: number) {
    this.#targetCount = options.targetCount;
    this.#probes = options.probes;
    this.#count = options.count;
    const interval = options.intervalMs * NS_PER_MS;
    const spacing = options.spacingMs === undefined
      ? interval / options.targetCount
      : options.spacingMs * NS_PER_MS;
    this.#spacingNs = spacing;
    this.#intervalNs = Math.max(interval, spacing * options.targetCount);
    this.#growth = options.intervalGrowth ?? 1;
    this.#ditherNs = Math.min(NS_PER_MS, interval);
    this.#walkMs = Math.min(MAX_WALK_MS, Math.floor(options.intervalMs / WALK_PARTS));
    this.#dither = options.dither ?? ((round) => (round * GOLDEN_FRACTION) % 1);
    this.#roundStartNs = startNs;
    this.#dueNs = startNs;
  }

  /** True when every probe has been taken. */
  get done(): boolean {
    return this.#round >= this.#count;
  }

  /** When the next probe is due, on CLOCK_MONOTONIC; Infinity when there is none. */
  get dueNs(): number {
    return this.done ? Infinity : this.#dueNs;
  }

  /** Round that the next probe belongs to, from 0. */
  get round(): number {
    return this.#round;
  }

  /** The interval of the round that is under way, in milliseconds. */
  get intervalMs(): number {
    return this.#intervalNs / NS_PER_MS;
  }

  /** Takes the next probe. Call only while not {@linkcode done}. */
  take(): DueProbe {
    const due = makeDue(this.#index, this.#round, this.#probes);
    this.#index++;
    if (this.#index === this.#targetCount) {
      this.#index = 0;
      this.#round++;
      this.#roundStartNs += this.#intervalNs;
      this.#intervalNs *= this.#growth;
    }
    this.#dueNs = this.#roundStartNs + this.#index * this.#spacingNs +
      this.#ditherNs * this.#dither(this.#round) + this.#walk() * NS_PER_MS;
    return due;
  }

  /** The whole milliseconds by which the next probe is put off. */
  #walk(): number {
    const turn = (this.#index / this.#targetCount - WALK_TURN) / (1 - WALK_TURN);
    const nowMs = walk(this.#round, this.#walkMs);
    if (turn <= 0 || this.#spacingNs >= CLOSE_NS) return nowMs;
    return nowMs + Math.round((walk(this.#round + 1, this.#walkMs) - nowMs) * turn);
  }

  /**
   * Lets the rest of the schedule slip after the machine was asleep or too busy: what is more than one
   * interval late, or late with many others, is not sent in a burst.
   */
  catchUp(nowNs: number): void {
    const late = nowNs - this.#dueNs;
    const bearableNs = Math.min(this.#intervalNs, MAX_BURST * this.#spacingNs);
    if (late <= Math.max(bearableNs, 10 * NS_PER_MS)) return;
    this.#roundStartNs += late;
    this.#dueNs += late;
  }
}

/** Up and down between 0 and `most`, staggering. */
function walk(round: number, most: number): number {
  if (most === 0 || round === 0) return 0;
  const { length } = STAGGER_MS;
  const climbed = STRIDE_MS * Math.floor((round - 1) / length);
  const step = (climbed + (STAGGER_MS[round % length] as number)) % (2 * most);
  return step <= most ? step : 2 * most - step;
}
