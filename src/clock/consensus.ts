/**
 * What most hosts agree on, and whether it is our own clock that is off.
 *
 * A timestamp is a time of day, so an offset is known modulo a day: bounds are arcs of a circle of 24 hours, and
 * they are intersected as arcs. Only the answer is folded to ± 12 h, as a whole.
 *
 * Marzullo's fault-tolerant intersection (K. Marzullo: "Maintaining the time in a distributed system", thesis,
 * Stanford 1984; RFC 5905 §11.2.1 selects clocks alike): with n hosts of which at most f lie, the truth is within
 * the bounds of at least n − f of them. Here f is the largest number below n/2. So the answer is every offset
 * within the bounds of more than half of the hosts: it holds the truth, each point of it is within the bounds of a
 * host that is right, and no host that is right is outside it, whatever fewer than half of the hosts say.
 * (The offsets on which the *most* hosts agree are narrower, but a single liar can pull them off the truth.)
 */

import { foldMs, modulo, MS_PER_DAY } from "../time/day.ts";

/** What one host's clock was measured to be. */
export interface OffsetWitness {
  /** The host, as it is to be named. */
  readonly host: string;
  /** Its clock is ahead of ours by at least this, milliseconds, modulo a day. */
  readonly lowerMs: number;
  /** Its clock is ahead of ours by at most this, milliseconds, in the same fold; not less than lowerMs. */
  readonly upperMs: number;
}

/** What the hosts say together. */
export interface Consensus {
  /** How many hosts gave bounds. */
  readonly hosts: number;
  /** The largest number of hosts whose bounds meet. */
  readonly agreeing: number;
  /** Whether those are more than half, and at least two. */
  readonly majority: boolean;
  /**
   * True time is ahead of our clock by at least this, milliseconds, if more than half of the hosts are right;
   * undefined without a majority.
   */
  readonly lowerMs: number | undefined;
  /** And by at most this, less than a day above lowerMs; their middle is in ± 12 h. */
  readonly upperMs: number | undefined;
  /** More than half of the hosts agree at separate places; lowerMs and upperMs then span all of them. */
  readonly divided: boolean;
  /** Hosts whose bounds do not meet the agreement; empty without a majority. */
  readonly falsetickers: readonly string[];
  /**
   * If more than half of the hosts are right: `off` when zero is not within the bounds of more than half of them,
   * `right` when it is, and they agree at one place only; `unknown` otherwise, and without a majority.
   */
  readonly localClock: "right" | "off" | "unknown";
}

/** A closed arc of the circle: from a place in [0, 24 h), ahead over a length below 24 h. */
interface Arc {
  readonly fromMs: number;
  readonly lengthMs: number;
}

/**
 * Finds what more than half of the hosts agree on; undefined without a host.
 *
 * @throws {RangeError} when bounds are not finite, or the lower one is above the upper one.
 */
export function consensus(witnesses: readonly OffsetWitness[]): Consensus | undefined {
  for (const { host, lowerMs, upperMs } of witnesses) {
    if (!(Number.isFinite(lowerMs) && Number.isFinite(upperMs) && lowerMs <= upperMs)) {
      throw new RangeError(
        `Cannot use ${host}: bounds ${lowerMs} to ${upperMs} ms, expected an interval`,
      );
    }
  }
  const hosts = witnesses.length;
  if (hosts === 0) return undefined;
  const needed = Math.floor(hosts / 2) + 1;
  const arcs = witnesses.map(({ lowerMs, upperMs }) => arcOf(lowerMs, upperMs));
  const { agreeing, places } = overlaps(arcs, needed);
  const majority = agreeing >= needed && hosts >= 2;
  const span = majority ? spanOf(places) : undefined;
  const divided = majority && places.length > 1;
  return {
    hosts,
    agreeing,
    majority,
    lowerMs: span?.lowerMs,
    upperMs: span?.upperMs,
    divided,
    falsetickers: majority
      ? witnesses.filter((_, index) =>
        !places.some((place) => doArcsMeet(place, arcs[index] as Arc))
      ).map(({ host }) => host)
      : [],
    localClock: !majority
      ? "unknown"
      : !places.some((place) => doArcsMeet(place, ZERO))
      ? "off"
      : divided || isWhole(places[0] as Arc)
      ? "unknown"
      : "right",
  };
}

