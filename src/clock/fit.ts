/** One stretch of replies that contradict neither each other nor a constant rate. */

import type { TickDetector } from "../measurement/tick.ts";
import { foldMs, msOfDay } from "../time/day.ts";
import { findChangePoint } from "./change_point.ts";
import { LowerEnvelope } from "./envelope.ts";
import { estimateLine, type LikelyLine, type LineEstimate, widestGapMs } from "./estimate.ts";
import { FeasibleRegion, type Range } from "./feasible_region.ts";
import { LeastDelays } from "./least_delays.ts";
import {
  type ClockSample,
  type FitReference,
  rebased,
  type RelativeSample,
  relativeSample,
} from "./sample.ts";

/** Limits of one fit. */
export interface ClockFitOptions {
  /** Largest rate error that is believed, parts per million. */
  readonly maxSkewPpm: number;
  /** How long the rate is taken as constant, nanoseconds. */
  readonly windowNs: number;
  /** How many samples are kept at most. */
  readonly maxSamples: number;
}

/** A gap narrower than the shortest round trip by more than this is more than rounding, milliseconds. */
const GAP_SLACK_MS = 0.25;

/** So many times the mean queueing may be missing from the shortest round trip as well. */
const GAP_SLACK_FACTOR = 4;

/** Below this many samples the gap says nothing yet. */
const SAMPLES_FOR_GAP = 4;

/** Share of the window and of the samples that is kept when something must be forgotten. */
const KEPT_SHARE = 3 / 4;

/** Where a line need not be exact, that of so large a share of the samples does. */
const RECENT_SHARE = 15 / 16;

/** Largest rate error of what is called a clock, parts per million. */
export const WIDE_SKEW_PPM = 100_000;

const ANY_SKEW_PPM: Range = { lower: -WIDE_SKEW_PPM, upper: WIDE_SKEW_PPM };

/** Number of newest samples among which a step is looked for. */
const SAMPLES_FOR_CHANGE = 512;

/** What a gap may lack of the shortest round trip, and how many times the grain of round trips: less is no sign of a step. */
const MIN_DEFICIT_MS = 0.05;
const DEFICIT_GRAINS = 2;

/** A gap wider by this multiple of the grain of the data is fitted without a limit on the rate. */
const FREE_EXCESSES = 0.1;

/** So many standard deviations of a rate without a limit are possible. */
const FREE_SPREADS = 4;

/** Offset and skew that fit a stretch of samples: what is possible and what is likely. */
export class ClockFit {
  readonly #tick: TickDetector;
  readonly #options: ClockFitOptions;
  readonly #referenceMs: number;
  readonly #referenceNs: number;
  #samples: RelativeSample[] = [];
  #region: FeasibleRegion;
  #upper = new LowerEnvelope();
  #negatedLower = new LowerEnvelope();
  /** Of round trips without what the remote says it took. */
  #delays = new LeastDelays();
  #minRttNs = Infinity;
  /** The likeliest line of the samples kept, or of the first #lineSize of them. */
  #line: LikelyLine | undefined;
  #lineSize = 0;
  /** The widest gap that any rate leaves, when the line was worked out. */
  #widestGapMs = 0;

  /**
   * Starts without a sample.
   *
   * @param reference what the samples are kept relative to: a time and an offset near theirs.
   * @param tick the detector of the remote tick. After its revision has changed, call rebuild().
   */
  constructor(reference: FitReference, tick: TickDetector, options: ClockFitOptions) {
    this.#tick = tick;
    this.#options = options;
    this.#referenceNs = reference.referenceNs;
    this.#referenceMs = reference.referenceMs;
    this.#region = FeasibleRegion.unbounded(options.maxSkewPpm);
  }

  /** How many samples are in use. */
  get size(): number {
    return this.#samples.length;
  }

  /** Our receive instant of the newest sample, nanoseconds since the clock's base; 0 without one. */
  get newestNs(): number {
    return this.#samples[this.#samples.length - 1]?.receivedNs ?? 0;
  }

  /** Shortest round trip, nanoseconds. */
  get minRttNs(): number {
    return this.#minRttNs;
  }

