/** Follows one remote clock: offset and skew with hard bounds, from every answered probe. */

import { TickDetector } from "../measurement/tick.ts";
import { isClockStep } from "../measurement/timestamp.ts";
import { msOfDay } from "../time/day.ts";
import type { Instant } from "../time/instant.ts";
import { decidedNumbers, NO_NUMBERS } from "./decided_numbers.ts";
import { ClockFit, type ClockFitOptions } from "./fit.ts";
import { WIDE_SKEW_PPM } from "./gap.ts";
import { sendPhaseMs, type SendPhaseOptions, steeredPhaseMs } from "./phase.ts";
import { RateSearch } from "./rate_search.ts";
import { RestartLog } from "./restart_log.ts";
import { type ClockSample, isConsistent, referenceOf } from "./sample.ts";
import { StampWatch } from "./stamp_watch.ts";
import type { ClockState, RestartReason } from "./state.ts";
import { type ClockTrackerOptions, fitOptions } from "./tracker_options.ts";
import { findUndecided } from "./undecided.ts";

/** A clock is believed to have changed when this many replies in a row agree on it. */
const REPLIES_TO_RESTART = 3;

/** The edge of the remote tick is not known before this many replies. */
const REPLIES_TO_STEER = 12;

/** Where the first replies contradict each other as soon as the tick is known, a rate is likelier than a step. */
const MIN_REPLIES_FOR_RATE = 2;

/** A step is looked for after this many further replies, and after this share of all replies. */
const REVIEW_REPLIES = 4;
const REVIEW_SHARE = 1 / 16;

/** Offset, skew and tick of one remote clock. */
export class ClockTracker {
  readonly #options: ClockFitOptions;
  readonly #tick = new TickDetector();
  #tickRevision = 0;
  #fit: ClockFit | undefined;
  /** Replies that contradict the fit but not each other. */
  #suspects: ClockFit | undefined;
  #suspectsSinceNs = NaN;
  #rates = new RateSearch();
  /** How many replies the fit is to have when it is looked at for a step again. */
  #nextReview = 0;
  #last: Instant | undefined;
  readonly #stamps = new StampWatch();
  readonly #restarts = new RestartLog();
  #probes = 0;
  #outliers = 0;

  /**
   * Starts knowing nothing.
   *
   * @throws {RangeError} when an option is not positive.
   */
  constructor(options: ClockTrackerOptions = {}) {
    this.#options = fitOptions(options);
  }

  /** Replies added so far. */
  get probes(): number {
    return this.#probes;
  }

