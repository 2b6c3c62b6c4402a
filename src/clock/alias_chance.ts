/** How likely it is that clocks agree by chance. */

import { foldMs } from "../time/day.ts";
import { type ClockView, differ, type Difference, MAX_SPREADS } from "./clock_view.ts";

/** Clocks that agree in offset and rate. */
export interface AliasGroup {
  /** Places of the clocks in what was given, ascending, at least two. */
  readonly members: readonly number[];
  /** Chance that any two different clocks of those compared agree as closely, 0 to 1. */
  readonly chance: number;
  /** Largest difference of two offsets, milliseconds. */
  readonly offsetWithinMs: number;
  /** Largest difference of two rates, parts per million. */
  readonly skewWithinPpm: number;
  /** Mean rate, parts per million. */
  readonly skewPpm: number;
}

/** With fewer clocks, offsets and rates of free-running ones are taken to be spread evenly over these. */
const FEW_CLOCKS = 10;
const PRIOR_OFFSETS_MS = 2000;
const PRIOR_SKEWS_PPM = 100;
/** Factor from one scale to the next, and how many there are: from the window to more than a day, or to any rate. */
const SCALE = 4;
const SCALES = 24;

/** A window of offset and rate: what lies within so much of a clock agrees with it as closely as a group does. */
export interface Window {
  /** So far ahead or behind, milliseconds. */
  readonly offsetMs: number;
  /** So much faster or slower, parts per million. */
  readonly skewPpm: number;
  /**
   * Windows of another shape and the same size count as well: those of all products xy up to c, with both from 1 to a limit,
   * cover c (1 + ln(limits / c)).
   */
  readonly shapes: number;
}

/** What a group of at least two clocks has in common; `chanceOf` takes the window within which they agree. */
export function describeGroup(
  clocks: readonly ClockView[],
  members: readonly number[],
  chanceOf: (window: Window) => number,
): AliasGroup {
  const differences = members.flatMap((one, i) =>
    members.slice(i + 1).map((other) => differ(clocks, one, other))
  );
  const largest = (read: (difference: Difference) => number) =>
    differences.reduce((most, difference) => Math.max(most, read(difference)), 0);
  const offsetWithinMs = largest(({ offsetMs }) => offsetMs);
  const skewWithinPpm = largest(({ skewPpm }) => skewPpm);
  // What looks nearer than the measurement can resolve is no nearer than that.
  const offsetMs = Math.max(offsetWithinMs, largest(({ measuredMs }) => measuredMs));
  const skewPpm = Math.max(skewWithinPpm, largest(({ skewSpreadPpm }) => skewSpreadPpm));
  const limits = MAX_SPREADS ** 2 * largest(({ offsetSpreadMs }) => offsetSpreadMs) *
    largest(({ skewSpreadPpm }) => skewSpreadPpm);
  const shapes = 1 + Math.max(0, Math.log(limits / (offsetMs * skewPpm)));
  return {
    members,
    chance: Math.min(1, chanceOf({ offsetMs, skewPpm, shapes })),
    offsetWithinMs,
    skewWithinPpm,
    skewPpm: mean(members.map((place) => (clocks[place] as ClockView).skewPpm)),
  };
}

/**
 * The share of clocks to be expected in a window around one, by the others at every scale: of k within a larger window k - 1
 * count, since its size was chosen by them (D. O. Loftsgaarden, C. P. Quesenberry 1965).
 */
export function shareWithin(
  clock: ClockView,
  others: readonly ClockView[],
  { offsetMs, skewPpm, shapes }: Window,
): number {
  let share = others.length >= FEW_CLOCKS
    ? 0
    : 4 * offsetMs * skewPpm / (PRIOR_OFFSETS_MS * PRIOR_SKEWS_PPM);
  // counts[i][j]: clocks within SCALE^i windows of offset, and of rate just within SCALE^j.
  const counts = Array.from({ length: SCALES }, () => new Array<number>(SCALES).fill(0));
  for (const other of others) {
    const i = scaleOf(Math.abs(foldMs(other.offsetMs - clock.offsetMs)) / offsetMs);
    const j = scaleOf(Math.abs(other.skewPpm - clock.skewPpm) / skewPpm);
    for (const row of counts.slice(i)) row[j] = (row[j] as number) + 1;
  }
  for (const [i, row] of counts.entries()) {
    let within = 0;
    for (const [j, count] of row.entries()) {
      within += count;
      share = Math.max(share, (within - 1) / others.length / SCALE ** (i + j));
    }
  }
  return share * shapes;
}

function scaleOf(windows: number): number {
  return windows <= 1 ? 0 : Math.min(SCALES - 1, Math.ceil(Math.log(windows) / Math.log(SCALE)));
}
/** The arithmetic mean of at least one number. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
