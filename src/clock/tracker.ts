/** Follows one remote clock: offset and skew with hard bounds, from every answered probe. */

import { TickDetector } from "../measurement/tick.ts";
import { isClockStep } from "../measurement/timestamp.ts";
import { foldMs, msOfDay } from "../time/day.ts";
import type { Instant } from "../time/instant.ts";
import { decidedNumbers, NO_NUMBERS } from "./decided_numbers.ts";
import { ClockFit, type ClockFitOptions } from "./fit.ts";
import { WIDE_SKEW_PPM } from "./gap.ts";
import { sendPhaseMs, type SendPhaseOptions, steeredPhaseMs } from "./phase.ts";
import { type ClockSample, isConsistent, referenceOf, type RelativeSample } from "./sample.ts";
import type { ClockState, Restart, RestartReason, Undecided } from "./state.ts";

/** How a clock is followed. */
export interface ClockTrackerOptions {
  /**
   * Largest rate error of the remote clock against ours that is assumed until the replies show another, parts per
   * million; default 500, which is the most that NTP corrects (RFC 5905) and five times what crystals are sold with.
   */
  readonly maxSkewPpm?: number;
  /** How long the rate is taken as constant, nanoseconds; older probes are forgotten. Default 15 min. */
  readonly windowNs?: number;
  /** How many probes are remembered at most; default 2048. */
  readonly maxSamples?: number;
}

const DEFAULT_MAX_SKEW_PPM = 500;
const DEFAULT_WINDOW_NS = 900e9;
const DEFAULT_MAX_SAMPLES = 2048;

/** A clock is believed to have changed when this many replies in a row agree on it. */
const REPLIES_TO_RESTART = 3;

/** After a restart this many replies are wanted before a number is given. */
const REPLIES_AFTER_RESTART = 4;

/** So many restarts, with fewer replies than this for each, are no clock. */
const ERRATIC_RESTARTS = 3;
const ERRATIC_RUN = 48;

/** The edge of the remote tick is not known before this many replies. */
const REPLIES_TO_STEER = 12;

/** A share of outliers above this is no clock either. */
const ERRATIC_OUTLIER_SHARE = 1 / 4;

/** A stamp that repeats for longer than the coarsest known tick, with room, is no clock's. */
const STUCK_AFTER_NS = 1.5e9;

const RESTARTS_KEPT = 32;

/** A rate beyond the usual is not believed of fewer replies. */
const REPLIES_FOR_RATE = 5;

/** Where the first replies contradict each other as soon as the tick is known, a rate is likelier than a step. */
const MIN_REPLIES_FOR_RATE = 2;

const LEFT_OUT_KEPT = 64;
const LEFT_OUT_TO_LOOK = 3;

/** A look for another rate goes through all replies: the next one waits for this share of them more. */
const RATE_LOOK_SHARE = 1 / 8;

/** A step is looked for after this many further replies, and after this share of all replies. */
const REVIEW_REPLIES = 4;
const REVIEW_SHARE = 1 / 16;

/** Offset, skew and tick of one remote clock. */
export class ClockTracker {
  readonly #options: ClockFitOptions;
  readonly #tick = new TickDetector();
  #tickRevision = 0;
  #fit: ClockFit | undefined;
  /** The fit up to the last change of the remote clock, to compute its size. */
  #before: ClockFit | undefined;
  /** Replies that contradict the fit but not each other. */
  #suspects: ClockFit | undefined;
  #suspectsSinceNs = 0;
  /** The latest replies that were left out of the fit, which a clock of another rate explains. */
  #leftOut: RelativeSample[] = [];
  /** How many replies there are to be when they are looked at for another rate again. */
  #nextRateLook = 0;
  /** How many replies the fit is to have when it is looked at for a step again. */
  #nextReview = 0;
  #last: Instant | undefined;
  #stampMs: number | undefined;
  #stampSinceNs = 0;
  #stuck = false;
  #moved = false;
  #probes = 0;
  #outliers = 0;
  #restarts: Restart[] = [];
  #restartCount = 0;

  /**
   * Starts knowing nothing.
   *
   * @throws {RangeError} when an option is not positive.
   */
  constructor(options: ClockTrackerOptions = {}) {
    this.#options = {
      maxSkewPpm: positive("maxSkewPpm", options.maxSkewPpm ?? DEFAULT_MAX_SKEW_PPM),
      windowNs: positive("windowNs", options.windowNs ?? DEFAULT_WINDOW_NS),
      maxSamples: positive("maxSamples", options.maxSamples ?? DEFAULT_MAX_SAMPLES),
    };
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
    this.#watchStamp(sample);
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
      const before = this.#fit;
      this.#restart("remote clock changed", this.#suspectsSinceNs, undefined);
      this.#before = before;
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
    const undecided = this.#undecided();
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
      restarts: this.#toldRestarts(),
      restartCount: this.#restartCount,
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

