/**
 * What one target's probes have shown over time, in bounded memory: columns of equal length for charts, at several
 * lengths at once, and the latest replies one by one.
 */

import type { HostMeasurement } from "../measurement/mod.ts";
import type { ProbeOutcome } from "../probe/outcome.ts";
import { type DelayChange, exactQuantile } from "../stats/mod.ts";
import type { Spread } from "./slow_part.ts";

/** Metrics of a column, all in milliseconds. */
export type HistoryMetric = "rtt" | "out" | "back" | "queue";

/** Columns that are kept of each length. */
export const HISTORY_COLUMNS = 512;

/** Place of each metric's least value in a column; its greatest stands behind it. */
const PLACES: Readonly<Record<HistoryMetric, number>> = { rtt: 0, out: 2, back: 4, queue: 6 };
const STRIDE = 8;
/** Latest replies that are kept. */
const LATEST = 128;
/** The latest replies are those of this time, and as many more as it takes to judge them, unless they are too old. */
const LATEST_NS = 30e9, ENOUGH = 20, OLDEST_NS = 300e9;

/** A column's look at the remote clock, milliseconds: the sharpest bounds of its replies together. */
export interface OffsetBounds {
  /** Greatest lower bound; above `upper` where the clock stepped in the column. */
  readonly lower: number;
  /** Least upper bound. */
  readonly upper: number;
}

/** Columns of one length. */
export class HistoryColumns {
  /** Length of a column in nanoseconds. */
  readonly columnNs: number;
  #values = new Float32Array(HISTORY_COLUMNS * STRIDE).fill(NaN);
  #lost = new Uint16Array(HISTORY_COLUMNS);
  /** Bounds of the offset, of a day in milliseconds, which takes double precision; made with the first. */
  #bounds: { readonly lower: Float64Array; readonly upper: Float64Array } | undefined;
  /** Number of the column in each place. */
  #numbers = new Float64Array(HISTORY_COLUMNS).fill(-Infinity);

  /** Starts empty. */
  constructor(columnMs: number) {
    this.columnNs = columnMs * 1e6;
  }

  /** The columns as they are now. */
  copy(): HistoryColumns {
    const copy = new HistoryColumns(this.columnNs / 1e6);
    copy.#values = this.#values.slice();
    copy.#lost = this.#lost.slice();
    const bounds = this.#bounds;
    copy.#bounds = bounds && { lower: bounds.lower.slice(), upper: bounds.upper.slice() };
    copy.#numbers = this.#numbers.slice();
    return copy;
  }

  /** Number of the column that holds a moment of CLOCK_MONOTONIC. */
  numberAt(atNs: number): number {
    return Math.floor(atNs / this.columnNs);
  }

  /** Takes a value into its column. */
  add(atNs: number, metric: HistoryMetric, value: number): void {
    const place = this.#open(this.numberAt(atNs));
    if (place === undefined) return;
    const at = place * STRIDE + PLACES[metric];
    const values = this.#values;
    const low = values[at] as number, high = values[at + 1] as number;
    values[at] = Number.isNaN(low) ? value : Math.min(low, value);
    values[at + 1] = Number.isNaN(high) ? value : Math.max(high, value);
  }

  /** Takes the bounds that one reply gives of the remote clock minus ours, milliseconds. */
  addBounds(atNs: number, { lower, upper }: OffsetBounds): void {
    const place = this.#open(this.numberAt(atNs));
    if (place === undefined) return;
    const bounds = this.#bounds ??= {
      lower: new Float64Array(HISTORY_COLUMNS).fill(-Infinity),
      upper: new Float64Array(HISTORY_COLUMNS).fill(Infinity),
    };
    bounds.lower[place] = Math.max(bounds.lower[place] as number, lower);
    bounds.upper[place] = Math.min(bounds.upper[place] as number, upper);
  }

  /** Bounds of the offset in a column; undefined where no reply of it gives any. */
  bounds(number: number): OffsetBounds | undefined {
    const place = this.#find(number);
    if (place === undefined || this.#bounds === undefined) return undefined;
    const lower = this.#bounds.lower[place] as number, upper = this.#bounds.upper[place] as number;
    return lower === -Infinity ? undefined : { lower, upper };
  }

  /** Counts a probe without an answer. */
  addLost(atNs: number): void {
    const place = this.#open(this.numberAt(atNs));
    if (place !== undefined) this.#lost[place] = (this.#lost[place] as number) + 1;
  }

  /** Least value of a column; NaN where it has none. */
  low(number: number, metric: HistoryMetric): number {
    const place = this.#find(number);
    return place === undefined ? NaN : this.#values[place * STRIDE + PLACES[metric]] as number;
  }

  /** Greatest value of a column; NaN where it has none. */
  high(number: number, metric: HistoryMetric): number {
    const place = this.#find(number);
    return place === undefined ? NaN : this.#values[place * STRIDE + PLACES[metric] + 1] as number;
  }

  /** Probes of a column without an answer. */
  lost(number: number): number {
    const place = this.#find(number);
    return place === undefined ? 0 : this.#lost[place] as number;
  }

  #find(number: number): number | undefined {
    const place = placeOf(number);
    return this.#numbers[place] === number ? place : undefined;
  }

  /** Place of a column, emptied where it held an older one; undefined for a column that has gone. */
  #open(number: number): number | undefined {
    const place = placeOf(number);
    const before = this.#numbers[place] as number;
    if (before > number) return undefined;
    if (before < number) {
      this.#numbers[place] = number;
      this.#values.fill(NaN, place * STRIDE, (place + 1) * STRIDE);
      this.#lost[place] = 0;
      this.#bounds?.lower.fill(-Infinity, place, place + 1);
      this.#bounds?.upper.fill(Infinity, place, place + 1);
    }
    return place;
  }
}

