/**
 * The likeliest offset and skew, if the fastest ways out and back take equally long.
 *
 * For a skew s, the highest line of that slope under the upper bounds and the lowest one over the lower
 * bounds leave a gap between them. With the true skew each line rests on many fast probes and the
 * gap is widest; with a wrong one it rests on the ends of the run only. If delays exceed their minimum by
 * exponentially distributed amounts, the widest gap is the maximum of the likelihood, and minimising
 * the distances to the line as Moon, Skelly and Towsley do is the same thing. Real excesses (rounding of
 * the stamps plus queueing) are rarely close to zero, so the likelihood is flatter than that; the mean over
 * it, with a weak preference for small skews, errs less than its maximum does, most of all in runs that
 * are too short to show the skew.
 */

import type { Range } from "./feasible_region.ts";
import type { LowerEnvelope } from "./envelope.ts";

/**
 * The likelihood's scale is taken from this many points nearest to each line: only those compete for
 * shaping it. (The mean of all would overrate the data: excesses close to zero are rare.)
 */
const RANK = 10;

/**
 * Share of the exponential model's log-likelihood that is believed. Found by simulation over jitter from none to
 * 10 ms: the least error, and a spread that does not promise too much.
 */
const BELIEF = 0.3;

/** Half of all clocks are believed to drift less than this: the prior on skew is Cauchy's. */
const TYPICAL_SKEW_PPM = 20;

/** Skews whose likelihood is below e to this power of the best are left out of the mean. */
const CUT_OFF = 12;

/** Points of the numerical integral over skew. */
const STEPS = 64;

/** An excess is never taken as smaller than this: our own stamps are no better. */
const MIN_EXCESS_MS = 1e-4;

/** Halvings of a range of skews: to a millionth of it. */
const BISECTIONS = 20;

/** The likeliest skew is found to this, parts per million. */
const SKEW_TOLERANCE_PPM = 1e-3;

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A straight line through the middle of the gap, with its uncertainty, at one time. */
export interface LineEstimate {
  /** Offset at the time that was asked for, milliseconds. */
  readonly offsetMs: number;
  /** One standard deviation of it under the model, milliseconds; says nothing about asymmetry. */
  readonly offsetSpreadMs: number;
  /** Rate of the remote clock against ours minus one, parts per million. */
  readonly skewPpm: number;
  /** One standard deviation of it, parts per million. */
  readonly skewSpreadPpm: number;
}

/** The likeliest line, for every time. */
export interface LikelyLine {
  /** Its skew, parts per million. */
  readonly skewPpm: number;
  /** How far above the envelope the nearest few bounds lie, milliseconds: the grain of the data. */
  readonly excessMs: number;
  /** Width of the widest gap, milliseconds: tends to the sum of the two minimum delays from above. */
  readonly gapMs: number;
  /** The line at a time. */
  at(seconds: number): LineEstimate;
}

/**
 * Estimates the line of offsets between upper and lower bounds.
 *
 * @param upper the upper bounds, one point a probe.
 * @param negatedLower the lower bounds, negated, one point a probe.
 * @param skewPpm the skews to consider.
 * @returns undefined when no skew leaves a gap, or when there is no probe.
 */
