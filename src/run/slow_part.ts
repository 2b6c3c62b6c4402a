/** Which part of the path is slow: the direction out, the direction back, or this machine's own queue. */

/** A part of the path. */
export type PathPart = "out" | "back" | "queue";

/** What a judgement needs of a series, in milliseconds. */
export interface Spread {
  /** Half of the values are not larger. */
  readonly median: number;
  /** 95 of 100 values are not larger. */
  readonly p95: number;
  /** Largest value. */
  readonly max: number;
}

/** Nothing is said of a part after fewer replies. */
export const REPLIES_FOR_PATH = 5;
/** From this many on, one delay in twenty is more than an accident. */
export const REPLIES_FOR_P95 = 20;
/** A stamp is rounded down to a tick: delays that differ by little more than one may be equal. */
const TICKS_OF_NOISE = 1.5;
/** Waits in this machine's own queue below this are none to speak of, in milliseconds. */
const QUEUE_SLOW_MS = 1;

/** `slow`: the usual delay rose. `spikes`: single delays rose. `steady`: neither. */
export type PartState = "slow" | "spikes" | "steady";

/** Delays that rose by less are no sign of anything, in milliseconds; `tickMs`: the tick of the remote clock, at least 1. */
export function noiseOf(part: PathPart, tickMs: number): number {
  return part === "queue" ? QUEUE_SLOW_MS : TICKS_OF_NOISE * tickMs;
}

/**
 * Judges how far delays rose above their least, or how long probes waited.
 *
 * @param replies how many delays they are, at least {@linkcode REPLIES_FOR_PATH}
 * @param noiseMs see {@linkcode noiseOf}
 */
export function judgePart(
  { median, p95, max }: Spread,
  replies: number,
  noiseMs: number,
): PartState {
  const usual = replies >= REPLIES_FOR_P95 ? p95 : median;
  if (usual > noiseMs) return "slow";
  return max > noiseMs ? "spikes" : "steady";
}

/** Spreads of each part, for {@linkcode slowParts}. */
export type PartSpreads = Readonly<Record<PathPart, Spread | undefined>> & {
  /** How many replies they are of. */
  readonly replies: number;
};

/** The parts that are slow, in the order in which a probe meets them; undefined while too few replies came. */
export function slowParts(spreads: PartSpreads, tickMs: number): PathPart[] | undefined {
  if (spreads.replies < REPLIES_FOR_PATH) return undefined;
  return (["queue", "out", "back"] as const).filter((part) => {
    const spread = spreads[part];
    if (spread === undefined) return false;
    return judgePart(spread, spreads.replies, noiseOf(part, tickMs)) === "slow";
  });
}
