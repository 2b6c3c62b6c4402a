/**
 * What the bounds of single replies say together of a clock over a log: where it was at the end, and whether it moved. A
 * reply that lies, or one whose bits were changed on the path, says nothing: others must agree.
 */

import type { Bounded } from "../../log/bucket.ts";

/** Bounds in a row that must agree before they show another clock, as for a change point of `clock`. */
const IN_A_ROW = 4;
/** The latest bounds, of which more than half must agree with those that are named. */
const LATEST = 16;

/** The narrowest bounds with which more than half of the latest ones agree; the narrowest of all where there are none. */
export function latestOffset(course: readonly Bounded[]): Bounded | undefined {
  const latest = course.slice(-LATEST);
  const byWidth = course.toSorted((a, b) => a.upper - a.lower - (b.upper - b.lower));
  return byWidth.find((bounds) =>
    2 * latest.filter((each) => doAgree(each, bounds)).length > latest.length
  ) ?? byWidth[0];
}

/**
 * By how much the clock moved at least, milliseconds; 0 where all bounds agree, but for some that others around them do
 * not confirm.
 */
export function movedBy(course: readonly Bounded[]): number {
  let greatestLower = -Infinity, leastUpper = Infinity;
  for (let end = IN_A_ROW; end <= course.length; end++) {
    const row = course.slice(end - IN_A_ROW, end);
    greatestLower = Math.max(greatestLower, Math.min(...row.map(({ lower }) => lower)));
    leastUpper = Math.min(leastUpper, Math.max(...row.map(({ upper }) => upper)));
  }
  return Math.max(0, greatestLower - leastUpper);
}

function doAgree(one: Bounded, other: Bounded): boolean {
  return one.lower <= other.upper && other.lower <= one.upper;
}
