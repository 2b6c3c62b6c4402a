/**
 * Gathers the replies of one host to bounds of the offset, and decides how far its tick is known.
 *
 * Each reply bounds the offset by [X − t4, R + q − t1] (see timestamp.ts). Only the upper bound depends on the tick q, so
 * the largest X − t4 and the least R − t1 are all that is kept, whatever q turns out to be.
 *
 * If the largest X − t4 is above the least R + q − t1 the clock does not tick each q, or it was set: the
 * bounds restart with the reply that shows it, and from then on they allow for the coarsest tick that is left.
 */

import { GridWatch, STAMPS_EXPECTED } from "./grid_watch.ts";
import type { HostOffset, OffsetSample, TickState } from "./host_offset.ts";
import type { BoundedMs } from "./interval.ts";
import { FINE_TICK_MS } from "./known_ticks.ts";
import { OffsetExtremes } from "./offset_extremes.ts";
import { MAX_TICK_MS, TickProof } from "./tick_proof.ts";

/** Bounds that miss each other by less are rounding of our own numbers, milliseconds. */
const TOLERANCE_MS = 1e-3;

/** After unusable timestamps nothing is concluded for this time: a clock that does not keep time shows it again within it. */
const DISTRUST_NS = 3e9;

/** A stamp that has not moved by then may be no clock's: RFC 1122 requires 15 updates a second. */
const STILL_NS = 100e6;

/**
 * After a contradiction, STAMPS_EXPECTED replies must fit a fine tick before it is believed again. Each further
 * contradiction doubles the number, at most this many times.
 */
const MAX_DOUBLINGS = 6;

/** After this many timestamps without a proof a coarser tick is likelier than a fine clock whose stamps happen to look like it. */
const STAMPS_DOUBTED = 16;

/** From this many timestamps on, whether they lie on a grid is checked. */
const GRID_STAMPS = 10;

/** A clock that was set so often, with fewer replies than that in between, is none. */
const MAX_SETS = 3;
const FITTING_EXPECTED = 8;

/** Gathers the usable replies of one host. */
export class HostOffsetTracker implements HostOffset {
  #state: TickState = "assumed";
  #proof = new TickProof();
  #extremes: OffsetExtremes | undefined;
  /** The tick must be at least so coarse for the contradictions to be its own, milliseconds. */
  #leastTickMs = FINE_TICK_MS;
  #contradictions = 0;
  #sets = 0;
  /** Replies since the last that did not fit a fine tick. */
  #fitting = 0;
  /** Most hosts are known as fine clocks before it is needed. */
  #grid: GridWatch | undefined;
  #stamps = 0;
  #isWholeSeconds = true;
  #firstNs: number | undefined;
  #latestNs = 0;
  #lastStampMs: number | undefined;
  #hasMoved = false;
  #distrustUntilNs: number | undefined;

  /** The tick with which the next reply is to be measured, milliseconds: how far a stamp may lag. */
  get replyTickMs(): number {
    return this.#state === "assumed" ? FINE_TICK_MS : this.#sureTickMs();
  }

