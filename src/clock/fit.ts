/** One stretch of replies that contradict neither each other nor a constant rate. */

import type { TickDetector } from "../measurement/tick.ts";
import { msOfDay } from "../time/day.ts";
import { type ChangePoint, findChangePoint } from "./change_point.ts";
import type { LineEstimate } from "./estimate.ts";
import { FeasibleRegion, type Range } from "./feasible_region.ts";
import { Gap } from "./gap.ts";
import {
  type ClockSample,
  type FitReference,
  rebased,
  type RelativeSample,
  relativeSample,
} from "./sample.ts";
import { SampleBounds } from "./sample_bounds.ts";

/** Limits of one fit. */
export interface ClockFitOptions {
  /** Largest rate error that is believed, parts per million. */
  readonly maxSkewPpm: number;
  /** How long the rate is taken as constant, nanoseconds. */
  readonly windowNs: number;
  /** How many samples are kept at most. */
  readonly maxSamples: number;
}

/** Share of the window and of the samples that is kept when something must be forgotten. */
const KEPT_SHARE = 3 / 4;

/** Number of newest samples among which a step is looked for. */
const SAMPLES_FOR_CHANGE = 512;

/** A step that is not found yet bends the line of all samples, but not that of the samples before the newest ones, this many. */
const SAMPLES_BENT = 16;

/** Fewer samples than this have no line to compare with. */
const SAMPLES_FOR_LINE = 8;

/** Offset and skew that fit a stretch of samples: what is possible and what is likely. */
export class ClockFit {
  readonly #options: ClockFitOptions;
  readonly #reference: FitReference;
  readonly #bounds: SampleBounds;
  #samples: RelativeSample[] = [];
  #region: FeasibleRegion;
  #gap: Gap;
  #minRttNs = Infinity;