  #undecided(): Undecided | undefined {
    if (this.#probes === 0) return "no reply yet";
    const erratic = this.#restartCount >= ERRATIC_RESTARTS &&
      this.#probes < ERRATIC_RUN * this.#restartCount;
    if (this.#stuck || erratic || this.#outliers > ERRATIC_OUTLIER_SHARE * this.#probes) {
      return "the stamps do not keep time";
    }
    if (!this.#moved) return "the stamp has not moved yet";
    if (this.#suspects !== undefined) return "replies contradict each other";
    if (this.#fit === undefined) return "no reply yet";
    if (this.#restartCount > 0 && this.#fit.size < REPLIES_AFTER_RESTART) {
      return "replies contradict each other";
    }
    return undefined;
  }

  /** Restarts after a step of our realtime clock; returns whether the step spoilt this sample. */
  #localStep(sample: ClockSample): boolean {
    const { sentAt, receivedAt } = sample;
    const spoilt = isClockStep(sentAt, receivedAt);
    if (spoilt || this.#last !== undefined && isClockStep(this.#last, sentAt)) {
      this.#restart("local clock stepped", receivedAt.realtimeNs, undefined);
    }
    this.#last = receivedAt;
    return spoilt;
  }

  #watchStamp(sample: ClockSample): void {
    const { monotonicNs } = sample.sentAt;
    if (sample.receiveMs !== this.#stampMs) {
      this.#moved ||= this.#stampMs !== undefined;
      this.#stampMs = sample.receiveMs;
      this.#stampSinceNs = monotonicNs;
    }
    this.#stuck = monotonicNs - this.#stampSinceNs > STUCK_AFTER_NS;
  }

  #learnTick(sample: ClockSample): void {
    this.#tick.add(msOfDay(sample.sentAt.realtimeNs), sample.receiveMs);
    if (this.#tick.revision === this.#tickRevision) return;
    this.#tickRevision = this.#tick.revision;
    if (this.#suspects?.rebuild() === false) this.#dropSuspects();
    if (this.#fit?.rebuild() === false && !this.#followsOtherRate(MIN_REPLIES_FOR_RATE)) {
      this.#restart("tick found", sample.sentAt.realtimeNs, undefined);
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
    const { lower, upper } = this.#fit?.skewPpm ?? { lower: 0, upper: 0 };
    return lower > maxSkewPpm || upper < -maxSkewPpm ? WIDE_SKEW_PPM : maxSkewPpm;
  }

  #dropSuspects(): void {
    if (this.#suspects === undefined) return;
    this.#outliers += this.#suspects.size;
    this.#leftOut.push(...this.#suspects.samples);
    this.#leftOut = this.#leftOut.slice(-LEFT_OUT_KEPT);
    this.#suspects = undefined;
    // A clock of another rate looks like a row of outliers where its fastest replies are few.
    if (this.#leftOut.length >= LEFT_OUT_TO_LOOK && this.#probes >= this.#nextRateLook) {
      this.#followsOtherRate();
    }
  }

  /**
   * Whether the clock keeps a rate beyond the limit that is believed at first: then the replies that contradict the
   * others fit with them after all. A step does not pass for that: no line goes through it, however steep.
   */
  #followsOtherRate(leastReplies = REPLIES_FOR_RATE): boolean {
    const fit = this.#fit;
    if (fit === undefined) return false;
    this.#nextRateLook = this.#probes + Math.ceil(fit.size * RATE_LOOK_SHARE);
    const odd = [...this.#leftOut, ...(this.#suspects?.samples ?? [])];
    const samples = [...fit.samples, ...odd].sort((one, other) => one.label - other.label);
    if (samples.length < leastReplies) return false;
    const wide = fit.emptied(WIDE_SKEW_PPM);
    let refused = 0;
    for (const sample of samples) if (!wide.adopt(sample)) refused += 1;
    if (refused > odd.length / 4 || wide.gap.isStrained) return false;
    this.#fit = wide;
    this.#outliers -= Math.max(0, this.#leftOut.length - refused);
    this.#leftOut = [];
    this.#suspects = undefined;
    return true;
  }

  /** Looks for a step that contradicts nothing but leaves less room than the round trips took. */
  #review(fit: ClockFit): void {
    if (fit.size < this.#nextReview) return;
    this.#nextReview = fit.size + Math.max(REVIEW_REPLIES, Math.floor(fit.size * REVIEW_SHARE));
    if (!this.#tick.settled || !fit.gap.isStrained) return;
    if (fit.gap.suggestsOtherRate && this.#followsOtherRate()) return;
    const change = fit.changePoint();
    if (change === undefined || this.#followsOtherRate()) return;
    const { index, byMs } = change;
    const { samples } = fit;
    const before = fit.emptied(this.#skewLimitPpm);
    for (const sample of samples.slice(0, index)) before.adopt(sample);
    const after = fit.emptied(this.#skewLimitPpm);
    for (const sample of samples.slice(index)) after.adopt(sample);
    this.#restart("remote clock changed", samples[index]?.sentNs ?? fit.newestNs, byMs);
    this.#before = before;
    this.#fit = after;
  }

  /** The restarts; how far the offset moved at the last one is known better with each reply since. */
  #toldRestarts(): Restart[] {
    const last = this.#restarts[this.#restarts.length - 1];
    if (last === undefined || this.#before === undefined || this.#fit === undefined) {
      return [...this.#restarts];
    }
    const changeMs = offsetChange(this.#before, this.#fit, last.atNs) ?? last.changeMs;
    return [...this.#restarts.slice(0, -1), { ...last, changeMs }];
  }

  #restart(reason: RestartReason, atNs: number, changeMs: number | undefined): void {
    // What is known by now of the size of the change before stays.
    this.#restarts = this.#toldRestarts();
    this.#before = undefined;
    this.#fit = undefined;
    this.#suspects = undefined;
    this.#leftOut = [];
    this.#nextRateLook = 0;
    this.#nextReview = 0;
    this.#restartCount += 1;
    this.#restarts.push({ atNs, reason, changeMs });
    if (this.#restarts.length > RESTARTS_KEPT) this.#restarts.shift();
  }
}

/** How far the likeliest offset moved from one fit to the next, milliseconds. */
function offsetChange(before: ClockFit, after: ClockFit, atNs: number): number | undefined {
  const old = before.estimate(atNs);
  const now = after.estimate(atNs);
  if (old === undefined || now === undefined) return undefined;
  return foldMs(after.referenceMs + now.offsetMs - before.referenceMs - old.offsetMs);
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new RangeError(`Cannot track with ${name} ${value}: it must be positive`);
  return value;
}
