/** What of a chart's data can be seen, and what follows from it: the range of its scale, and where lines break. */

import type { Line, Rows } from "./chart_spec.ts";
import type { Span } from "./view.ts";

/** A pause of this many usual steps is a gap, which no line may cross. */
const GAP_STEPS = 5;

/** Index of the first time that is not before `timeS`. */
export function firstFrom(timesS: readonly number[], timeS: number): number {
  let low = 0, high = timesS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesS[middle] as number) < timeS) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row nearest to a moment; undefined where there is no row. */
export function nearestRow(timesS: readonly number[], timeS: number): number | undefined {
  const next = firstFrom(timesS, timeS);
  const [before, after] = [timesS[next - 1], timesS[next]];
  if (after === undefined) return before === undefined ? undefined : next - 1;
  return before !== undefined && timeS - before < after - timeS ? next - 1 : next;
}

/** Least and greatest value that is shown, with some room; from 0 where asked for. */
export function rangeOf(
  lines: readonly Line[],
  { timesS }: Pick<Rows, "timesS">,
  { fromS, toS }: Span,
  fromZero: boolean,
): [min: number, max: number] {
  const first = firstFrom(timesS, fromS), end = firstFrom(timesS, toS + 1e-9);
  let min = fromZero ? 0 : Infinity, max = -Infinity;
  for (const { values } of lines) {
    for (let i = first; i < end; i++) {
      const value = values[i];
      if (value === null || value === undefined) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (max < min || min === Infinity) return [0, 1];
  const room = (max - min) * 0.06 || Math.max(Math.abs(max) * 0.1, 0.001);
  return [fromZero && min === 0 ? 0 : min - room, max + room];
}

/** Indices of the rows in order, with -1 where a line breaks. */
export function withGaps(timesS: readonly number[]): number[] {
  const steps = timesS.slice(1).map((timeS, i) => timeS - (timesS[i] as number)).sort((a, b) =>
    a - b
  );
  const usual = steps[Math.floor(steps.length / 2)] ?? 0;
  return timesS.flatMap((timeS, i) => {
    const before = timesS[i - 1];
    const isGap = before !== undefined && usual > 0 && timeS - before > GAP_STEPS * usual;
    return isGap ? [-1, i] : [i];
  });
}
