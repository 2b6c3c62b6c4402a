/**
 * Whether and where the clock stepped, from the bounds that its replies give.
 *
 * Queueing raises upper bounds and lowers lower bounds. A step of the clock moves both in the same direction: after a step
 * ahead all upper bounds lie higher than the best ones before it, and all lower bounds before it lie lower than
 * the best ones after it. How many of each do is Rosenbaum's exceedance statistic (S. Rosenbaum: "Tables for a
 * nonparametric test of location", Annals of Mathematical Statistics 25, 1954). If nothing changed, every order of the
 * replies is as likely as another. So the chance that the lowest m of a + b values are all among the a depends on
 * these numbers alone, and not on how delays are distributed.
 */

/** The bounds that one reply gives, relative to some offset. */
export interface BoundsAt {
  /** When the upper bound holds. */
  readonly upperSeconds: number;
  /** The offset is at most this, milliseconds. */
  readonly upperMs: number;
  /** When the lower bound holds. */
  readonly lowerSeconds: number;
  /** The offset is at least this, milliseconds. */
  readonly lowerMs: number;
}

/** Where the bounds moved. */
export interface ChangePoint {
  /** Number of the first reply after it. */
  readonly index: number;
  /** By how much they moved, milliseconds. */
  readonly byMs: number;
}

/** Replies on either side that are compared at least. */
const MIN_SIDE = 4;

/** Replies on either side that are compared, in turn: a step is local, a rate that is not quite known is not. */
const SIDES: readonly number[] = [8, 16, 32, 64, 128];

/** Natural logarithm of the chance that is no chance any more: 6 in a million, and only looked for where the gap lacks something. */
const LOG_CHANCE = -12;

/**
 * Finds the place that chance explains least, if it does not explain it.
 *
 * @param bounds the replies in order of time.
 * @param slopes rates of the clock that are possible, milliseconds a second. The change must stand out at each.
 */
export function findChangePoint(
  bounds: readonly BoundsAt[],
  slopes: readonly number[],
): ChangePoint | undefined {
  const lines = slopes.map((slope) => ({
    uppers: bounds.map(({ upperSeconds, upperMs }) => upperMs - slope * upperSeconds),
    negatedLowers: bounds.map(({ lowerSeconds, lowerMs }) => slope * lowerSeconds - lowerMs),
  }));
  let best: ChangePoint | undefined;
  let bestLog = LOG_CHANCE;
  for (const side of SIDES) {
    for (let index = MIN_SIDE; index <= bounds.length - MIN_SIDE; index += 1) {
      const from = Math.max(0, index - side);
      const to = Math.min(bounds.length, index + side);
      let byMs = 0;
      let worstLog = -Infinity;
      for (const { uppers, negatedLowers } of lines) {
        const found = compare(uppers, negatedLowers, from, index, to);
        if (found.log > worstLog) {
          worstLog = found.log;
          byMs = found.byMs;
        }
        if (worstLog >= bestLog) break;
      }
      if (worstLog >= bestLog) continue;
      bestLog = worstLog;
      best = { index, byMs };
    }
    // Longer sides only matter where shorter ones do not suffice.
    if (2 * side >= bounds.length) break;
  }
  return best;
}

/** How unlikely it is that the two sides differ as they do, and by how much. */
function compare(
  uppers: readonly number[],
  negatedLowers: readonly number[],
  from: number,
  index: number,
  to: number,
): { readonly log: number; readonly byMs: number } {
  const upperBefore = least(uppers, from, index);
  const upperAfter = least(uppers, index, to);
  const lowerBefore = least(negatedLowers, from, index);
  const lowerAfter = least(negatedLowers, index, to);
  const upperMoved = upperAfter - upperBefore;
  const lowerMoved = lowerBefore - lowerAfter;
  if (upperMoved * lowerMoved <= 0) return { log: 0, byMs: 0 };
  const before = index - from;
  const after = to - index;
  const byMs = Math.abs(upperMoved) < Math.abs(lowerMoved) ? upperMoved : lowerMoved;
  const log = upperMoved > 0
    ? logChance(countBelow(uppers, from, index, upperAfter), before, after) +
      logChance(countBelow(negatedLowers, index, to, lowerBefore), after, before)
    : logChance(countBelow(uppers, index, to, upperBefore), after, before) +
      logChance(countBelow(negatedLowers, from, index, lowerAfter), before, after);
  return { log, byMs };
}

/** Logarithm of the chance that the least `count` of all values are all on one side. */
function logChance(count: number, own: number, other: number): number {
  let log = 0;
  for (let taken = 0; taken < count; taken += 1) {
    log += Math.log((own - taken) / (own + other - taken));
  }
  return log;
}

function least(values: readonly number[], from: number, to: number): number {
  let lowest = Infinity;
  for (let index = from; index < to; index += 1) {
    lowest = Math.min(lowest, values[index] as number);
  }
  return lowest;
}

function countBelow(values: readonly number[], from: number, to: number, limit: number): number {
  let count = 0;
  for (let index = from; index < to; index += 1) if ((values[index] as number) < limit) count += 1;
  return count;
}
