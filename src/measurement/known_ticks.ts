/** The ticks of remote clocks that are in use. */

/** Ticks of timers that are not whole milliseconds: 15, 16, 18.2, 30, 32, 60, 64, 128 and 300 Hz. */
export const FRACTIONAL_TICKS_MS: readonly number[] = [
  1000 / 15,
  1000 / 16,
  86_400_000 / 1_573_040,
  1000 / 30,
  1000 / 32,
  1000 / 60,
  1000 / 64,
  1000 / 128,
  1000 / 300,
];

/** The coarsest tick that RFC 1122 allows leaves six low-order bits undefined. */
const COARSEST_ALLOWED_MS = 64;

/**
 * Ticks that are looked for, milliseconds, largest first: whole seconds, tenths, every whole number of
 * milliseconds that RFC 1122 allows, and the usual timers whose period is no whole number. Ticks
 * below 2 ms are hidden by the timestamps' own rounding.
 */
export const KNOWN_TICKS_MS: readonly number[] = [
  1000,
  100,
  ...FRACTIONAL_TICKS_MS,
  ...Array.from({ length: COARSEST_ALLOWED_MS - 1 }, (_, index) => index + 2),
].sort((one, other) => other - one);

/** The tick of a clock that is as fine as the stamps. */
export const FINE_TICK_MS = 1;
