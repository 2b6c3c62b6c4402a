/**
 * The gap between the upper and the lower bounds of a stretch of replies, and the likeliest line through it.
 *
 * On an unchanged path and with a constant rate the gap is not less than the sum of the least delays. A step of less
 * than the round trip contradicts no hard bound: it shows as a gap that is too narrow, and nowhere else.
 */

import { LowerEnvelope } from "./envelope.ts";
import { estimateLine, gapShortfallMs, type LikelyLine, widestGapMs } from "./estimate.ts";
import type { FeasibleRegion, Range } from "./feasible_region.ts";
import { LeastDelays } from "./least_delays.ts";
import type { RelativeSample } from "./sample.ts";
import type { SampleBounds } from "./sample_bounds.ts";

/** A gap narrower than the shortest round trip by more than this is more than rounding, milliseconds. */
const GAP_SLACK_MS = 0.25;

/** How many times the mean queueing the shortest round trip may contain as well. */
const GAP_SLACK_FACTOR = 4;

/** Below this many samples the gap says nothing yet. */
const SAMPLES_FOR_GAP = 4;

/** Where a line need not be exact, that of so large a share of the samples does. */
const RECENT_SHARE = 15 / 16;

/** Largest rate error of what is called a clock, parts per million. */
export const WIDE_SKEW_PPM = 100_000;

const ANY_SKEW_PPM: Range = { lower: -WIDE_SKEW_PPM, upper: WIDE_SKEW_PPM };

/** What a gap may lack of the shortest round trip, and how many times the grain of round trips: less is no sign of a step. */
const MIN_DEFICIT_MS = 0.05;
const DEFICIT_GRAINS = 2;

/** A gap wider by this multiple of the grain of the data is fitted without a limit on the rate. */
const FREE_EXCESSES = 0.1;

/** Standard deviations that a rate without a limit may be off. */
const FREE_SPREADS = 4;

/** The likely bounds of a growing set of samples. */
export class Gap {
  readonly #bounds: SampleBounds;
  /** What the hard bounds of the same samples leave: a line has one of these skews. */
  #region: FeasibleRegion;
  readonly #upper = new LowerEnvelope();
  readonly #negatedLower = new LowerEnvelope();
  /** Of round trips without what the remote says it took. */
  readonly #delays = new LeastDelays();
  /** The likeliest line of the samples, or of the first #lineSize of them. */
  #line: LikelyLine | undefined;
  #lineSize = NaN;
  /** The widest gap that any rate leaves, when the line was computed. */
  #widestGapMs = NaN;
  /** By how much the gap was narrower than the shortest round trip then, at whatever rate. */
  #shortfallMs = NaN;

  /** Starts without a sample, and with the skews of a region. */
  constructor(bounds: SampleBounds, region: FeasibleRegion) {
    this.#bounds = bounds;
    this.#region = region;
  }

  /** Adds a sample, and takes the region that its hard bounds leave. */
  add(sample: RelativeSample, region: FeasibleRegion): void {
    const bounds = this.#bounds;
    this.#region = region;
    this.#upper.add(bounds.seconds(sample.sentNs), bounds.likelyUpperMs(sample));
    this.#negatedLower.add(bounds.seconds(sample.receivedNs), -bounds.likelyLowerMs(sample));
    this.#delays.add(bounds.leastDelaysMs(sample));
  }

  /** The likeliest line through all samples; undefined without a sample. Computed again after each new one. */
  get line(): LikelyLine | undefined {
    return this.#lineOf(this.#upper.count);
  }

  /** A line that was the likeliest a few samples ago, for what need not be exact. */
  get recentLine(): LikelyLine | undefined {
    return this.#lineOf(this.#upper.count * RECENT_SHARE);
  }

