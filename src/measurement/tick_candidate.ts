/**
 * One tick that a remote clock may have, against its stamps.
 *
 * Each stamp S says that c lies in [S, S + 1) modulo q; the intersection of these arcs is all that is
 * known about c, and an empty intersection contradicts q. See tick.ts for c and q.
 */

import { foldMs, modulo } from "../time/day.ts";

/**
 * A tick is announced after this many timestamps in a row on its grid. A clock of half the tick has an even chance
 * with each of them, so it is mistaken once in 2^23 runs.
 */
const STAMPS_EXPECTED = 24;

/**
 * How many of them must lag by half the tick or more: that shows that the probes met the tick at different
 * phases, and did not all arrive just after a multiple of it.
 */
const LAGGING_EXPECTED = 8;

/** So often the stamp must have changed among them: a stuck stamp is on every grid. */
const CHANGES_EXPECTED = 3;

/** An announced tick is withdrawn after this many contradictions without new evidence. */
const CONTRADICTIONS_TO_WITHDRAW = 4;

const TOLERANCE_MS = 1e-7;

/** How far above a stamp the remote clock can be: the clock was in [stamp + lower, stamp + upper). */
export interface StampSpan {
  /** Milliseconds to add to the stamp for the least value of the clock; not negative. */
  readonly lowerMs: number;
  /** Milliseconds to add to the stamp for the upper end; at least the tick. */
  readonly upperMs: number;
}

/** What the stamps say about one tick: whether they rule it out, and whether they show it. */
export class TickCandidate {
  /** The tick, milliseconds. */
  readonly tickMs: number;
  /** Whether two stamps have contradicted the tick; it stays so. */
  ruledOut = false;
  /** Whether the stamps have shown the tick, and not contradicted it often since. */
  announced = false;
  /** The first stamp since the last contradiction; c is kept relative to it. */
  #anchorMs: number | undefined;
  #phaseLowerMs = 0;
  #phaseUpperMs = 1;
  #onGrid = 0;
  #lagging = 0;
  #changes = 0;
  #lastMs: number | undefined;
  #contradictions = 0;

  /** Starts without a stamp; the tick is in milliseconds. */
  constructor(tickMs: number) {
    this.tickMs = tickMs;
  }

  /**
   * Takes one stamp.
   *
   * @param stampMs the remote receive stamp, whole milliseconds of the day.
   * @param lagMs how far it lags behind the time expected, milliseconds.
   */
  add(stampMs: number, lagMs: number): void {
    this.#anchorMs ??= stampMs;
    const position = this.#position(stampMs);
    if (position === undefined) {
      this.ruledOut = true;
      this.#contradictions += 1;
      if (this.#contradictions >= CONTRADICTIONS_TO_WITHDRAW) this.announced = false;
      this.#begin(stampMs);
      return;
    }
    this.#phaseLowerMs = Math.max(this.#phaseLowerMs, position);
    this.#phaseUpperMs = Math.min(this.#phaseUpperMs, position + 1);
    this.#onGrid += 1;
    if (lagMs >= this.tickMs / 2) this.#lagging += 1;
    if (stampMs !== this.#lastMs) this.#changes += 1;
    this.#lastMs = stampMs;
    if (
      this.#onGrid >= STAMPS_EXPECTED && this.#lagging >= LAGGING_EXPECTED &&
      this.#changes > CHANGES_EXPECTED
    ) {
      this.announced = true;
      this.#contradictions = 0;
    }
  }

  /** Where a clock of this tick was when it gave a stamp. */
  span(stampMs: number): StampSpan {
    const position = this.#position(stampMs);
    if (position === undefined) return { lowerMs: 0, upperMs: this.tickMs + 1 };
    return {
      lowerMs: Math.max(0, this.#phaseLowerMs - position),
      upperMs: this.tickMs + Math.min(1, this.#phaseUpperMs - position),
    };
  }

  /** Where it most likely was: at a multiple of the tick since midnight if the stamps agree with that. */
  likelySpan(stampMs: number): StampSpan {
    const sure = this.span(stampMs);
    const onGridMs = Math.ceil((stampMs - TOLERANCE_MS) / this.tickMs) * this.tickMs - stampMs;
    const phaseUpperMs = sure.upperMs - this.tickMs;
    const lowerMs = onGridMs >= sure.lowerMs - TOLERANCE_MS && onGridMs < phaseUpperMs
      ? Math.max(0, onGridMs)
      : (sure.lowerMs + phaseUpperMs) / 2;
    return { lowerMs, upperMs: lowerMs + this.tickMs };
  }

  /** How long before a remote time, in milliseconds of the day, the last tick was: milliseconds in [0, tick). After a stamp. */
  phaseOf(remoteMs: number): number {
    const anchorMs = this.#anchorMs as number;
    const { lowerMs } = this.likelySpan(anchorMs);
    return modulo(foldMs(remoteMs - anchorMs) - lowerMs, this.tickMs);
  }

  #begin(stampMs: number): void {
    this.#anchorMs = stampMs;
    this.#phaseLowerMs = 0;
    this.#phaseUpperMs = 1;
    this.#onGrid = 0;
    this.#lagging = 0;
    this.#changes = 0;
    this.#lastMs = undefined;
  }

  /** Where on the circle of the tick the arc of a stamp begins, if it meets what is known of c. */
  #position(stampMs: number): number | undefined {
    const ahead = modulo(foldMs(stampMs - (this.#anchorMs ?? stampMs)), this.tickMs);
    for (const position of [ahead, ahead - this.tickMs]) {
      const lower = Math.max(this.#phaseLowerMs, position);
      const upper = Math.min(this.#phaseUpperMs, position + 1);
      if (upper - lower > TOLERANCE_MS) return position;
    }
    return undefined;
  }
}