  /**
   * Takes a usable reply; the state afterwards is that with which it is to be measured.
   *
   * @returns whether the replies are those of a clock; if not, all that was concluded is withdrawn.
   */
  add(sample: OffsetSample): boolean {
    const { receiveMs, atNs } = sample;
    this.#watchStamp(receiveMs, atNs);
    this.#proof.add(receiveMs, atNs);
    const extremes = this.#widen(sample);
    this.#judge(extremes, sample);
    this.#watchGrid(sample);
    if (this.#distrustUntilNs !== undefined && atNs >= this.#distrustUntilNs) {
      this.#distrustUntilNs = undefined;
    }
    if (this.#sets < MAX_SETS) return true;
    if (this.#fitting >= FITTING_EXPECTED) {
      this.#sets = 0;
      return true;
    }
    this.withdraw(atNs);
    return false;
  }

  /** A reply whose stamps do not keep time: nothing that was concluded so far counts any more. */
  withdraw(atNs: number): void {
    this.#extremes = undefined;
    this.#proof = new TickProof();
    this.#firstNs = undefined;
    this.#hasMoved = false;
    this.#distrustUntilNs = atNs + DISTRUST_NS;
    if (this.#state === "fine") this.#state = "assumed";
  }

  /** See {@linkcode HostOffset}. */
  get tick(): TickState {
    return this.#state;
  }

  /** See {@linkcode HostOffset}. */
  get tickMs(): number {
    return this.#sureTickMs();
  }

  /** See {@linkcode HostOffset}. */
  get offset(): BoundedMs | undefined {
    return this.#hasTime ? this.#extremes?.bounds(this.#sureTickMs()) : undefined;
  }

  /** See {@linkcode HostOffset}. */
  get assumedOffset(): BoundedMs | undefined {
    return this.#state === "assumed" && this.#hasTime
      ? this.#extremes?.bounds(FINE_TICK_MS)
      : undefined;
  }

  /** See {@linkcode HostOffset}. */
  get isWithdrawn(): boolean {
    return this.#distrustUntilNs !== undefined;
  }

  /** See {@linkcode HostOffset}. */
  get stamps(): number {
    return this.#stamps;
  }

  /** See {@linkcode HostOffset}. */
  get isWholeSeconds(): boolean {
    return this.#isWholeSeconds;
  }

  /** See {@linkcode HostOffset}. A single stamp, or a few at once, need not have moved. */
  get hasMoved(): boolean {
    return this.#hasMoved || this.#latestNs - (this.#firstNs ?? 0) <= STILL_NS;
  }

  get #hasTime(): boolean {
    return !this.isWithdrawn && this.hasMoved;
  }

  /** How far a stamp may lag with the coarsest tick that is left. A tick's phase may be any, and the stamp cuts it off. */
  #sureTickMs(): number {
    if (this.#state === "fine") return FINE_TICK_MS;
    const { worstTickMs } = this.#proof;
    const fits = worstTickMs + FINE_TICK_MS + TOLERANCE_MS >= this.#leastTickMs;
    if (this.#state === "unknown" && (this.#proof.isFine || !fits)) {
      return MAX_TICK_MS + FINE_TICK_MS;
    }
    return worstTickMs > FINE_TICK_MS ? worstTickMs + FINE_TICK_MS : FINE_TICK_MS;
  }

  #watchStamp(stampMs: number, atNs: number): void {
    this.#stamps++;
    if (stampMs % 1000 !== 0) this.#isWholeSeconds = false;
    if (this.#lastStampMs !== undefined && stampMs !== this.#lastStampMs) this.#hasMoved = true;
    this.#lastStampMs = stampMs;
    this.#firstNs ??= atNs;
    this.#latestNs = atNs;
  }

  /** Takes the reply into the extremes, which restart where our own clock was set. */
  #widen(sample: OffsetSample): OffsetExtremes {
    const extremes = this.#extremes;
    if (extremes === undefined || extremes.isOwnStep(sample)) {
      return this.#extremes = new OffsetExtremes(sample);
    }
    extremes.add(sample);
    return extremes;
  }

  /** Looks for a contradiction, and decides how far the tick is known. */
  #judge(extremes: OffsetExtremes, sample: OffsetSample): void {
    const neededMs = extremes.neededTickMs - TOLERANCE_MS;
    if (neededMs > this.replyTickMs) {
      this.#contradict(neededMs, sample);
      return;
    }
    this.#fitting++;
    if (neededMs > FINE_TICK_MS) {
      this.#fitting = 0;
      // The grid was left without the clock being fine: it slides, and may be found again.
      if (this.#proof.isFine) this.#proof = new TickProof();
    }
    if (!this.#proof.isFine) {
      if (this.#state === "assumed" && this.#stamps >= STAMPS_DOUBTED) this.#state = "unknown";
      return;
    }
    if (this.#state === "fine" || this.#state === "coarse") return;
    const doublings = Math.min(MAX_DOUBLINGS, this.#contradictions - 1);
    if (this.#contradictions === 0 || this.#fitting >= STAMPS_EXPECTED * 2 ** doublings) {
      this.#state = "fine";
      this.#leastTickMs = FINE_TICK_MS;
    }
  }

  #contradict(neededMs: number, sample: OffsetSample): void {
    this.#contradictions++;
    this.#extremes = new OffsetExtremes(sample);
    if (neededMs > MAX_TICK_MS + FINE_TICK_MS) {
      // No tick explains that: the clock was set, or there is more than one.
      this.#sets = this.#fitting < FITTING_EXPECTED ? this.#sets + 1 : 1;
      this.#fitting = 0;
      if (this.#state === "fine" && this.#contradictions < MAX_SETS) return;
    } else this.#leastTickMs = Math.max(this.#leastTickMs, neededMs);
    if (this.#state !== "assumed") {
      this.#proof = new TickProof();
      this.#proof.add(sample.receiveMs, sample.atNs);
    }
    this.#state = "unknown";
    this.#fitting = 0;
  }

  /** Counts what announces a coarse tick. */
  #watchGrid({ aheadMs }: OffsetSample): void {
    // Nearly every host is known as a fine clock by then.
    if (this.#state === "fine" || this.#state === "assumed" && this.#stamps < GRID_STAMPS) return;
    const { worstTickMs } = this.#proof;
    if (this.#grid?.tickMs !== worstTickMs) {
      this.#grid = new GridWatch(worstTickMs);
      if (this.#state === "coarse") {
        this.#state = "unknown";
        this.#contradictions++;
      }
    }
    if (worstTickMs === FINE_TICK_MS) return;
    const grid = this.#grid;
    grid.add((this.#extremes as OffsetExtremes).lagMs(aheadMs));
    if (grid.isShown && worstTickMs + FINE_TICK_MS + TOLERANCE_MS >= this.#leastTickMs) {
      this.#state = "coarse";
    }
  }
}
