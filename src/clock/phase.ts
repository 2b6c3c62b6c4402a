/**
 * When to send, below the millisecond.
 *
 * A remote stamp is rounded down, and only the spread of the send times over the remote's millisecond
 * turns many coarse stamps into one fine answer. Probes on a whole-millisecond grid all see the same
 * rounding error. Low-discrepancy sequences spread them more evenly than chance does.
 */

/** 1/φ: its multiples, modulo one, leave gaps that are as equal as can be at every length. */
const GOLDEN = 0.6180339887498949;

/** 1/ρ², with ρ the plastic number (one half of Roberts's R2 sequence): does not beat with GOLDEN. */
const COARSE_STEP = 0.5698402909980532;

/** More spread than this finds no known tick better: it is the coarsest that RFC 1122 allows. */
export const MAX_SPREAD_MS = 64;

/** Send phases for the probes of one target. */
export interface SendPhaseOptions {
  /** Time between probes, milliseconds; positive. */
  readonly intervalMs: number;
  /** Start of both sequences, from 0; its fraction counts. Another one for each target, so that they do not align. */
  readonly seed?: number;
}

/**
 * How much later than on a regular grid to send probe number `index`, milliseconds, in
 * [0, min(interval / 2, 64)); the range is never narrower than 1 ms.
 *
 * The fraction of a millisecond follows the golden ratio, so that remote milliseconds are divided evenly.
 * The whole milliseconds follow a second sequence, so that ticks coarser than a millisecond
 * are met at every phase; without them a 10 ms tick looks like a 50 ms interval.
 *
 * @throws {RangeError} when the interval is not positive.
 */
export function sendPhaseMs(index: number, options: SendPhaseOptions): number {
  const { intervalMs, seed = 0 } = options;
  if (!(intervalMs > 0)) {
    throw new RangeError(
      `Cannot spread probes over ${intervalMs} ms: a positive interval is wanted`,
    );
  }
  const spreadMs = Math.max(1, Math.floor(Math.min(intervalMs / 2, MAX_SPREAD_MS)));
  const whole = Math.floor(fraction(seed + index * COARSE_STEP) * spreadMs);
  return whole + fraction(seed + index * GOLDEN);
}

/** What is known about the remote tick when a probe is steered to its edge. */
export interface SteeringOptions extends SendPhaseOptions {
  /** The remote tick, milliseconds. */
  readonly tickMs: number;
  /** Where in the tick the probe would arrive without steering, milliseconds since the last edge. */
  readonly inTickMs: number;
  /** How uncertain arrivals are, milliseconds. */
  readonly spreadMs: number;
}

/**
 * Half the width of the target around the edge, in units of the uncertainty. Narrower saves probes and loses the
 * edge sooner when it moves; in simulation 1 was better than 2 and 4 on every path.
 */
const TARGET = 1;

/** The target is never narrower than this many milliseconds to either side. */
const MIN_TARGET_MS = 0.005;

/**
 * Moves a probe later, by less than a remote tick, so that it arrives close to the edge of the tick.
 *
 * @param evenMs the phase from sendPhaseMs.
 * @returns the phase, milliseconds; `evenMs` itself where the move would leave the probe's interval.
 */
export function steeredPhaseMs(index: number, evenMs: number, options: SteeringOptions): number {
  const { tickMs, inTickMs, spreadMs, intervalMs } = options;
  const targetMs = Math.min(tickMs / 2, Math.max(MIN_TARGET_MS, TARGET * spreadMs));
  const aimMs = (2 * fraction(index * COARSE_STEP) - 1) * targetMs;
  const moveMs = fraction((aimMs - inTickMs) / tickMs) * tickMs;
  return evenMs + moveMs < intervalMs ? evenMs + moveMs : evenMs;
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
