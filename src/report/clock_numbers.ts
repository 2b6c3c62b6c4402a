/** Offset, bounds, skew and tick of a remote clock as text, with the digits that each supports. */

import type { ClockState } from "../clock/mod.ts";
import { digitsFor, formatMs } from "../time/mod.ts";
import { formatHours, signed } from "./milliseconds.ts";

/** Our own stamps are good to about a microsecond: no spread is worth more digits. */
const MIN_SPREAD_MS = 0.001;
/** Crystals wander by more than this. */
const MIN_SKEW_PPM = 0.01;
/** Digits that an estimate may gain so that what is printed of it lies within its bounds. */
const MORE_DIGITS = 3;
/** From here on an offset reads as h:min:s, milliseconds. */
const HOURS_MS = 60_000;
/** Decimals of a millisecond and of a second in which bounds are printed. */
const BOUND_DIGITS = 3, BOUND_SECOND_DIGITS = 4;

/** An estimate and its spread. */
export interface EstimateText {
  /** With its sign. */
  readonly value: string;
  /** One standard deviation. */
  readonly spread: string;
  /** Of the spread, and of the value unless that is in h:min:s. */
  readonly unit: "ms" | "s";
}

/** `+123.46` and `0.01` ms, `+1:00:00.00012` and `0.00001` s. */
export function estimateOffset(state: ClockState): EstimateText {
  const { offsetMs = NaN, lowerMs, upperMs } = state;
  const spreadMs = Math.max(state.spreadMs ?? Infinity, MIN_SPREAD_MS);
  const [value, spread] = formatEstimate(offsetMs, spreadMs, lowerMs, upperMs);
  if (Math.abs(offsetMs) < HOURS_MS) return { value, spread, unit: "ms" };
  const digits = (spread.split(".")[1]?.length ?? 0) + 3;
  return {
    value: formatHours(Number(value) / 1e3, digits),
    spread: (Number(spread) / 1e3).toFixed(digits),
    unit: "s",
  };
}

/** `+123.46 ms ± 0.01`, `+1:00:00.00012 ± 0.00001 s`. */
export function formatOffsetEstimate(state: ClockState): string {
  const { value, spread, unit } = estimateOffset(state);
  return unit === "ms" ? `${value} ms ± ${spread}` : `${value} ± ${spread} s`;
}

/** Both bounds to the microsecond, or to 0.1 ms in h:min:s, never rounded inwards. */
export function offsetBounds(
  { lowerMs = NaN, upperMs = NaN }: Pick<ClockState, "lowerMs" | "upperMs">,
): readonly [lower: string, upper: string] {
  const isLong = Math.max(Math.abs(lowerMs), Math.abs(upperMs)) >= HOURS_MS;
  return isLong
    ? [longBound(lowerMs, Math.floor), longBound(upperMs, Math.ceil)]
    : [rounded(lowerMs, BOUND_DIGITS, Math.floor), rounded(upperMs, BOUND_DIGITS, Math.ceil)];
}

/** `113.123 to 133.790 ms`. */
export function formatBounds(bounds: Pick<ClockState, "lowerMs" | "upperMs">): string {
  const [lower, upper] = offsetBounds(bounds);
  return `${lower} to ${upper}${upper.includes(":") ? "" : " ms"}`;
}

/** `+1.3` and `0.4`, parts per million. */
export function estimateSkew(state: ClockState): readonly [value: string, spread: string] {
  const { skewPpm = NaN, skewSpreadPpm = Infinity, skewLowerPpm, skewUpperPpm } = state;
  return formatEstimate(
    skewPpm,
    Math.max(skewSpreadPpm, MIN_SKEW_PPM),
    skewLowerPpm,
    skewUpperPpm,
  );
}

/** `+1.3 ppm ± 0.4, between -3.2 and 5.6`. */
export function formatSkew(state: ClockState): string {
  const { skewSpreadPpm = Infinity, skewLowerPpm = NaN, skewUpperPpm = NaN } = state;
  const [skew, spread] = estimateSkew(state);
  const digits = digitsFor(Math.max(skewSpreadPpm, MIN_SKEW_PPM));
  const lower = rounded(skewLowerPpm, digits, Math.floor);
  const upper = rounded(skewUpperPpm, digits, Math.ceil);
  return `${skew} ppm ± ${spread}, between ${lower} and ${upper}`;
}

/** The tick to a microsecond, milliseconds. */
export function formatTickMs({ tickMs }: Pick<ClockState, "tickMs">): string {
  return String(Math.round(tickMs * 1e3) / 1e3);
}

/**
 * An estimate and its spread with the digits that the spread supports, or as many more as it takes for the printed
 * interval not to reach outside the bounds.
 */
function formatEstimate(
  value: number,
  spread: number,
  lower: number = -Infinity,
  upper: number = Infinity,
): readonly [value: string, spread: string] {
  let texts: [string, string] = ["", ""];
  for (let more = 0; more <= MORE_DIGITS; more++) {
    const precision = spread / 10 ** more;
    texts = [signed(formatMs(value, precision)), formatMs(spread, precision)];
    const [middle = NaN, reach = NaN] = texts.map(Number);
    if (middle - reach >= lower && middle + reach <= upper) break;
  }
  return texts;
}

function longBound(ms: number, round: (value: number) => number): string {
  const unit = 10 ** BOUND_SECOND_DIGITS;
  return formatHours(round(ms / 1e3 * unit) / unit, BOUND_SECOND_DIGITS);
}

function rounded(value: number, digits: number, round: (value: number) => number): string {
  const unit = 10 ** digits;
  return formatMs(round(value * unit) / unit, 1 / unit);
}