function placeOf(number: number): number {
  return ((number % HISTORY_COLUMNS) + HISTORY_COLUMNS) % HISTORY_COLUMNS;
}

/** Spreads of the latest replies, in milliseconds; undefined where none of them says. */
export interface LatestSpreads {
  /** How many replies they are of. */
  readonly replies: number;
  /** How long ago the first of them left, milliseconds; 0 for none. */
  readonly spanMs: number;
  /** Delay out above its running minimum. */
  readonly out: Spread | undefined;
  /** Delay back above its running minimum. */
  readonly back: Spread | undefined;
  /** Wait in this machine's own queue. */
  readonly queue: Spread | undefined;
}

/** Keeps what charts of one target show. */
export class DelayHistory {
  /** Columns, the shortest first. */
  readonly levels: readonly HistoryColumns[];
  /** The latest replies in a ring: moment, out, back, queue. */
  readonly #latest = new Float64Array(LATEST * 4).fill(NaN);
  #replies = 0;
  #lastRttMs: number | undefined;
  /** When the latest probe of those that have ended left, CLOCK_MONOTONIC. */
  #lastNs = -Infinity;

  /** Starts empty; `columnsMs` are the lengths of columns, in milliseconds, the shortest first. */
  constructor(columnsMs: readonly number[]) {
    this.levels = columnsMs.map((columnMs) => new HistoryColumns(columnMs));
  }

  /** Round-trip time of the latest reply, milliseconds; undefined where the latest probe has none. */
  get lastRttMs(): number | undefined {
    return this.#lastRttMs;
  }

  /** Takes in the outcome of a probe, and how far a reply's delays are above their baselines. */
  add(outcome: ProbeOutcome, change: DelayChange | undefined): void {
    if (outcome.kind !== "reply") {
      const at = outcome.kind === "unsent" ? outcome.at : outcome.probe.sentAt;
      for (const level of this.levels) level.addLost(at.monotonicNs);
      this.#setLast(at.monotonicNs, undefined);
      return;
    }
    const { probe: { sentAt: { monotonicNs }, queueNs }, reply: { rttNs, measurement } } = outcome;
    const bounds = boundsOf(measurement);
    const queueMs = queueNs === undefined ? NaN : queueNs / 1e6;
    this.#setLast(monotonicNs, rttNs / 1e6);
    for (const level of this.levels) {
      level.add(monotonicNs, "rtt", rttNs / 1e6);
      if (queueNs !== undefined) level.add(monotonicNs, "queue", queueMs);
      if (bounds !== undefined) level.addBounds(monotonicNs, bounds);
      if (change === undefined) continue;
      level.add(monotonicNs, "out", change.outMs);
      level.add(monotonicNs, "back", change.backMs);
    }
    const values = [monotonicNs, change?.outMs ?? NaN, change?.backMs ?? NaN, queueMs];
    this.#latest.set(values, this.#replies++ % LATEST * 4);
  }

  /** A probe that times out may have left before others that were answered. */
  #setLast(sentNs: number, rttMs: number | undefined): void {
    if (sentNs < this.#lastNs) return;
    this.#lastNs = sentNs;
    this.#lastRttMs = rttMs;
  }

  /** Spreads of the latest replies at a moment of CLOCK_MONOTONIC. */
  latest(nowNs: number): LatestSpreads {
    const kept = Math.min(this.#replies, LATEST);
    const starts: number[] = [];
    let spanNs = 0;
    for (let back = 1; back <= kept; back++) {
      const start = (this.#replies - back) % LATEST * 4;
      const ageNs = nowNs - (this.#latest[start] as number);
      if (ageNs > OLDEST_NS || ageNs > LATEST_NS && starts.length >= ENOUGH) break;
      starts.push(start);
      spanNs = ageNs;
    }
    const [out, back, queue] = [1, 2, 3].map((place) =>
      spreadOf(starts.map((start) => this.#latest[start + place] as number))
    );
    return { replies: starts.length, spanMs: spanNs / 1e6, out, back, queue };
  }
}

/** The bounds of one reply, with the tick that its host has shown. */
function boundsOf(measurement: HostMeasurement | undefined): OffsetBounds | undefined {
  if (measurement?.offset === undefined) return undefined;
  const { offset: { lowerMs, upperMs }, host } = measurement;
  if (host.isWithdrawn || host.tick === "unknown") return undefined;
  const laterMs = host.tick === "coarse" ? host.tickMs - 1 : 0;
  return { lower: lowerMs, upper: upperMs + laterMs };
}

function spreadOf(values: readonly number[]): Spread | undefined {
  const known = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  if (known.length === 0) return undefined;
  return {
    median: exactQuantile(known, 0.5),
    p95: exactQuantile(known, 0.95),
    max: known[known.length - 1] as number,
  };
}
