/** The options of a tracker and their defaults. */

import type { ClockFitOptions } from "./fit.ts";

/** How a clock is followed. */
export interface ClockTrackerOptions {
  /**
   * Largest rate error of the remote clock against ours that is assumed until the replies show another, parts per
   * million; default 500, which is the most that NTP corrects (RFC 5905) and five times what crystals are sold with.
   */
  readonly maxSkewPpm?: number | undefined;
  /** How long the rate is taken as constant, nanoseconds; older probes are forgotten. Default 15 min. */
  readonly windowNs?: number;
  /** How many probes are remembered at most; default 2048. */
  readonly maxSamples?: number;
}

const DEFAULT_MAX_SKEW_PPM = 500;
const DEFAULT_WINDOW_NS = 900e9;
const DEFAULT_MAX_SAMPLES = 2048;

/**
 * The limits of the fits of a tracker.
 *
 * @throws {RangeError} when an option is not positive.
 */
export function fitOptions(options: ClockTrackerOptions): ClockFitOptions {
  return {
    maxSkewPpm: positive("maxSkewPpm", options.maxSkewPpm ?? DEFAULT_MAX_SKEW_PPM),
    windowNs: positive("windowNs", options.windowNs ?? DEFAULT_WINDOW_NS),
    maxSamples: positive("maxSamples", options.maxSamples ?? DEFAULT_MAX_SAMPLES),
  };
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new RangeError(`Cannot track with ${name} ${value}: it must be positive`);
  return value;
}
