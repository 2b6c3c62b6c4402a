/**
 * What one target's probes have shown over time, in bounded memory: columns of equal length for charts, at several
 * lengths at once, and the latest replies one by one.
 */

import type { HostMeasurement } from "../measurement/mod.ts";
import type { ProbeOutcome } from "../probe/outcome.ts";
import { type DelayChange, exactQuantile } from "../stats/mod.ts";
import { HistoryColumns, type OffsetBounds } from "./history_columns.ts";
import type { Spread } from "./slow_part.ts";

/** Latest replies that are kept. */
const LATEST = 128;
/** The latest replies are those of this time, and as many more as it takes to judge them, unless they are too old. */
const LATEST_NS = 30e9, ENOUGH = 20, OLDEST_NS = 300e9;

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

/** One of the latest replies: when its probe left, CLOCK_MONOTONIC, and what it says of each part. */
interface LatestReply {
  readonly sentNs: number;
  readonly outMs: number | undefined;
  readonly backMs: number | undefined;
  readonly queueMs: number | undefined;
}

/** Keeps what charts of one target show. */
export class DelayHistory {
  /** Columns, the shortest first. */
  readonly levels: readonly HistoryColumns[];
  /** The latest replies, in a ring. */
  readonly #latest: LatestReply[] = [];
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
    const queueMs = queueNs === undefined ? undefined : queueNs / 1e6;
    this.#setLast(monotonicNs, rttNs / 1e6);
    for (const level of this.levels) {
      level.add(monotonicNs, "rtt", rttNs / 1e6);
      if (queueMs !== undefined) level.add(monotonicNs, "queue", queueMs);
      if (bounds !== undefined) level.addBounds(monotonicNs, bounds);
      if (change === undefined) continue;
      level.add(monotonicNs, "out", change.outMs);
      level.add(monotonicNs, "back", change.backMs);
    }
    const { outMs, backMs } = change ?? {};
    this.#latest[this.#replies++ % LATEST] = { sentNs: monotonicNs, outMs, backMs, queueMs };
  }

  /** A probe that times out may have left before others that were answered. */
  #setLast(sentNs: number, rttMs: number | undefined): void {
    if (sentNs < this.#lastNs) return;
    this.#lastNs = sentNs;
    this.#lastRttMs = rttMs;
  }

  /** Spreads of the latest replies at a moment of CLOCK_MONOTONIC. */
  latest(nowNs: number): LatestSpreads {
    const replies: LatestReply[] = [];
    let spanNs = 0;
    for (let back = 1; back <= this.#latest.length; back++) {
      const reply = this.#latest[(this.#replies - back) % LATEST] as LatestReply;
      const ageNs = nowNs - reply.sentNs;
      if (ageNs > OLDEST_NS || ageNs > LATEST_NS && replies.length >= ENOUGH) break;
      replies.push(reply);
      spanNs = ageNs;
    }
    return {
      replies: replies.length,
      spanMs: spanNs / 1e6,
      out: spreadOf(replies.map(({ outMs }) => outMs)),
      back: spreadOf(replies.map(({ backMs }) => backMs)),
      queue: spreadOf(replies.map(({ queueMs }) => queueMs)),
    };
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

function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = Float64Array.from(values.filter((value) => value !== undefined)).sort();
  if (known.length === 0) return undefined;
  return {
    median: exactQuantile(known, 0.5),
    p95: exactQuantile(known, 0.95),
    max: known[known.length - 1] as number,
  };
}