  /**
   * Adds one answered probe whose stamps could be read. Replies may come slightly out of order. One
   * that contradicts the others is held back: it is left out when the next one agrees with the
   * old ones, and the tracker restarts when several in a row agree among themselves.
   */
  add(sample: ClockSample): void {
    this.#probes += 1;
    this.#stamps.add(sample.receiveMs, sample.sentAt.monotonicNs);
    if (this.#localStep(sample)) return;
    if (!isConsistent(sample, this.#tick.worstTickMs)) {
      this.#outliers += 1;
      return;
    }
    this.#learnTick(sample);

    this.#fit ??= this.#newFit(sample);
    if (this.#fit.add(sample, this.#probes)) {
      this.#dropSuspects();
      this.#review(this.#fit);
      return;
    }
    if (this.#suspects?.add(sample, this.#probes) !== true) {
      this.#dropSuspects();
      // Those that were left out before may just have shown another rate.
      if (this.#fit.add(sample, this.#probes)) return;
      this.#suspects = this.#newFit(sample);
      this.#suspects.add(sample, this.#probes);
      this.#suspectsSinceNs = sample.sentAt.realtimeNs;
    }
    const suspects = this.#suspects;
    if (suspects.size >= REPLIES_TO_RESTART) {
      if (this.#followsOtherRate()) return;
      this.#restart("remote clock changed", this.#suspectsSinceNs, undefined, this.#fit);
      this.#fit = suspects;
    }
  }

  /**
   * What is known now.
   *
   * @param atNs our realtime for which the offset is wanted, nanoseconds since the clock's base; default
   * the arrival of the newest reply in use.
   */
  state(atNs?: number): ClockState {
    const fit = this.#fit;
    const whenNs = atNs ?? fit?.newestNs ?? this.#last?.realtimeNs ?? 0;
    const undecided = findUndecided({
      probes: this.#probes,
      used: fit?.size,
      outliers: this.#outliers,
      restarts: this.#restarts.count,
      isStuck: this.#stamps.isStuck,
      hasMoved: this.#stamps.hasMoved,
      hasSuspects: this.#suspects !== undefined,
    });
    const common = {
      decidable: undecided === undefined,
      undecided,
      atNs: whenNs,
      minRttNs: fit?.minRttNs,
      tickMs: this.#tick.tickMs,
      tickSettled: this.#tick.settled,
      probes: this.#probes,
      used: fit?.size ?? 0,
      outliers: this.#outliers + (this.#suspects?.size ?? 0),
      restarts: this.#restarts.list(fit),
      restartCount: this.#restarts.count,
    };
    if (fit === undefined || undecided !== undefined) return { ...common, ...NO_NUMBERS };
    return { ...common, ...decidedNumbers(fit, whenNs, this.#tick.settled) };
  }

  /**
   * When to send the next probe: as sendPhaseMs, but once the remote tick edge is known two probes of
   * three are moved so that they arrive around it, where a timestamp is most informative. The third keeps looking
   * everywhere, so that a wrong idea of the edge corrects itself.
   *
   * @param index number of the probe.
   * @param plannedNs our realtime at its place on the regular grid, nanoseconds since the clock's base.
   * @returns how much later to send it, milliseconds, less than the interval if that is 2 ms or more.
   */
  phaseMs(index: number, plannedNs: number, options: SendPhaseOptions): number {
    const evenMs = sendPhaseMs(index, options);
    const fit = this.#fit;
    if (fit === undefined || fit.size < REPLIES_TO_STEER || index % 3 === 0) return evenMs;
    if (!this.#tick.settled || this.#suspects !== undefined) return evenMs;
    const excessMs = fit.gap.recentLine?.excessMs;
    const inTickMs = fit.arrivalInTick(plannedNs + evenMs * 1e6);
    if (excessMs === undefined || inTickMs === undefined) return evenMs;
    return steeredPhaseMs(index, evenMs, {
      ...options,
      tickMs: this.#tick.tickMs,
      inTickMs,
      spreadMs: excessMs,
    });
  }

  /** Restarts after a step of our realtime clock; returns whether the step spoilt this sample. */
  #localStep(sample: ClockSample): boolean {
    const { sentAt, receivedAt } = sample;
    const spoilt = isClockStep(sentAt, receivedAt);
    if (spoilt || this.#last !== undefined && isClockStep(this.#last, sentAt)) {
      this.#restart("local clock stepped", receivedAt.realtimeNs);
    }
    this.#last = receivedAt;
    return spoilt;
  }

  #learnTick(sample: ClockSample): void {
    this.#tick.add(msOfDay(sample.sentAt.realtimeNs), sample.receiveMs);
    if (this.#tick.revision === this.#tickRevision) return;
    this.#tickRevision = this.#tick.revision;
    if (this.#suspects?.rebuild() === false) this.#dropSuspects();
    if (this.#fit?.rebuild() === false && !this.#followsOtherRate(MIN_REPLIES_FOR_RATE)) {
      this.#restart("tick found", sample.sentAt.realtimeNs);
    }
  }

  #newFit(first: ClockSample): ClockFit {
    return new ClockFit(referenceOf(first), this.#tick, {
      ...this.#options,
      maxSkewPpm: this.#skewLimitPpm,
    });
  }

  /** The rate that is believed of a clock without evidence; any once it has shown that it keeps another one. */
  get #skewLimitPpm(): number {
    const { maxSkewPpm } = this.#options;
    const known = this.#fit?.skewPpm;
    const keepsOther = known !== undefined &&
      (known.lower > maxSkewPpm || known.upper < -maxSkewPpm);
    return keepsOther ? WIDE_SKEW_PPM : maxSkewPpm;
  }

  #dropSuspects(): void {
    if (this.#suspects === undefined) return;
    this.#outliers += this.#suspects.size;
    this.#rates.leaveOut(this.#suspects.samples);
    this.#suspects = undefined;
    // A clock of another rate looks like a row of outliers where its fastest replies are few.
    if (this.#rates.isDue(this.#probes)) this.#followsOtherRate();
  }

  /** Goes on with a fit of another rate if one explains the replies that contradict the others; returns whether one does. */
  #followsOtherRate(leastReplies?: number): boolean {
    const fit = this.#fit as ClockFit;
    const suspects = this.#suspects?.samples ?? [];
    const found = this.#rates.find(fit, suspects, this.#probes, leastReplies);
    if (found === undefined) return false;
    this.#fit = found.fit;
    this.#outliers -= found.explained;
    this.#suspects = undefined;
    return true;
  }

  /** Looks for a step that contradicts nothing but leaves less room than the round trips took. */
  #review(fit: ClockFit): void {
    if (fit.size < this.#nextReview) return;
    this.#nextReview = fit.size + Math.max(REVIEW_REPLIES, Math.floor(fit.size * REVIEW_SHARE));
    if (!fit.gap.isStrained) return;
    if (fit.gap.suggestsOtherRate && this.#followsOtherRate()) return;
    const change = fit.changePoint();
    if (change === undefined || this.#followsOtherRate()) return;
    const [before, after] = fit.splitAt(change.index, this.#skewLimitPpm);
    const changedNs = fit.samples[change.index]?.sentNs ?? fit.newestNs;
    this.#restart("remote clock changed", changedNs, change.byMs, before);
    this.#fit = after;
  }

  /** Forgets the replies so far; `before` is the fit of those before the remote clock changed. */
  #restart(reason: RestartReason, atNs: number, changeMs?: number, before?: ClockFit): void {
    this.#restarts.add({ atNs, reason, changeMs }, this.#fit, before);
    this.#fit = undefined;
    this.#suspects = undefined;
    this.#rates = new RateSearch();
    this.#nextReview = 0;
  }
}
