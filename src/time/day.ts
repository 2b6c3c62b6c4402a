/**
 * Milliseconds of the day: the arithmetic of RFC 792 stamps.
 *
 * A stamp counts milliseconds since midnight UT, so two stamps can only be compared modulo one
 * day. Every difference is folded to [-12 h, +12 h); midnight is then not an event.
 */

/** Milliseconds in a day: the modulus of RFC 792 stamps. */
export const MS_PER_DAY = 86_400_000;

/** Nanoseconds in a day. */
export const NS_PER_DAY = 86_400_000_000_000;

/** The bit that marks a stamp as not being milliseconds since midnight UT (RFC 792, page 17). */
export const NON_STANDARD_BIT = 0x8000_0000;

const NS_PER_MS = 1_000_000;

/**
 * Milliseconds since midnight UT of an instant, with its fraction, in [0, 86 400 000).
 *
 * @param realtimeNs nanoseconds since any midnight UT; may be negative.
 */
export function msOfDay(realtimeNs: number): number {
  return modulo(realtimeNs, NS_PER_DAY) / NS_PER_MS;
}

/**
 * Whole milliseconds since midnight UT of an instant, as a stamp carries them: an integer in
 * [0, 86 399 999].
 *
 * @param realtimeNs nanoseconds since any midnight UT; may be negative.
 */
export function wholeMsOfDay(realtimeNs: number): number {
  return Math.floor(modulo(realtimeNs, NS_PER_DAY) / NS_PER_MS);
}

/** Folds a difference of milliseconds of the day to [-43 200 000, +43 200 000). */
export function foldMs(differenceMs: number): number {
  return fold(differenceMs, MS_PER_DAY);
}

/**
 * A time of day as `HH:MM:SS.mmm`, UTC. The fraction of a millisecond is cut off, not rounded, as a
 * stamp would do it.
 *
 * @param ms milliseconds since midnight; values outside one day are taken modulo a day.
 */
export function formatTimeOfDay(ms: number): string {
  const whole = Math.floor(modulo(ms, MS_PER_DAY));
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = Math.floor(whole / 1000) % 60;
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}.${pad(whole % 1000, 3)}`;
}

/** Whether the sender marked this raw stamp as non-standard (high-order bit set, RFC 792). */
export function hasHighBit(stamp: number): boolean {
  return (stamp & NON_STANDARD_BIT) !== 0;
}

/** The raw stamp without its high-order bit: an integer in [0, 2^31). */
export function clearHighBit(stamp: number): number {
  return stamp & 0x7fff_ffff;
}

/** Whether a raw stamp can be milliseconds since midnight UT: high bit clear and less than a day. */
export function isStandardStamp(stamp: number): boolean {
  return stamp >= 0 && stamp < MS_PER_DAY;
}

/** The unsigned 32-bit number with its four octets in the opposite order. */
export function byteSwap32(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) |
    (value >>> 24)) >>> 0;
}

/** Remainder with the sign of the divisor: exact for doubles, never equal to the divisor. */
export function modulo(value: number, divisor: number): number {
  const remainder = value % divisor;
  if (remainder >= 0) return remainder + 0; // turns -0 into 0
  const shifted = remainder + divisor;
  return shifted < divisor ? shifted : 0; // a tiny negative remainder rounds up to the divisor
}

/** The difference modulo a period that is nearest to zero: at least -period/2, less than period/2. */
export function fold(difference: number, period: number): number {
  const half = period / 2;
  // Most differences are small: return them untouched, without the rounding of a shift.
  if (difference >= -half && difference < half) return difference;
  const remainder = difference % period; // exact
  if (remainder >= half) return remainder - period;
  if (remainder < -half) return remainder + period;
  return remainder;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
