/** Counts and durations as people read them. */

/** A whole number with a comma between thousands: `4,294,967,296`. */
export function formatCount(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A duration to two or three digits: `4.5 s`, `75 s`, `12 min`, `3.2 h`, `6.1 days`; "unknown time" where it is infinite. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown time";
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 100) return `${seconds.toFixed(0)} s`;
  if (seconds < 6000) return `${(seconds / 60).toFixed(0)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}

/** `1 reply`, `2 replies`: a count and its noun; the plural ends in `s` unless it is given. */
export function countOf(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
