/**
 * Which addresses show one and the same clock.
 *
 * Each free-running clock has its own offset and its own rate (T. Kohno, A. Broido, K. Claffy: "Remote physical device
 * fingerprinting", IEEE Symposium on Security and Privacy 2005, who used these very timestamps). Addresses whose clocks agree in both are
 * probably one machine, if it is unlikely that two clocks agree so closely by chance:
 *
 * ```
 *   chance = pairs compared × share of clocks that one expects in so small a window of offset and rate
 * ```
 *
 * The share is taken from the clocks that were measured, at each scale around the window: where others crowd, agreement
 * says little. A clock that is kept right shows the time of all others that are: of those nothing can be said.
 */

import { foldMs } from "../time/day.ts";
import { type AliasGroup, describeGroup, mean, shareWithin } from "./alias_chance.ts";
import { type ClockView, differ, isNear, MAX_SPREADS } from "./clock_view.ts";

export type { AliasGroup, ClockView };

/** What clocks say about the machines behind them. */
export interface AliasFindings {
  /** One machine each, as far as the chance says. */
  readonly groups: readonly AliasGroup[];
  /** Clocks that agree, but may do so by chance. */
  readonly coincidences: readonly AliasGroup[];
  /** Places of the clocks whose rate is that of time itself: probably kept right, and then like any other that is. */
  readonly disciplined: readonly number[];
}

/** Options of the search. */
export interface AliasOptions {
  /** Our own clock keeps the rate of UTC. If not, that rate is taken to be the one that most clocks share. */
  readonly isOwnRateKept: boolean;
}

/** Above this chance nothing is said to be one machine. */
const MAX_CHANCE = 0.01;
/** A clock that NTP or PTP keeps has, over a minute, the rate of UTC to within this, parts per million. */
const DISCIPLINED_PPM = 1;
/** And this many standard deviations of what was measured. */
const DISCIPLINED_SPREADS = 2;

/** Groups clocks that agree. */
export function findAliases(
  clocks: readonly ClockView[],
  { isOwnRateKept }: AliasOptions,
): AliasFindings {
  const all = cluster(clocks);
  const utcPpm = isOwnRateKept
    ? 0
    : commonRate(all.map(([place]) => (clocks[place as number] as ClockView).skewPpm));
  const disciplined: number[] = [], machines: number[][] = [];
  for (const members of all) {
    if (isDisciplined(members.map((place) => clocks[place] as ClockView), utcPpm)) {
      disciplined.push(...members);
    } else machines.push(members);
  }
  // Two machines that look like one are a pair of one machine more.
  const pairs = (machines.length + 1) * machines.length / 2;
  const groups: AliasGroup[] = [], coincidences: AliasGroup[] = [];
  for (const members of machines) {
    if (members.length === 1) continue;
    const others = all.filter((each) => each !== members).map(([place = 0]) => clocks[place]);
    const group = describeGroup(
      clocks,
      members,
      (window) =>
        pairs *
        shareWithin(clocks[members[0] as number] as ClockView, others as ClockView[], window),
    );
    (group.chance <= MAX_CHANCE ? groups : coincidences).push(group);
  }
  return { groups, coincidences, disciplined: disciplined.sort((one, other) => one - other) };
}

/** Whether clocks that agree have the rate of UTC, as far as one of them shows. */
function isDisciplined(views: readonly ClockView[], utcPpm: number): boolean {
  const aheadPpm = mean(views.map(({ skewPpm }) => skewPpm)) - utcPpm;
  const spreadPpm = mean(views.map(({ skewSpreadPpm }) => skewSpreadPpm));
  return Math.abs(aheadPpm) <= Math.hypot(DISCIPLINED_PPM, DISCIPLINED_SPREADS * spreadPpm);
}

/** The rate that more than half of the clocks share, at least three of them; 0 for none. */
function commonRate(ratesPpm: readonly number[]): number {
  const sorted = [...ratesPpm].sort((one, other) => one - other);
  const needed = Math.max(3, Math.floor(sorted.length / 2) + 1);
  let bestPpm = 0, leastPpm = 2 * DISCIPLINED_PPM;
  for (const [from, upper] of sorted.slice(needed - 1).entries()) {
    const lower = sorted[from] as number;
    if (upper - lower > leastPpm) continue;
    leastPpm = upper - lower;
    bestPpm = (lower + upper) / 2;
  }
  return bestPpm;
}

/** Joins the nearest pairs first; every two members of a group agree (complete linkage). Most groups have one member. */
function cluster(clocks: readonly ClockView[]): number[][] {
  const groupOf = clocks.map((_, place) => [place]);
  for (const [one, other] of nearPairs(clocks)) {
    const some = groupOf[one] as number[], others = groupOf[other] as number[];
    if (some === others) continue;
    const agree = some.every((a) => others.every((b) => isNear(differ(clocks, a, b))));
    if (!agree) continue;
    some.push(...others);
    for (const place of others) groupOf[place] = some;
  }
  return [...new Set(groupOf)].map((members) => members.sort((one, other) => one - other));
}

/** All pairs that agree, the nearest first. */
function nearPairs(clocks: readonly ClockView[]): [number, number][] {
  const offsetOf = (place: number) => (clocks[place] as ClockView).offsetMs;
  const sorted = [...clocks.keys()].sort((one, other) => offsetOf(one) - offsetOf(other));
  const widestMs = clocks.reduce((widest, clock) => Math.max(widest, reachMs(clock)), 0);
  const pairs: { readonly pair: [number, number]; readonly spreads: number }[] = [];
  sorted.forEach((one, i) => {
    for (let step = 1; step < sorted.length; step++) {
      const other = sorted[(i + step) % sorted.length] as number;
      const aheadMs = foldMs(offsetOf(other) - offsetOf(one));
      if (aheadMs < 0 || aheadMs > 2 * widestMs) break;
      const difference = differ(clocks, one, other);
      if (isNear(difference)) pairs.push({ pair: [one, other], spreads: difference.spreads });
    }
  });
  return pairs.sort((a, b) => a.spreads - b.spreads).map(({ pair }) => pair);
}

/** How far from the likeliest offset another view of the same clock can be at most, milliseconds. */
function reachMs({ spreadMs, minRttMs }: ClockView): number {
  return MAX_SPREADS * (spreadMs + minRttMs / 2);
}
