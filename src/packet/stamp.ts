/** Timestamps of RFC 792 as text: 32 bits that should be milliseconds since midnight UT. */

import { formatTimeOfDay, MS_PER_DAY, NON_STANDARD_BIT } from "../time/day.ts";

const MS_PER_HOUR = 3_600_000;

/**
 * Writes a stamp as a clock time, `11:51:34.656`. Hours go past 23 when the stamp is longer than a
 * day, as tcpdump has them: `24:00:00.000`.
 *
 * @param stampMs the stamp's 32 bits, unsigned.
 */
export function formatStamp(stampMs: number): string {
  const hours = String(Math.floor(stampMs / MS_PER_HOUR)).padStart(2, "0");
  return hours + formatTimeOfDay(stampMs).slice("HH".length);
}

/** What a stamp means, in words: its time of day, or why it has none. */
export function describeStamp(stampMs: number): string {
  if (stampMs < MS_PER_DAY) return `${formatTimeOfDay(stampMs)} UTC`;
  if (stampMs < NON_STANDARD_BIT) return "more than a day: not a time of day";
  const restMs = stampMs - NON_STANDARD_BIT;
  const rest = restMs < MS_PER_DAY ? `; without it ${formatTimeOfDay(restMs)}` : "";
  return `non-standard: the high bit is set${rest}`;
}
