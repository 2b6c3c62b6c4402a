/** From a fit to the numbers that are reported: hard bounds, and an estimate within them. */

import { foldMs } from "../time/day.ts";
import type { Range } from "./feasible_region.ts";
import type { ClockFit } from "./fit.ts";
import type { Gap } from "./gap.ts";
import type { ClockState } from "./state.ts";

/** How many times what the gap lacks, over the length of the run, the rate may be off beyond its bounds. */
const DEFICIT_RATES = 2;

/** A run is never taken as shorter than this for that, seconds. */
const MIN_LENGTH_S = 0.1;

/** Share of what the gap lacks by which the estimate may be off. */
const DEFICIT_SPREADS = 0.5;

/** The numbers of a state that are given together or not at all. */
export type DecidedNumbers = Pick<
  ClockState,
  | "shaping"
  | "offsetMs"
  | "spreadMs"
  | "lowerMs"
  | "upperMs"
  | "skewPpm"
  | "skewSpreadPpm"
  | "skewLowerPpm"
  | "skewUpperPpm"
>;

/** Where nothing is decided. */
export const NO_NUMBERS: DecidedNumbers = {
  shaping: 0,
  offsetMs: undefined,
  spreadMs: undefined,
  lowerMs: undefined,
  upperMs: undefined,
  skewPpm: undefined,
  skewSpreadPpm: undefined,
  skewLowerPpm: undefined,
  skewUpperPpm: undefined,
};

/** What is read of a fit. */
export type FitNumbers =
  & Pick<ClockFit, "offsetAt" | "lengthSeconds" | "estimate" | "referenceMs" | "shaping">
  & { readonly gap: Pick<Gap, "deficitMs" | "believableSkewPpm"> };

/**
 * What a fit says of a time.
 *
 * @param atNs our realtime, nanoseconds since the clock's base.
 * @param isTickSettled whether a coarser tick is ruled out.
 */
export function decidedNumbers(
  fit: FitNumbers,
  atNs: number,
  isTickSettled: boolean,
): DecidedNumbers {
  // What the gap lacks may be a step or a rate that has not shown itself: everything allows for it.
  const deficitMs = fit.gap.deficitMs;
  const offset = widened(fit.offsetAt(atNs), deficitMs);
  const lengthS = Math.max(MIN_LENGTH_S, fit.lengthSeconds);
  const skew = widened(fit.gap.believableSkewPpm, DEFICIT_RATES * deficitMs / lengthS * 1e3);
  const line = fit.estimate(atNs) ?? {
    offsetMs: (offset.lower + offset.upper) / 2,
    offsetSpreadMs: uniformSpread(offset),
    skewPpm: (skew.lower + skew.upper) / 2,
    skewSpreadPpm: uniformSpread(skew),
  };
  const likely = clipped(
    line.offsetMs,
    // While the tick may be coarser than it seems, the likeliest line is not worth its own spread.
    isTickSettled ? Math.hypot(line.offsetSpreadMs, DEFICIT_SPREADS * deficitMs) : Infinity,
    offset,
  );
  const likelySkew = clipped(line.skewPpm, line.skewSpreadPpm, skew);
  // Fold the estimate and shift the bounds with it: an interval is never torn at 12 h.
  const shiftMs = foldMs(fit.referenceMs + likely.value) - likely.value;
  return {
    shaping: fit.shaping,
    offsetMs: likely.value + shiftMs,
    spreadMs: likely.spread,
    lowerMs: offset.lower + shiftMs,
    upperMs: offset.upper + shiftMs,
    skewPpm: likelySkew.value,
    skewSpreadPpm: likelySkew.spread,
    skewLowerPpm: skew.lower,
    skewUpperPpm: skew.upper,
  };
}

/**
 * The part of an estimate's interval that the hard bounds allow.
 *
 * @returns the middle of it, and half its width.
 */
function clipped(value: number, spread: number, bounds: Range): { value: number; spread: number } {
  const reach = Math.min(spread, uniformSpread(bounds));
  const inside = Math.min(bounds.upper, Math.max(bounds.lower, value));
  const lower = Math.max(bounds.lower, inside - reach);
  const upper = Math.min(bounds.upper, inside + reach);
  return { value: (lower + upper) / 2, spread: (upper - lower) / 2 };
}

function widened(range: Range, by: number): Range {
  return { lower: range.lower - by, upper: range.upper + by };
}

/** Standard deviation of a number that may be anywhere in a range alike. */
function uniformSpread(range: Range): number {
  return (range.upper - range.lower) / Math.sqrt(12);
}
