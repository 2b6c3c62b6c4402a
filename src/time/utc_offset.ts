/**
 * Time zones as offsets from UTC: what a clock that shows local time is off by.
 *
 * Source: the IANA time zone database, the offsets in civil use in 2026, summer times included.
 */

const MINUTES_PER_HOUR = 60;

/** Offsets from UTC in civil use, minutes, ascending: from -12:00 to +14:00. */
export const UTC_OFFSETS_IN_USE: readonly number[] = [
  ...[-720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -150, -120, -60],
  ...[0, 60, 120, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630],
  ...[660, 720, 765, 780, 825, 840],
];

/** Writes an offset from UTC as `UTC+5:45`, or `UTC` for none. */
export function formatUtcOffset(minutes: number): string {
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const rest = String(size % MINUTES_PER_HOUR).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${Math.floor(size / MINUTES_PER_HOUR)}:${rest}`;
}
