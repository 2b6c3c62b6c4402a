/** The clock of a simulated host: from true time to the 32 bits of a timestamp. */

import { byteSwap32, modulo, MS_PER_DAY, NON_STANDARD_BIT } from "../time/day.ts";
import type { Behaviour } from "./behaviour.ts";

const MS_PER_MINUTE = 60_000;
const TWO_TO_32 = 2 ** 32;

/**
 * The timestamp of a clock at a moment.
 *
 * @param unixMs true time, Unix time in milliseconds
 * @param startMs start of the run, from which skew and steps count, Unix time in milliseconds
 * @returns 32 bits, unsigned
 */
export function readHostClock(host: Behaviour, unixMs: number, startMs: number): number {
  const elapsedMs = unixMs - startMs;
  const stepped = host.stepMs !== 0 && elapsedMs >= host.stepAfterMs ? host.stepMs : 0;
  const origin = host.unit === "uptime-ms" ? host.uptimeMs - startMs : 0;
  const exactMs = unixMs + origin + host.offsetMs + elapsedMs * host.skewPpm * 1e-6 + stepped +
    host.utcOffsetMinutes * MS_PER_MINUTE;
  const shownMs = Math.floor(Math.floor(exactMs / host.tickMs) * host.tickMs);
  return writeForm(host, countUnit(host, shownMs));
}

/** What the clock counts, 32 bits. */
function countUnit({ unit }: Behaviour, ms: number): number {
  switch (unit) {
    case "ms-of-day":
      return modulo(ms, MS_PER_DAY);
    case "seconds-of-day":
      return Math.floor(modulo(ms, MS_PER_DAY) / 1000);
    case "unix-seconds":
      return modulo(Math.floor(ms / 1000), TWO_TO_32);
    case "unix-ms":
    case "uptime-ms":
      return modulo(ms, TWO_TO_32);
  }
}

/** How the host writes a number into a timestamp. */
function writeForm(host: Behaviour, value: number): number {
  if (host.swappedHalves) return ((value & 0xffff) << 16) >>> 0;
  const marked = host.highBit ? (value | NON_STANDARD_BIT) >>> 0 : value;
  return host.littleEndian ? byteSwap32(marked) : marked;
}
