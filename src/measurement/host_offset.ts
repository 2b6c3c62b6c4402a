/**
 * What all replies of one host say together about its offset, and how far its tick is known.
 *
 * Each reply bounds the offset by [X − t4, R + q − t1] (see timestamp.ts). Only the upper bound depends on the tick q, so
 * the largest X − t4 and the least R − t1 are all that is kept, whatever q turns out to be. Between two replies the
 * offset may drift by MAX_DRIFT_RATIO, and the bounds grow as much.
 *
 * If the largest X − t4 is above the least R + q − t1 the clock does not tick each q, or it was set: the
 * bounds restart with the reply that shows it, and from then on they allow for the coarsest tick that is left.
 */

import { foldMs } from "../time/day.ts";
import { type BoundedMs, boundedMs } from "./interval.ts";
import { FINE_TICK_MS } from "./known_ticks.ts";
import { MAX_TICK_MS, TickProof } from "./tick_proof.ts";

/** Largest rate error of the remote clock against ours: the most that NTP corrects (RFC 5905), as in src/clock. */
const MAX_DRIFT_RATIO = 500e-6;

/** Bounds that miss each other by less are rounding of our own numbers, milliseconds. */
const TOLERANCE_MS = 1e-3;

/** Realtime against monotonic moved by more: our own clock was set, nanoseconds. */
const OWN_STEP_NS = 100_000;

/** After unusable timestamps nothing is concluded for this time: a clock that does not keep time shows it again within it. */
const DISTRUST_NS = 3e9;

/** A stamp that has not moved by then may be no clock's: RFC 1122 requires 15 updates a second. */
const STILL_NS = 100e6;

/**
 * A coarse tick is announced after this many timestamps on its grid, of which this many lag by half the tick or more: the
 * rule of TickDetector. As many replies must fit a fine tick before it is believed again after a contradiction.
 */
const STAMPS_EXPECTED = 24;
const LAGGING_EXPECTED = 8;

/** Each further contradiction doubles the number required, at most this many times. */
const MAX_DOUBLINGS = 6;

/** After this many timestamps without a proof a coarser tick is likelier than a fine clock whose stamps happen to look like it. */
const STAMPS_DOUBTED = 16;

/** From this many timestamps on, whether they lie on a grid is checked. */
const GRID_STAMPS = 10;

/** A clock that was set so often, with fewer replies than that in between, is none. */
const MAX_SETS = 3;
const FITTING_EXPECTED = 8;

/**
 * How far the tick of a host is known. `assumed`: nothing contradicts 1 ms, nor shows it. `fine`: no tick above
 * 1 ms is left. `coarse`: its stamps have shown a coarser one. `unknown`: they contradict 1 ms or what was
 * believed before, or have long failed to show it.
 */
export type TickState = "assumed" | "fine" | "coarse" | "unknown";

/** What one host has shown so far. It goes on with each further reply. */
export interface HostOffset {
  /** How far the tick is known. */
  readonly tick: TickState;
  /** The coarsest tick that the bounds allow for, milliseconds. */
  readonly tickMs: number;
  /**
   * Remote clock minus local clock at the latest usable reply, by all replies since the clock was last set; absent when
   * the stamps do not keep time. The tick may be any that is left.
   */
  readonly offset: BoundedMs | undefined;
  /** The same if the clock ticks each millisecond; only while that is assumed. */
  readonly assumedOffset: BoundedMs | undefined;
  /** The stamps turned out unusable, so that no earlier number counts any more. */
  readonly isWithdrawn: boolean;
  /** Usable stamps so far. */
  readonly stamps: number;
  /** Every one of them was a whole second. */
  readonly isWholeSeconds: boolean;
  /** They differed, or have had no time to change. */
  readonly hasMoved: boolean;
}

/** One usable reply, as far as the offset is concerned. */
export interface OffsetSample {
  /** When the request left, CLOCK_MONOTONIC, nanoseconds. */
  readonly atNs: number;
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC at that moment, nanoseconds. */
  readonly clockPairNs: number;
  /** Receive stamp, milliseconds of the day. */
  readonly receiveMs: number;
  /** R − t1, milliseconds. */
  readonly aheadMs: number;
  /** X − t4, milliseconds. */
  readonly behindMs: number;
}

/** Largest X − t4, least and largest R − t1, relative to the first R − t1, as they hold at the latest reply. */
interface Extremes {
  readonly referenceMs: number;
  lowerMs: number;
  leastAheadMs: number;
  mostAheadMs: number;
  atNs: number;
  clockPairNs: number;
}

