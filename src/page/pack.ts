/** Columns as a page carries them, packed when it is written and unpacked in the browser. */

import type { Column, PackedBounds, PackedDelay } from "./data.ts";

/** A column in which every number is 0 is left out. */
function differences(values: Column, from: Column): Column {
  const column = values.map((value, i) => {
    const base = from[i];
    return value === null || base === null || base === undefined ? null : value - base;
  });
  return column.every((value) => value === 0 || value === null) ? [] : column;
}

function sums(column: Column, to: Column): Column {
  if (column.length === 0) return to;
  return column.map((value, i) => {
    const base = to[i];
    return value === null || base === null || base === undefined ? null : value + base;
  });
}

/** Five columns of a delay. */
export type DelayColumns = Readonly<
  Record<"min" | "p5" | "mid" | "p95" | "max", Column>
>;

/** Packs the columns of a delay; null where there is no value at all. */
export function packDelay(
  { min, p5, mid, p95, max }: DelayColumns,
): PackedDelay | null {
  if (mid.every((value) => value === null)) return null;
  return {
    mid,
    min: differences(min, mid),
    p5: differences(p5, mid),
    p95: differences(p95, mid),
    max: differences(max, mid),
  };
}

/** The columns as they were. */
export function unpackDelay(
  { mid, min, p5, p95, max }: PackedDelay,
): DelayColumns {
  return {
    mid,
    min: sums(min, mid),
    p5: sums(p5, mid),
    p95: sums(p95, mid),
    max: sums(max, mid),
  };
}

/** Three columns of a value with bounds. */
export type BoundsColumns = Readonly<Record<"lower" | "mid" | "upper", Column>>;

/** Packs the columns of a value with bounds; null where there is no value at all. */
export function packBounds(
  { lower, mid, upper }: BoundsColumns,
): PackedBounds | null {
  if (mid.every((value) => value === null)) return null;
  return {
    mid,
    lower: differences(lower, mid),
    upper: differences(upper, mid),
  };
}

/** The columns as they were. */
export function unpackBounds(
  { mid, lower, upper }: PackedBounds,
): BoundsColumns {
  return { mid, lower: sums(lower, mid), upper: sums(upper, mid) };
}

/** Each number minus the one before. */
export function packTimes(times: readonly number[]): number[] {
  return times.map((time, i) => time - (times[i - 1] ?? 0));
}

/** The numbers as they were. */
export function unpackTimes(steps: readonly number[]): number[] {
  let time = 0;
  return steps.map((step) => time += step);
}
