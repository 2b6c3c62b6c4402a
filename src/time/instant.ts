/**
 * Points in time, as plain numbers.
 *
 * Nanoseconds since 1970 do not fit a double exactly; nanoseconds since a recent midnight do,
 * for 104 days. So a clock has a base (00:00 UT of the day on which it was opened) and an
 * instant counts from there: day arithmetic becomes a remainder, and no BigInt is needed where
 * probes are counted in hundreds of thousands a second.
 */

/** Where a stamp was taken: by the kernel beside the driver, or by this program around a system call. */
export type StampSource = "kernel" | "user";

/** One event on both local clocks. */
export interface Instant {
  /** CLOCK_REALTIME, in nanoseconds since {@linkcode Clock.baseUnixMs}; an integer. */
  readonly realtimeNs: number;
  /** CLOCK_MONOTONIC, in nanoseconds since the clock was opened. */
  readonly monotonicNs: number;
  /** Who took the stamp. */
  readonly source: StampSource;
}

/** The local pair of clocks. */
export interface Clock {
  /** The base of `realtimeNs` as a Unix time in milliseconds; a multiple of 86 400 000. */
  readonly baseUnixMs: number;
  /** Reads both clocks as one pair. */
  now(): Instant;
}