/** Whether two intervals of offsets meet, modulo a day. */
export function doOffsetsMeet(
  one: Pick<OffsetWitness, "lowerMs" | "upperMs">,
  other: Pick<OffsetWitness, "lowerMs" | "upperMs">,
): boolean {
  return doArcsMeet(arcOf(one.lowerMs, one.upperMs), arcOf(other.lowerMs, other.upperMs));
}

const ZERO: Arc = { fromMs: 0, lengthMs: 0 };

function arcOf(lowerMs: number, upperMs: number): Arc {
  return { fromMs: modulo(lowerMs, MS_PER_DAY), lengthMs: Math.min(upperMs - lowerMs, MS_PER_DAY) };
}

function isWhole({ lengthMs }: Arc): boolean {
  return lengthMs >= MS_PER_DAY;
}

/** What is folded is rounded by less than this. */
const ROUNDING_MS = 1e-6;

function doArcsMeet(one: Arc, other: Arc): boolean {
  return isWithin(other.fromMs, one) || isWithin(one.fromMs, other);
}

function isWithin(placeMs: number, { fromMs, lengthMs }: Arc): boolean {
  const aheadMs = modulo(placeMs - fromMs, MS_PER_DAY);
  return aheadMs <= lengthMs + ROUNDING_MS || aheadMs >= MS_PER_DAY - ROUNDING_MS;
}

/** The largest number of arcs that meet, and the places where at least the required number meet. */
function overlaps(
  arcs: readonly Arc[],
  needed: number,
): { readonly agreeing: number; readonly places: readonly Arc[] } {
  const whole = arcs.filter(isWhole).length;
  // Three turns of the circle: in the second one every arc that covers a place has begun, and every place that
  // begins there ends within the third.
  const ends = arcs.filter((arc) => !isWhole(arc)).flatMap(({ fromMs, lengthMs }) =>
    [0, 1, 2].flatMap((turn) => [
      { atMs: fromMs + turn * MS_PER_DAY, isStart: true },
      { atMs: fromMs + lengthMs + turn * MS_PER_DAY, isStart: false },
    ])
  ).sort((one, other) => one.atMs - other.atMs || Number(other.isStart) - Number(one.isStart));
  let depth = whole;
  let agreeing = whole;
  let sinceMs: number | undefined;
  const places: Arc[] = [];
  // At equal places beginnings come first: bounds that touch do meet.
  for (const { atMs, isStart } of ends) {
    if (isStart) {
      depth += 1;
      agreeing = Math.max(agreeing, depth);
      if (depth === needed) sinceMs = atMs;
    } else {
      if (depth === needed && isSecondTurn(sinceMs)) {
        places.push({ fromMs: modulo(sinceMs, MS_PER_DAY), lengthMs: atMs - sinceMs });
      }
      depth -= 1;
    }
  }
  // Where the required number meet everywhere, none of their places begins in the second turn.
  if (places.length === 0 && agreeing >= needed) places.push({ fromMs: 0, lengthMs: MS_PER_DAY });
  return { agreeing, places };
}

function isSecondTurn(atMs: number | undefined): atMs is number {
  return atMs !== undefined && atMs >= MS_PER_DAY && atMs < 2 * MS_PER_DAY;
}

/** The shortest interval that spans all places: what is left when the widest gap between them is cut out. */
function spanOf(places: readonly Arc[]): { readonly lowerMs: number; readonly upperMs: number } {
  const sorted = [...places].sort((one, other) => one.fromMs - other.fromMs);
  let best = { fromMs: 0, lengthMs: MS_PER_DAY };
  for (const [index, { fromMs }] of sorted.entries()) {
    const before = sorted[(index + sorted.length - 1) % sorted.length] as Arc;
    const lengthMs = modulo(before.fromMs - fromMs, MS_PER_DAY) + before.lengthMs;
    if (lengthMs < best.lengthMs) best = { fromMs, lengthMs };
  }
  const middleMs = foldMs(best.fromMs + best.lengthMs / 2);
  return { lowerMs: middleMs - best.lengthMs / 2, upperMs: middleMs + best.lengthMs / 2 };
}