  /**
   * By how much the gap is narrower than the shortest round trip, or than a rate beyond the limit would make it,
   * milliseconds; 0 where it is not. This much of a step, or of another rate, may hide in the samples.
   */
  get deficitMs(): number {
    const { line } = this;
    if (line === undefined || !this.#bounds.tick.settled) return 0;
    return Math.max(0, this.#shortfallMs, this.#widestGapMs - line.gapMs);
  }

  /** Whether the gap lacks more than chance explains. */
  get isStrained(): boolean {
    const { grainMs } = this.#delays;
    return grainMs !== undefined &&
      this.deficitMs > MIN_DEFICIT_MS + DEFICIT_GRAINS * grainMs;
  }

  /** Whether a rate beyond the limit would make the gap wider by more than chance explains. */
  get suggestsOtherRate(): boolean {
    const { line } = this;
    return line !== undefined && this.#widestGapMs - line.gapMs > MIN_DEFICIT_MS + line.excessMs;
  }

  /**
   * The skews that are possible, parts per million: what the hard bounds leave, and where a rate beyond the limit would
   * fit better, what is likely without one.
   */
  get believableSkewPpm(): Range {
    const hard = this.#region.skewPpm;
    const { line } = this;
    if (line === undefined || !this.#bounds.tick.settled) return hard;
    if (this.#widestGapMs - line.gapMs <= FREE_EXCESSES * line.excessMs) return hard;
    const free = estimateLine(this.#upper, this.#negatedLower, ANY_SKEW_PPM)?.at(0);
    if (free === undefined) return hard;
    const reachPpm = FREE_SPREADS * free.skewSpreadPpm;
    return {
      lower: Math.min(hard.lower, free.skewPpm - reachPpm),
      upper: Math.max(hard.upper, free.skewPpm + reachPpm),
    };
  }

  /** The height at a time of the highest line of a slope, milliseconds a second, below the upper bounds. */
  leastUpperMs(slope: number, atSeconds: number): number {
    return this.#upper.support(slope, atSeconds);
  }

  /** Whether a sample that the hard bounds allow would leave a gap that is narrower than the shortest round trip. */
  isNarrowedBy(sample: RelativeSample): boolean {
    const bounds = this.#bounds;
    if (this.#upper.count < SAMPLES_FOR_GAP || !bounds.tick.settled) return false;
    const { leastMs, queueingMs } = this.#delays;
    const expectedMs = leastMs as number - GAP_SLACK_MS - GAP_SLACK_FACTOR * queueingMs;
    if (expectedMs <= 0) return false;
    const line = this.recentLine;
    // Likely bounds may leave no gap where the hard ones do.
    if (line === undefined) return false;
    const neededMs = expectedMs * ratio(line.skewPpm);
    const sentSeconds = bounds.seconds(sample.sentNs);
    const receivedSeconds = bounds.seconds(sample.receivedNs);
    const upperMs = bounds.likelyUpperMs(sample);
    const lowerMs = bounds.likelyLowerMs(sample);
    // Cheap and almost always enough: with the slope that is believed now.
    const slope = line.skewPpm * 1e-3;
    const above = Math.min(upperMs - slope * sentSeconds, this.#upper.support(slope, 0));
    const below = Math.max(
      lowerMs - slope * receivedSeconds,
      -this.#negatedLower.support(-slope, 0),
    );
    if (above - below >= neededMs) return false;
    const upper = this.#upper.with(sentSeconds, upperMs);
    const negatedLower = this.#negatedLower.with(receivedSeconds, -lowerMs);
    return gapShortfallMs(upper, negatedLower, this.#region.skewPpm, expectedMs) > 0;
  }

  /** The likeliest line through at least this many samples; costs some time. */
  #lineOf(leastSize: number): LikelyLine | undefined {
    if (this.#line === undefined || this.#lineSize < leastSize) {
      this.#line = estimateLine(this.#upper, this.#negatedLower, this.#region.skewPpm);
      this.#widestGapMs = widestGapMs(this.#upper, this.#negatedLower, ANY_SKEW_PPM);
      const { leastMs = -Infinity } = this.#delays;
      this.#shortfallMs = gapShortfallMs(
        this.#upper,
        this.#negatedLower,
        this.#region.skewPpm,
        leastMs,
      );
      this.#lineSize = this.#upper.count;
    }
    return this.#line;
  }
}

/** What a second of ours is to a remote clock of that rate. */
function ratio(skewPpm: number): number {
  return 1 + skewPpm * 1e-6;
}
