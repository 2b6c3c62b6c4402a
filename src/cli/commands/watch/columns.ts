/** How long the columns of charts are. */

/** Lengths of a chart's column, in milliseconds: a chart of 140 of them spans 35 s, or 7 hours. */
const COLUMNS_MS: readonly number[] = [250, 1000, 5000, 30_000, 180_000, 900_000];

/** The lengths that suit an interval: the shortest holds at least one probe. */
export function columnsFor(intervalMs: number): readonly number[] {
  const fitting = COLUMNS_MS.filter((columnMs) => columnMs >= intervalMs);
  return fitting.length > 0 ? fitting : [intervalMs];
}
