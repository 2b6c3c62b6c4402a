/** Intervals: a quantity that is known to lie between two bounds. */

/** A quantity in milliseconds with hard bounds. */
export interface BoundedMs {
  /** The middle of the bounds. */
  readonly valueMs: number;
  /** The quantity is not less than this. */
  readonly lowerMs: number;
  /** The quantity is not more than this. */
  readonly upperMs: number;
}

/**
 * The interval that starts at `lowerMs`, with its middle as the value.
 *
 * @param lowerMs lower bound, milliseconds.
 * @param widthMs width, milliseconds, not negative.
 */
export function boundedMs(lowerMs: number, widthMs: number): BoundedMs {
  return { valueMs: lowerMs + widthMs / 2, lowerMs, upperMs: lowerMs + widthMs };
}

/** Half the width of an interval, milliseconds: the ± behind its value. */
export function halfWidthMs(interval: BoundedMs): number {
  return (interval.upperMs - interval.lowerMs) / 2;
}