/** Gathers the usable replies of one host. */
export class HostOffsetTracker implements HostOffset {
  #state: TickState = "assumed";
  #proof = new TickProof();
  #extremes: Extremes | undefined;
  /** The tick must be at least so coarse for the contradictions to be its own, milliseconds. */
  #leastTickMs = FINE_TICK_MS;
  #contradictions = 0;
  #sets = 0;
  /** Replies since the last that did not fit a fine tick. */
  #fitting = 0;
  /** Stamps since the coarsest tick that is left has last changed, and those of them that lag. */
  #gridTickMs = 0;
  #onGrid = 0;
  #lagging = 0;
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
    this.#widen(sample);
    this.#judge(sample);
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
    return this.#hasTime ? this.#bounds(this.#sureTickMs()) : undefined;
  }

  /** See {@linkcode HostOffset}. */
  get assumedOffset(): BoundedMs | undefined {
    return this.#state === "assumed" && this.#hasTime ? this.#bounds(FINE_TICK_MS) : undefined;
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

  #bounds(tickMs: number): BoundedMs | undefined {
    if (this.#extremes === undefined) return undefined;
    const { referenceMs, lowerMs, leastAheadMs } = this.#extremes;
    return boundedMs(
      foldMs(referenceMs + lowerMs),
      Math.max(0, leastAheadMs + tickMs - lowerMs),
    );
  }

  #watchStamp(stampMs: number, atNs: number): void {
    this.#stamps++;
    if (stampMs % 1000 !== 0) this.#isWholeSeconds = false;
    if (this.#lastStampMs !== undefined && stampMs !== this.#lastStampMs) this.#hasMoved = true;
    this.#lastStampMs = stampMs;
    this.#firstNs ??= atNs;
    this.#latestNs = atNs;
  }

  /** Takes the reply into the extremes, which first grow by what the clock may have drifted. */
  #widen({ atNs, clockPairNs, aheadMs, behindMs }: OffsetSample): void {
    const extremes = this.#extremes;
    if (
      extremes === undefined || Math.abs(clockPairNs - extremes.clockPairNs) > OWN_STEP_NS
    ) {
      this.#begin({ atNs, clockPairNs, aheadMs, behindMs });
      return;
    }
    const driftMs = Math.abs(atNs - extremes.atNs) / 1e6 * MAX_DRIFT_RATIO;
    const ahead = foldMs(aheadMs - extremes.referenceMs);
    const behind = foldMs(behindMs - extremes.referenceMs);
    extremes.lowerMs = Math.max(extremes.lowerMs - driftMs, behind);
    extremes.leastAheadMs = Math.min(extremes.leastAheadMs + driftMs, ahead);
    extremes.mostAheadMs = Math.max(extremes.mostAheadMs - driftMs, ahead);
    extremes.atNs = Math.max(extremes.atNs, atNs);
    extremes.clockPairNs = clockPairNs;
  }

  #begin({ atNs, clockPairNs, aheadMs, behindMs }: Omit<OffsetSample, "receiveMs">): void {
    const lowerMs = foldMs(behindMs - aheadMs);
    const ahead = { leastAheadMs: 0, mostAheadMs: 0 };
    this.#extremes = { referenceMs: aheadMs, lowerMs, ...ahead, atNs, clockPairNs };
  }

  /** Looks for a contradiction, and decides how far the tick is known. */
  #judge(sample: OffsetSample): void {
    const { lowerMs, leastAheadMs } = this.#extremes as Extremes;
    const neededMs = lowerMs - leastAheadMs - TOLERANCE_MS;
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
    if (neededMs > MAX_TICK_MS + FINE_TICK_MS) {
      // No tick explains that: the clock was set, or there is more than one.
      this.#sets = this.#fitting < FITTING_EXPECTED ? this.#sets + 1 : 1;
      this.#fitting = 0;
      this.#begin(sample);
      if (this.#state === "fine" && this.#contradictions < MAX_SETS) return;
    } else this.#leastTickMs = Math.max(this.#leastTickMs, neededMs);
    if (this.#state !== "assumed") {
      this.#proof = new TickProof();
      this.#proof.add(sample.receiveMs, sample.atNs);
    }
    this.#state = "unknown";
    this.#fitting = 0;
    this.#begin(sample);
  }

  /** Counts what announces a coarse tick. */
  #watchGrid({ aheadMs }: OffsetSample): void {
    // Nearly every host is known as a fine clock by then.
    if (this.#state === "fine" || this.#state === "assumed" && this.#stamps < GRID_STAMPS) return;
    const { worstTickMs } = this.#proof;
    if (worstTickMs !== this.#gridTickMs) {
      this.#gridTickMs = worstTickMs;
      this.#onGrid = 0;
      this.#lagging = 0;
      if (this.#state === "coarse") {
        this.#state = "unknown";
        this.#contradictions++;
      }
    }
    if (worstTickMs === FINE_TICK_MS) return;
    const { referenceMs, mostAheadMs } = this.#extremes as Extremes;
    this.#onGrid++;
    if (mostAheadMs - foldMs(aheadMs - referenceMs) >= worstTickMs / 2) this.#lagging++;
    const isShown = this.#onGrid >= STAMPS_EXPECTED && this.#lagging >= LAGGING_EXPECTED;
    if (isShown && worstTickMs + FINE_TICK_MS + TOLERANCE_MS >= this.#leastTickMs) {
      this.#state = "coarse";
    }
  }
}
