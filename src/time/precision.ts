/** How many digits of a number its bound supports. */

/** Six decimals of a millisecond are a nanosecond: no stamp of ours is finer. */
const MAX_DIGITS = 6;

/**
 * How many decimals of a millisecond may be printed of a number that is known to ± `boundMs`.
 *
 * The last digit printed is the one in which the bound has its first significant digit: ± 0.5 ms
 * supports one decimal, ± 0.012 ms two, ± 25 ms none. An unknown bound supports none.
 *
 * @param boundMs half the width of the interval, milliseconds, not negative.
 * @returns an integer in [0, 6].
 */
export function digitsFor(boundMs: number): number {
  if (!Number.isFinite(boundMs)) return 0;
  // The tiny factor keeps 0.001, whose logarithm is -2.9999999999999996, at three decimals.
  const digits = -Math.floor(Math.log10(boundMs) + 1e-12);
  return Math.min(MAX_DIGITS, Math.max(0, digits));
}

/**
 * A number of milliseconds with the decimals that its bound supports; never `-0`.
 *
 * @param valueMs the number.
 * @param boundMs half the width of the interval around it, milliseconds.
 */
export function formatMs(valueMs: number, boundMs: number): string {
  const text = valueMs.toFixed(digitsFor(boundMs));
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}
