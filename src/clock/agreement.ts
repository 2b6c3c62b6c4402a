/**
 * What hosts agree on to within a tolerance, and how near their clocks are to ours.
 *
 * Clocks that NTP keeps are right to some milliseconds, and over a short path the bounds of an offset are narrower than
 * that: no offset is then within the bounds of most hosts, although all of them are right for every purpose. So the
 * bounds are widened, the least that makes a majority. Bounds that held the truth still hold it.
 */

import { type Consensus, consensus, type OffsetWitness } from "./consensus.ts";

/** How much bounds are widened, milliseconds, in turn. What agrees to no less than the last has no time in common. */
const TOLERANCES_MS = [0, 1, 2, 5, 10, 20, 50, 100] as const;

/** A consensus of bounds that were widened by a tolerance. */
export interface Agreement extends Consensus {
  /** By how much each bound was widened, milliseconds; the largest tried where there is no majority. */
  readonly toleranceMs: number;
}

/**
 * What more than half of the hosts agree on, with the least tolerance that makes a majority; undefined without a host.
 * A tolerance that is larger than what separates our clock from the hosts does not call ours off.
 *
 * @throws {RangeError} when bounds are not finite, or the lower one is above the upper one
 */
export function findAgreement(witnesses: readonly OffsetWitness[]): Agreement | undefined {
  let found: Agreement | undefined;
  for (const toleranceMs of TOLERANCES_MS) {
    const widened = witnesses.map(({ host, lowerMs, upperMs }) => ({
      host,
      lowerMs: lowerMs - toleranceMs,
      upperMs: upperMs + toleranceMs,
    }));
    const together = consensus(widened);
    if (together === undefined) return undefined;
    found = { ...together, toleranceMs };
    if (found.majority && (found.localClock !== "off" || isBeyond(found))) return found;
  }
  return found;
}

/** Whether zero is farther from what the hosts agree on than the tolerance. */
function isBeyond({ lowerMs = 0, upperMs = 0, toleranceMs }: Agreement): boolean {
  return toleranceMs === 0 || lowerMs > toleranceMs || upperMs < -toleranceMs;
}

/** Hosts whose clocks are near ours, whatever the delays were. */
export interface Nearness {
  /** The clock of each of these is surely within this of ours, milliseconds. */
  readonly withinMs: number;
  /** How many they are: more than half of the hosts. */
  readonly count: number;
  /** The other hosts, the farthest first. */
  readonly farther: readonly OffsetWitness[];
}

/** Steps of the distance: 0.1, 0.2, 0.5, 1, … 50,000,000 ms, more than half a day. */
const DISTANCES_MS: readonly number[] = Array.from({ length: 9 }, (_, power) => 10 ** (power - 1))
  .flatMap((ms) => [ms, 2 * ms, 5 * ms]);
/** The next larger distance is reported where at least this share of the hosts is within it. */
const WORTHWHILE_SHARE = 0.05;

/**
 * The least distance within which most clocks are of ours, or the next ones where they take in many more; undefined
 * without a host.
 *
 * @param witnesses bounds in ± 12 h
 */
export function nearOurs(witnesses: readonly OffsetWitness[]): Nearness | undefined {
  const hosts = witnesses.length;
  if (hosts === 0) return undefined;
  const farthest = [...witnesses].sort((one, other) => distanceMs(other) - distanceMs(one));
  const countWithin = (ms: number): number =>
    witnesses.filter((witness) => distanceMs(witness) <= ms).length;
  // Where even the last takes in too few there is no distance: it is infinite.
  let index = DISTANCES_MS.findIndex((ms) => 2 * countWithin(ms) > hosts);
  const at = (place: number): number => countWithin(DISTANCES_MS[place] ?? Infinity);
  for (;;) {
    const gained = at(index + 1) - at(index);
    if (gained < WORTHWHILE_SHARE * hosts) break;
    index++;
  }
  const count = at(index);
  return {
    withinMs: DISTANCES_MS[index] ?? Infinity,
    count,
    farther: farthest.slice(0, hosts - count),
  };
}

/** How far the clock may be from ours, either way. */
function distanceMs({ lowerMs, upperMs }: OffsetWitness): number {
  return Math.max(Math.abs(lowerMs), Math.abs(upperMs));
}
