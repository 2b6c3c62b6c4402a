/** Which part of the path is slow: the direction out, the direction back, or this machine's own queue. */

/** Where a delay arose: on the way out, on the way back, or in this machine's own queue. */
export type PathPart = "out" | "back" | "queue";

/** What a judgement needs of a series, in milliseconds. */
export interface Spread {
  /** Half of the values are not larger. */
  readonly median: number;
  /** 95 of 100 values are not larger. */
  readonly p95: number;
  /** Largest value of the part, in milliseconds. */
  readonly max: number;
}

/** Nothing is said of a part after fewer replies. */
export const REPLIES_FOR_PATH = 5;
/** From this many on, one delay in twenty is more than an accident. */
export const REPLIES_FOR_P95 = 20;
/** A stamp is rounded down to a tick: delays that differ by one may be equal, and the least is a lucky one. */
const TICKS_OF_NOISE = 2;
/** A part is not the slow one where another rose by more than this many times as much. */
const DOMINANCE = 5;
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
export function judgePart(spread: Spread, replies: number, noiseMs: number): PartState {
  if (usualRise(spread, replies) > noiseMs) return "slow";
  return spread.max > noiseMs ? "spikes" : "steady";
}

/** What one delay in twenty exceeds, or, of few, one in two. */
function usualRise({ median, p95 }: Spread, replies: number): number {
  return replies >= REPLIES_FOR_P95 ? p95 : median;
}

/** Spreads of each part, for {@linkcode slowParts}. */
export type PartSpreads = Readonly<Record<PathPart, Spread | undefined>> & {
  /** How many replies they are of. */
  readonly replies: number;
};

/**
 * The parts that are slow, in the order in which a probe meets them; undefined while too few replies came. A part that
 * rose by far less than another is not named: it is not why the path is slow.
 *
 * @param tickMs tick of the remote clock, milliseconds, at least 1
 */
export function slowParts(spreads: PartSpreads, tickMs: number): PathPart[] | undefined {
  const { replies } = spreads;
  if (replies < REPLIES_FOR_PATH) return undefined;
  const rises = (["queue", "out", "back"] as const).flatMap((part) => {
    const spread = spreads[part];
    if (spread === undefined) return [];
    const isSlow = judgePart(spread, replies, noiseOf(part, tickMs)) === "slow";
    return isSlow ? [{ part, riseMs: usualRise(spread, replies) }] : [];
  });
  const greatestMs = Math.max(...rises.map(({ riseMs }) => riseMs));
  return rises.filter(({ riseMs }) => riseMs * DOMINANCE >= greatestMs).map(({ part }) => part);
}
