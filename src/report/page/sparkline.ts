/** A target's round trips as a line of the height of a word: SVG, so that it prints, and needs no script. */

import type { Bucket } from "../../log/bucket.ts";
import { Html } from "./html.ts";

/** Points of a line, and its size in units of the drawing. */
const POINTS = 60, HEIGHT = 22, WIDTH = 120;

/** A line through the 95th percentiles, and a red tick where probes had no answer. Empty where there is nothing to show. */
export function sparkline(buckets: readonly Bucket[]): Html {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined || last.lastS <= first.firstS) return new Html("");
  const spanS = last.lastS - first.firstS;
  const columns: { max: number; lost: boolean }[] = Array.from(
    { length: POINTS },
    () => ({ max: -Infinity, lost: false }),
  );
  for (const { firstS, lastS, delays: { rtt }, settled, counts } of buckets) {
    const middle = (firstS + lastS) / 2 - first.firstS;
    const column = columns[Math.min(POINTS - 1, Math.floor(middle / spanS * POINTS))];
    if (column === undefined) continue;
    if (rtt !== undefined) column.max = Math.max(column.max, rtt.quantile(0.95));
    column.lost ||= counts.received < settled;
  }
  const seen = columns.filter(({ max }) => max > -Infinity).map(({ max }) => max);
  const least = Math.min(...seen), most = Math.max(...seen);
  const x = (i: number) => Number(((i + 0.5) * WIDTH / POINTS).toFixed(1));
  const y = (max: number) =>
    Number((HEIGHT - 2 - (max - least) / ((most - least) || 1) * (HEIGHT - 8)).toFixed(1));
  let line = "", isOpen = false, ticks = "";
  columns.forEach(({ max, lost }, i) => {
    if (lost) ticks += `M${x(i)} 0v4`;
    // A line of no length is a dot: a moment between two losses has no other.
    if (max > -Infinity) line += isOpen ? `L${x(i)} ${y(max)}` : `M${x(i)} ${y(max)}h0`;
    // Where no probe was sent, nothing was lost: the line goes on.
    if (max > -Infinity || lost) isOpen = max > -Infinity;
  });
  return new Html(
    `<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true" focusable="false">` +
      `<path d="${line}"/>${ticks === "" ? "" : `<path class="lost" d="${ticks}"/>`}</svg>`,
  );
}