  /**
   * Starts without a sample.
   *
   * @param reference what the samples are kept relative to: a time and an offset near theirs.
   * @param tick the detector of the remote tick. After its revision has changed, call rebuild().
   */
  constructor(reference: FitReference, tick: TickDetector, options: ClockFitOptions) {
    this.#options = options;
    this.#reference = reference;
    this.#bounds = new SampleBounds(tick, reference.referenceNs);
    this.#region = FeasibleRegion.unbounded(options.maxSkewPpm);
    this.#gap = new Gap(this.#bounds, this.#region);
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
    return this.#reference.referenceMs;
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

  /** An empty fit with the same reference and another limit of the rate, parts per million. */
  emptied(maxSkewPpm: number): ClockFit {
    return new ClockFit(this.#reference, this.#bounds.tick, { ...this.#options, maxSkewPpm });
  }

  /** The fits of the samples before a number and from it on, each with that limit of the rate, parts per million. */
  splitAt(index: number, maxSkewPpm: number): readonly [before: ClockFit, after: ClockFit] {
    const before = this.emptied(maxSkewPpm);
    for (const sample of this.#samples.slice(0, index)) before.adopt(sample);
    const after = this.emptied(maxSkewPpm);
    for (const sample of this.#samples.slice(index)) after.adopt(sample);
    return [before, after];
  }

  /** Seconds from the first to the last sample. */
  get lengthSeconds(): number {
    return (this.newestNs - (this.#samples[0]?.sentNs ?? this.newestNs)) / 1e9;
  }

  /** The gap between the bounds of the samples. After rebuild() it is another object. */
  get gap(): Gap {
    return this.#gap;
  }

  /** Where the clock seems to have stepped, and by how much; undefined where it does not. */
  changePoint(): ChangePoint | undefined {
    const line = this.#gap.line?.at(0);
    if (line === undefined || !this.#bounds.tick.settled) return undefined;
    const first = Math.max(0, this.size - SAMPLES_FOR_CHANGE);
    const { maxSkewPpm } = this.#options;
    const slopes = [line, this.#earlierLine() ?? line].flatMap(({ skewPpm, skewSpreadPpm }) =>
      [0, -2, 2].map((spreads) => {
        const ppm = skewPpm + spreads * skewSpreadPpm;
        return Math.min(maxSkewPpm, Math.max(-maxSkewPpm, ppm)) * 1e-3;
      })
    );
    const found = findChangePoint(
      this.#samples.slice(first).map((sample) => this.#bounds.likelyAt(sample)),
      slopes,
    );
    return found === undefined ? undefined : { index: first + found.index, byMs: found.byMs };
  }

  /** The likeliest line without the newest samples; undefined where too few are left. */
  #earlierLine(): LineEstimate | undefined {
    const samples = this.#samples.toSpliced(-SAMPLES_BENT);
    if (samples.length < SAMPLES_FOR_LINE) return undefined;
    const gap = new Gap(this.#bounds, this.#region);
    for (const sample of samples) gap.add(sample, this.#region);
    return gap.line?.at(0);
  }

  /** The offsets that are possible at a time, milliseconds relative to the reference. */
  offsetAt(atNs: number): Range {
    return this.#region.offsetAt(this.#bounds.seconds(atNs));
  }

  /** The likeliest line at a time; its offset is relative to the reference. */
  estimate(atNs: number): LineEstimate | undefined {
    return this.#gap.line?.at(this.#bounds.seconds(atNs));
  }

  /**
   * Where the fastest request sent at a time meets the remote tick, milliseconds in [0, tick): 0 is
   * the moment at which the stamp changes; undefined without an estimate.
   */
  arrivalInTick(sentNs: number): number | undefined {
    const line = this.#gap.recentLine;
    if (line === undefined) return undefined;
    const slope = line.skewPpm * 1e-3;
    const leastOutMs = this.#gap.leastUpperMs(slope, this.#bounds.seconds(sentNs));
    const remoteMs = msOfDay(sentNs) + this.referenceMs + leastOutMs;
    return this.#bounds.tick.phaseOf(remoteMs);
  }

  /**
   * Adds a sample unless it contradicts the others.
   *
   * @param label number of the probe.
   * @returns whether it was added.
   */
  add(sample: ClockSample, label: number): boolean {
    return this.#take(relativeSample(sample, label, this.referenceMs));
  }

  /** Adds a sample of another fit unless it contradicts the others; returns whether it was added. */
  adopt(sample: RelativeSample): boolean {
    return this.#take(rebased(sample, this.referenceMs));
  }

  #take(relative: RelativeSample): boolean {
    const region = this.#clip(this.#region, relative);
    if (region === undefined || this.#gap.isNarrowedBy(relative)) return false;
    this.#keep(relative, region);
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
    this.#region = FeasibleRegion.unbounded(this.#options.maxSkewPpm);
    this.#gap = new Gap(this.#bounds, this.#region);
    this.#minRttNs = Infinity;
    for (const sample of samples) {
      const region = this.#clip(this.#region, sample);
      if (region === undefined) {
        this.#samples = samples;
        return false;
      }
      this.#keep(sample, region);
    }
    return true;
  }

  /** What one sample leaves of a region, with every tick that is possible; undefined for nothing. */
  #clip(region: FeasibleRegion, sample: RelativeSample): FeasibleRegion | undefined {
    const bounds = this.#bounds;
    const upperMs = bounds.upperMs(sample);
    const lowerMs = bounds.lowerMs(sample);
    return region.below(bounds.seconds(sample.sentNs), upperMs, sample.label)
      ?.above(bounds.seconds(sample.receivedNs), lowerMs, sample.label);
  }

  #keep(sample: RelativeSample, region: FeasibleRegion): void {
    this.#samples.push(sample);
    this.#region = region;
    this.#gap.add(sample, region);
    this.#minRttNs = Math.min(this.#minRttNs, sample.receivedNs - sample.sentNs);
  }

  /** Drops the oldest part, and not only one sample, so that rebuilding is rare. */
  #forgetOldest(): void {
    const { maxSamples, windowNs } = this.#options;
    const newestNs = (this.#samples.at(-1) as RelativeSample).sentNs;
    const tooMany = this.#samples.length - Math.floor(maxSamples * KEPT_SHARE);
    this.#samples = this.#samples.filter((sample, index) =>
      index >= tooMany && newestNs - sample.sentNs <= windowNs * KEPT_SHARE
    );
    this.rebuild();
  }
}