export function estimateLine(
  upper: LowerEnvelope,
  negatedLower: LowerEnvelope,
  skewPpm: Range,
): LikelyLine | undefined {
  if (upper.count === 0) return undefined;
  const middle = middleOf(upper, negatedLower);
  const gapAt = gapAtSkew(upper, negatedLower);
  const bestPpm = maximumOfConcave(gapAt, skewPpm);
  const gapMs = gapAt(bestPpm);
  if (gapMs < 0) return undefined;
  const slope = bestPpm * 1e-3;
  const bestAbove = upper.support(slope, middle);
  const bestBelow = -negatedLower.support(-slope, middle);
  const excessMs = Math.max(
    MIN_EXCESS_MS,
    (upper.excess(slope, middle, bestAbove, RANK) +
      negatedLower.excess(-slope, middle, -bestBelow, RANK)) / 2,
  );
  const rate = BELIEF * Math.min(RANK, upper.count) / excessMs;
  const leastGapMs = Math.max(0, gapMs - CUT_OFF / rate);
  const from = whereConcaveCrosses(gapAt, leastGapMs, skewPpm.lower, bestPpm);
  const to = whereConcaveCrosses(gapAt, leastGapMs, skewPpm.upper, bestPpm);

  // Moments of offset (at the middle) and skew, about the best ones, where rounding does no harm.
  const bestOffset = (bestAbove + bestBelow) / 2;
  let weights = 0;
  let offsets = 0;
  let skews = 0;
  let offsetSquares = 0;
  let skewSquares = 0;
  let products = 0;
  const step = (to - from) / STEPS;
  for (let index = 0; index < STEPS; index += 1) {
    const ppm = from + (index + 0.5) * step;
    const above = upper.support(ppm * 1e-3, middle);
    const below = -negatedLower.support(-ppm * 1e-3, middle);
    const weight = Math.exp(rate * (above - below - gapMs)) / (1 + (ppm / TYPICAL_SKEW_PPM) ** 2);
    const offset = (above + below) / 2 - bestOffset;
    const skew = ppm - bestPpm;
    weights += weight;
    offsets += weight * offset;
    skews += weight * skew;
    offsetSquares += weight * offset * offset;
    skewSquares += weight * skew * skew;
    products += weight * offset * skew;
  }
  const meanOffset = offsets / weights;
  const meanSkew = skews / weights;
  const offsetVariance = offsetSquares / weights - meanOffset * meanOffset;
  const skewVariance = Math.max(0, skewSquares / weights - meanSkew * meanSkew);
  const covariance = products / weights - meanOffset * meanSkew;
  // Beside the skew, each line may sit lower by an exponential amount of mean 1 / rate.
  const heightVariance = 1 / (2 * rate * rate);
  return {
    skewPpm: bestPpm + meanSkew,
    excessMs,
    gapMs,
    at(seconds) {
      const distance = (seconds - middle) * 1e-3; // milliseconds for each part per million
      const variance = offsetVariance + 2 * distance * covariance +
        distance * distance * skewVariance;
      return {
        offsetMs: bestOffset + meanOffset + (bestPpm + meanSkew) * distance,
        offsetSpreadMs: Math.sqrt(Math.max(0, variance) + heightVariance),
        skewPpm: bestPpm + meanSkew,
        skewSpreadPpm: Math.sqrt(skewVariance),
      };
    },
  };
}

/** The widest gap that any skew of a range leaves between the bounds, milliseconds; negative where they cross. */
export function widestGapMs(
  upper: LowerEnvelope,
  negatedLower: LowerEnvelope,
  skewPpm: Range,
): number {
  const gapAt = gapAtSkew(upper, negatedLower);
  return gapAt(maximumOfConcave(gapAt, skewPpm));
}

/**
 * By how much the gap between the bounds is narrower than round trips of a length make it, at the rate of a range where
 * it is so least, milliseconds; not above 0 where the gap is as wide as they ask for.
 *
 * A second of ours is 1 + s seconds of a clock with skew s, so round trips of a length L leave a gap of L (1 + s).
 */
export function gapShortfallMs(
  upper: LowerEnvelope,
  negatedLower: LowerEnvelope,
  skewPpm: Range,
  roundTripMs: number,
): number {
  const gapAt = gapAtSkew(upper, negatedLower);
  const surplusAt = (ppm: number): number => gapAt(ppm) - roundTripMs * (1 + ppm * 1e-6);
  return -surplusAt(maximumOfConcave(surplusAt, skewPpm));
}

/** The gap between the bounds for lines of a skew, a concave function of it. */
function gapAtSkew(upper: LowerEnvelope, negatedLower: LowerEnvelope): (ppm: number) => number {
  const middle = middleOf(upper, negatedLower);
  return (ppm) => upper.support(ppm * 1e-3, middle) + negatedLower.support(-ppm * 1e-3, middle);
}

function middleOf(upper: LowerEnvelope, negatedLower: LowerEnvelope): number {
  return (upper.meanSeconds + negatedLower.meanSeconds) / 2;
}

/** Where a concave function is largest in a range: golden-section search. */
function maximumOfConcave(value: (x: number) => number, range: Range): number {
  let { lower, upper } = range;
  let left = upper - GOLDEN * (upper - lower);
  let right = lower + GOLDEN * (upper - lower);
  let atLeft = value(left);
  let atRight = value(right);
  while (upper - lower > SKEW_TOLERANCE_PPM) {
    if (atLeft < atRight) {
      lower = left;
      left = right;
      atLeft = atRight;
      right = lower + GOLDEN * (upper - lower);
      atRight = value(right);
    } else {
      upper = right;
      right = left;
      atRight = atLeft;
      left = upper - GOLDEN * (upper - lower);
      atLeft = value(left);
    }
  }
  return (lower + upper) / 2;
}

/** Where a concave function falls to a level, between a far point and its maximum. */
function whereConcaveCrosses(
  value: (x: number) => number,
  level: number,
  far: number,
  maximum: number,
): number {
  if (value(far) >= level) return far;
  let outside = far;
  let inside = maximum;
  for (let round = 0; round < BISECTIONS; round += 1) {
    const middle = (outside + inside) / 2;
    if (value(middle) >= level) inside = middle;
    else outside = middle;
  }
  return inside;
}