  /** What all offsets of this fit are relative to, milliseconds in ± 12 h. */
  get referenceMs(): number {
    return this.#referenceMs;
  }

  /** How many samples have a bound on the edge of what is possible. */
  get shaping(): number {
    return this.#region.labels.size;
  }

  /** The skews that are possible, parts per million. */
  get skewPpm(): Range {
    return this.#region.skewPpm;
  }

  /** The samples in use, in the order in which they came. */
  get samples(): readonly RelativeSample[] {
    return this.#samples;
  }

  /** An empty fit with the same reference and another limit of the rate. */
  emptied(maxSkewPpm = this.#options.maxSkewPpm): ClockFit {
    return new ClockFit(
      { referenceMs: this.#referenceMs, referenceNs: this.#referenceNs },
      this.#tick,
      { ...this.#options, maxSkewPpm },
    );
  }

  /**
   * By how much the gap between upper and lower bounds is narrower than the shortest round trip, or than a rate beyond
   * the limit would make it, milliseconds; 0 where it is not. On an unchanged path and with a constant rate the
   * gap is not less than the sum of the least delays, so this much of a step, or of another rate, may hide in the
   * samples.
   */
  deficitMs(): number {
    const line = this.#likelyLine(this.size);
    const { leastMs } = this.#delays;
    if (line === undefined || leastMs === undefined || !this.#tick.settled) return 0;
    const expectedMs = Math.max(leastMs * ratio(line.skewPpm), this.#widestGapMs);
    return Math.max(0, expectedMs - line.gapMs);
  }

  /** Seconds from the first to the last sample. */
  get lengthSeconds(): number {
    return (this.newestNs - (this.#samples[0]?.sentNs ?? this.newestNs)) / 1e9;
  }

  /** Whether the gap lacks more than chance explains. */
  get isStrained(): boolean {
    const { grainMs } = this.#delays;
    return grainMs !== undefined &&
      this.deficitMs() > MIN_DEFICIT_MS + DEFICIT_GRAINS * grainMs;
  }

  /** Whether a rate beyond the limit would make the gap wider by more than chance explains. */
  get suggestsOtherRate(): boolean {
    const line = this.#likelyLine(this.size);
    return line !== undefined && this.#widestGapMs - line.gapMs > MIN_DEFICIT_MS + line.excessMs;
  }

  /**
   * The skews that are possible, parts per million: what the hard bounds leave, and where a rate beyond the limit would
   * fit better, what is likely without one.
   */
  get believableSkewPpm(): Range {
    const hard = this.skewPpm;
    const line = this.#likelyLine(this.size);
    if (line === undefined || !this.#tick.settled) return hard;
    if (this.#widestGapMs - line.gapMs <= FREE_EXCESSES * line.excessMs) return hard;
    const free = estimateLine(this.#upper, this.#negatedLower, ANY_SKEW_PPM)?.at(0);
    if (free === undefined) return hard;
    const reachPpm = FREE_SPREADS * free.skewSpreadPpm;
    return {
      lower: Math.min(hard.lower, free.skewPpm - reachPpm),
      upper: Math.max(hard.upper, free.skewPpm + reachPpm),
    };
  }

  /** Where the clock seems to have stepped, and by how much; undefined where it does not. */
  changePoint(): { readonly index: number; readonly byMs: number } | undefined {
    const line = this.#likelyLine(this.size)?.at(0);
    if (line === undefined || !this.#tick.settled) return undefined;
    const first = Math.max(0, this.size - SAMPLES_FOR_CHANGE);
    const { maxSkewPpm } = this.#options;
    const slopes = [0, -2, 2].map((spreads) => {
      const ppm = line.skewPpm + spreads * line.skewSpreadPpm;
      return Math.min(maxSkewPpm, Math.max(-maxSkewPpm, ppm)) * 1e-3;
    });
    const found = findChangePoint(
      this.#samples.slice(first).map((sample) => ({
        upperSeconds: this.#seconds(sample.sentNs),
        upperMs: this.#likelyUpperMs(sample),
        lowerSeconds: this.#seconds(sample.receivedNs),
        lowerMs: this.#likelyLowerMs(sample),
      })),
      slopes,
    );
    return found === undefined ? undefined : { index: first + found.index, byMs: found.byMs };
  }

  /** The offsets that are possible at a time, milliseconds relative to the reference. */
  offsetAt(atNs: number): Range {
    return this.#region.offsetAt(this.#seconds(atNs));
  }

  /** The likeliest line at a time; its offset is relative to the reference. */
  estimate(atNs: number): LineEstimate | undefined {
    return this.#likelyLine(this.size)?.at(this.#seconds(atNs));
  }

  /**
   * How far above the envelope the nearest few bounds lay lately, milliseconds; undefined without an
   * estimate.
   */
  get excessMs(): number | undefined {
    return this.#recentLine()?.excessMs;
  }

  /**
   * Where the fastest request sent at a time meets the remote tick, milliseconds in [0, tick): 0 is
   * the moment at which the stamp changes; undefined without an estimate.
   */
  arrivalInTick(sentNs: number): number | undefined {
    const line = this.#recentLine();
    if (line === undefined) return undefined;
    const slope = line.skewPpm * 1e-3;
    const leastOutMs = this.#upper.support(slope, this.#seconds(sentNs));
    const remoteMs = msOfDay(sentNs) + this.#referenceMs + leastOutMs;
    return this.#tick.phaseOf(remoteMs);
  }

  /**
   * Adds a sample unless it contradicts the others.
   *
   * @param label number of the probe.
   * @returns whether it was added.
   */
  add(sample: ClockSample, label: number): boolean {
    return this.#take(relativeSample(sample, label, this.#referenceMs));
  }

  /** Adds a sample of another fit unless it contradicts the others; returns whether it was added. */
  adopt(sample: RelativeSample): boolean {
    return this.#take(rebased(sample, this.#referenceMs));
  }

  #take(relative: RelativeSample): boolean {
    const region = this.#clip(this.#region, relative);
    if (region === undefined || this.#narrowsGap(relative)) return false;
    this.#region = region;
    this.#keep(relative);
    const { maxSamples, windowNs } = this.#options;
    const oldestNs = this.#samples[0]?.sentNs ?? relative.sentNs;
    if (this.#samples.length > maxSamples || relative.sentNs - oldestNs > windowNs) {
      this.#forgetOldest();
    }
    return true;
  }

  /**
   * Recomputes everything from the samples kept.
   *
   * @returns whether they still agree; if not, the fit is of no use any more.
   */
  rebuild(): boolean {
    const samples = this.#samples;
    this.#samples = [];
    this.#line = undefined;
    this.#region = FeasibleRegion.unbounded(this.#options.maxSkewPpm);
    this.#upper = new LowerEnvelope();
    this.#negatedLower = new LowerEnvelope();
    this.#delays = new LeastDelays();
    this.#minRttNs = Infinity;
    for (const sample of samples) {
      const region = this.#clip(this.#region, sample);
      if (region === undefined) {
        this.#samples = samples;
        return false;
      }
      this.#region = region;
      this.#keep(sample);
    }
    return true;
  }

  #seconds(atNs: number): number {
    return (atNs - this.#referenceNs) / 1e9;
  }

  /** What one sample leaves of a region, with every tick that is possible; undefined for nothing. */
  #clip(region: FeasibleRegion, sample: RelativeSample): FeasibleRegion | undefined {
    const upperMs = sample.outMs + this.#tick.span(sample.receiveMs).upperMs;
    const lowerMs = sample.minusBackMs + this.#tick.span(sample.transmitMs).lowerMs;
    return region.below(this.#seconds(sample.sentNs), upperMs, sample.label)
      ?.above(this.#seconds(sample.receivedNs), lowerMs, sample.label);
  }

  /** The likeliest line through at least this many samples; costs some time. */
  #likelyLine(wantedSize: number): LikelyLine | undefined {
    if (this.#line === undefined || this.#lineSize < wantedSize) {
      this.#line = estimateLine(this.#upper, this.#negatedLower, this.#region.skewPpm);
      this.#widestGapMs = widestGapMs(this.#upper, this.#negatedLower, ANY_SKEW_PPM);
      this.#lineSize = this.size;
    }
    return this.#line;
  }

  /** A line that was the likeliest a few samples ago, for what need not be exact. */
  #recentLine(): LikelyLine | undefined {
    return this.#likelyLine(this.size * RECENT_SHARE);
  }

  #keep(sample: RelativeSample): void {
    this.#samples.push(sample);
    this.#upper.add(this.#seconds(sample.sentNs), this.#likelyUpperMs(sample));
    this.#negatedLower.add(this.#seconds(sample.receivedNs), -this.#likelyLowerMs(sample));
    this.#delays.add(this.#leastDelaysOf(sample));
    this.#minRttNs = Math.min(this.#minRttNs, sample.receivedNs - sample.sentNs);
  }

  #likelyUpperMs(sample: RelativeSample): number {
    return sample.outMs + this.#tick.likelySpan(sample.receiveMs).upperMs;
  }

  #likelyLowerMs(sample: RelativeSample): number {
    return sample.minusBackMs + this.#tick.likelySpan(sample.transmitMs).lowerMs;
  }

  /** Round trip without what the remote says it took; different stamps are rounded by up to a tick. */
  #leastDelaysOf(sample: RelativeSample): number {
    const rttMs = (sample.receivedNs - sample.sentNs) / 1e6;
    const processingMs = foldMs(sample.transmitMs - sample.receiveMs);
    return processingMs === 0 ? rttMs : rttMs - processingMs - this.#tick.tickMs;
  }

  /**
   * Whether a sample that the hard bounds allow leaves a gap between upper and lower bounds that is
   * narrower than the shortest round trip. On an unchanged path the gap is at least the sum of the
   * minimum delays; a step of less than the round trip shows here and nowhere else.
   */
  #narrowsGap(sample: RelativeSample): boolean {
    const count = this.#samples.length;
    if (count < SAMPLES_FOR_GAP || !this.#tick.settled) return false;
    const { leastMs = 0, queueingMs } = this.#delays;
    const wantedMs = leastMs - GAP_SLACK_MS - GAP_SLACK_FACTOR * queueingMs;
    if (wantedMs <= 0) return false;
    const line = this.#recentLine();
    if (line === undefined) return false;
    const neededMs = wantedMs * ratio(line.skewPpm);
    const sentSeconds = this.#seconds(sample.sentNs);
    const receivedSeconds = this.#seconds(sample.receivedNs);
    const upperMs = this.#likelyUpperMs(sample);
    const lowerMs = this.#likelyLowerMs(sample);
    // Cheap and almost always enough: with the slope that is believed now.
    const slope = line.skewPpm * 1e-3;
    const above = Math.min(upperMs - slope * sentSeconds, this.#upper.support(slope, 0));
    const below = Math.max(
      lowerMs - slope * receivedSeconds,
      -this.#negatedLower.support(-slope, 0),
    );
    if (above - below >= neededMs) return false;
    const widest = estimateLine(
      this.#upper.with(sentSeconds, upperMs),
      this.#negatedLower.with(receivedSeconds, -lowerMs),
      this.#region.skewPpm,
    );
    return widest === undefined || widest.gapMs < neededMs;
  }

  /** Drops the oldest part, and not only one sample, so that rebuilding is rare. */
  #forgetOldest(): void {
    const { maxSamples, windowNs } = this.#options;
    const newestNs = this.#samples[this.#samples.length - 1]?.sentNs ?? 0;
    const tooMany = this.#samples.length - Math.floor(maxSamples * KEPT_SHARE);
    this.#samples = this.#samples.filter((sample, index) =>
      index >= tooMany && newestNs - sample.sentNs <= windowNs * KEPT_SHARE
    );
    this.rebuild();
  }
}

/** What a second of ours is to a remote clock of that rate. */
function ratio(skewPpm: number): number {
  return 1 + skewPpm * 1e-6;
}
