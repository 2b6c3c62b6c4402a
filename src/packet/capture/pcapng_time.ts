/** Times of pcapng files: 64 bits in a unit that each interface chooses (option if_tsresol). */

/** The unit where an interface does not say: microseconds. */
export const MICROSECONDS = 1_000_000n;

const NANOSECONDS = 1_000_000_000n;
/** Remainders below this, times 2^16, are exact in a double. */
const MAX_EXACT_UNITS = 2n ** 37n;

/**
 * Units in a second.
 *
 * @param resolution the octet of if_tsresol: an exponent, of 2 where the high bit is set, else of 10
 */
export function timeUnit(resolution: number): bigint {
  const exponent = BigInt(resolution & 0x7f);
  return resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
}

/** Splits a time into whole seconds and nanoseconds, both rounded down. */
export function splitTime(
  high: number,
  low: number,
  unitsPerSecond: bigint,
): { seconds: number; nanoseconds: number } {
  if (unitsPerSecond > MAX_EXACT_UNITS) return splitExactly(high, low, unitsPerSecond);
  // Long division, 16 bits at a time.
  const units = Number(unitsPerSecond);
  let seconds = 0;
  let rest = 0;
  for (const digit of [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]) {
    const value = rest * 65_536 + digit;
    const quotient = Math.floor(value / units);
    seconds = seconds * 65_536 + quotient;
    rest = value - quotient * units;
  }
  const isWhole = 1e9 % units === 0;
  const nanoseconds = isWhole
    ? rest * (1e9 / units)
    : Number(BigInt(rest) * NANOSECONDS / unitsPerSecond);
  return { seconds, nanoseconds };
}

function splitExactly(high: number, low: number, unitsPerSecond: bigint) {
  const time = (BigInt(high) << 32n) | BigInt(low);
  const rest = time % unitsPerSecond;
  return {
    seconds: Number(time / unitsPerSecond),
    nanoseconds: Number(rest * NANOSECONDS / unitsPerSecond),
  };
}
