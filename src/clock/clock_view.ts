/** One clock, as an address shows it, and whether two addresses may show the same. */

import { foldMs } from "../time/day.ts";

/** What is known of a clock; views that are compared are of one time. */
export interface ClockView {
  /** Ahead of ours, milliseconds in ±12 h: the likeliest value. */
  readonly offsetMs: number;
  /** One standard deviation of it, milliseconds. */
  readonly spreadMs: number;
  /** The offset is at least this, milliseconds, whatever the delays were. */
  readonly lowerMs: number;
  /** The offset is at most this, milliseconds. */
  readonly upperMs: number;
  /** Rate against ours, minus one, parts per million: the likeliest value. */
  readonly skewPpm: number;
  /** One standard deviation of it, parts per million. */
  readonly skewSpreadPpm: number;
  /** The rate is at least this, parts per million, whatever the delays were. */
  readonly skewLowerPpm: number;
  /** The rate is at most this, parts per million. */
  readonly skewUpperPpm: number;
  /** Shortest round trip, milliseconds. */
  readonly minRttMs: number;
}

/** Two values of one clock differ by no more than this many standard deviations. */
export const MAX_SPREADS = 4;

/** A difference of two clocks in units of what may separate two views of one. */
export interface Difference {
  /** Of the offsets, milliseconds, not negative. */
  readonly offsetMs: number;
  /** Of the rates, parts per million, not negative. */
  readonly skewPpm: number;
  /** Resolution of the measurement, one standard deviation. */
  readonly measuredMs: number;
  /** One standard deviation of the difference of the rates, parts per million. */
  readonly skewSpreadPpm: number;
  /** `measuredMs`, and what asymmetric paths may add. */
  readonly offsetSpreadMs: number;
  /** The larger of the two, in standard deviations. */
  readonly spreads: number;
  /** The hard bounds have a point in common. */
  readonly isPossible: boolean;
}

/** Whether two views may be of one clock. */
export function isNear({ spreads, isPossible }: Difference): boolean {
  return isPossible && spreads <= MAX_SPREADS;
}

/** Compares two clocks by their places. */
export function differ(clocks: readonly ClockView[], one: number, other: number): Difference {
  const a = clocks[one] as ClockView, b = clocks[other] as ClockView;
  const offsetMs = Math.abs(foldMs(b.offsetMs - a.offsetMs));
  const skewPpm = Math.abs(b.skewPpm - a.skewPpm);
  // Paths that differ may be asymmetric in different ways, by half of what they differ.
  const measuredMs = Math.hypot(a.spreadMs, b.spreadMs);
  const offsetSpreadMs = measuredMs + Math.abs(a.minRttMs - b.minRttMs) / 2;
  const skewSpreadPpm = Math.hypot(a.skewSpreadPpm, b.skewSpreadPpm);
  const shiftMs = foldMs(b.offsetMs - a.offsetMs) - (b.offsetMs - a.offsetMs);
  return {
    ...{ offsetMs, skewPpm, measuredMs, offsetSpreadMs, skewSpreadPpm },
    spreads: Math.max(offsetMs / offsetSpreadMs, skewPpm / skewSpreadPpm),
    isPossible: a.lowerMs <= b.upperMs + shiftMs && b.lowerMs + shiftMs <= a.upperMs &&
      a.skewLowerPpm <= b.skewUpperPpm && b.skewLowerPpm <= a.skewUpperPpm,
  };
}
