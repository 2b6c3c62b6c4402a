/** One target of `ping` or `clock` over the whole log. */

import { type Bucket, narrower, type Outcome } from "./bucket.ts";
import { Happenings } from "./events.ts";
import { boundedOf, countOf, type LooseRecord, numberOf, textOf, textsOf } from "./loose_record.ts";
import { Series } from "./series.ts";

/** Probes without an answer in a row that make an outage. */
const OUTAGE_PROBES = 3;
/** Restarts of a clock that are remembered, so that each is listed once: every record repeats the latest. */
const MAX_RESTARTS = 100;
/** Longest tick that is believed. */
const MAX_TICK_MS = 60_000;
/** Flags of replies that answer no open probe. */
const EXTRA_FLAGS = ["duplicate", "late", "after-icmp-error"] as const;

/** What ended a probe, by the type of its record. */
const OUTCOME_OF: Readonly<Record<string, Outcome>> = {
  reply: "received",
  timeout: "lost",
  icmp_error: "icmpErrors",
  unsent: "unsent",
};

/** Delays, and how a summary's keys begin. */
const SUMMARY_KEYS = [
  ["rtt", "rtt"],
  ["out", "out_change"],
  ["back", "back_change"],
  ["queue", "queue"],
] as const;

/** Everything about one target. */
export class TargetLog {
  /** The target as it was written. */
  readonly name: string;
  /** IPv4 address in dotted decimal. */
  readonly address: string;
  /** Its course over time. */
  readonly series = new Series();
  /** What happened to it. */
  readonly happenings = new Happenings();
  /** Answers beyond the first to a probe, and answers that came late. */
  duplicates = 0;
  /** See {@linkcode duplicates}. */
  late = 0;
  /** Tick of its clock as the last record has it, milliseconds; 1 until one does. */
  tickMs = 1;
  /** The last record of its clock. */
  clock: LooseRecord | undefined;
  /** Its course comes from summaries: quantiles between their numbers are not known. */
  isSummarized = false;
  #hasProbes = false;
  #ttl: number | undefined;
  #silence: { probes: number; firstS: number; lastS: number } | undefined;
  readonly #restarts = new Set<string>();
  #lastSummary: LooseRecord | undefined;

  /** Starts empty. */
  constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
  }

  /** Takes a record of one probe: `reply`, `timeout`, `icmp_error` or `unsent`. */
  probe(type: string, record: LooseRecord, timeS: number, capacity: number): void {
    const flags = textsOf(record, "flags");
    for (const flag of flags) this.happenings.odd(flag, timeS);
    if (flags.includes("clock-step")) this.#event("step", timeS, "the local clock was set");
    if (EXTRA_FLAGS.some((flag) => flags.includes(flag))) {
      if (flags.includes("duplicate")) this.duplicates += 1;
      else this.late += 1;
      return;
    }
    this.#hasProbes = true;
    const bucket = this.series.at(timeS, capacity);
    bucket.counts[OUTCOME_OF[type] as Outcome] += 1;
    if (type === "reply") this.#reply(record, timeS, bucket);
    else this.#unanswered(type, record, timeS);
  }

  /** Takes a `summary`. Where no single probes are logged, intervals are all there is. */
  summary(record: LooseRecord, timeS: number, capacity: number): void {
    this.#tick(record);
    if (this.#hasProbes) return;
    if (textOf(record, "scope") !== "interval") {
      this.#lastSummary = record;
      return;
    }
    this.isSummarized = true;
    addSummary(this.series.at(numberOf(record, "from") ?? timeS, capacity), record);
  }

  /** Takes a `clock`. */
  clockRecord(record: LooseRecord, timeS: number, capacity: number): void {
    this.clock = record;
    this.#tick(record);
    const bucket = this.series.at(timeS, capacity);
    bucket.offset = boundedOf(record, "offset", "ms") ?? bucket.offset;
    bucket.skew = boundedOf(record, "skew", "ppm") ?? bucket.skew;
    for (const flag of textsOf(record, "flags")) this.happenings.odd(flag, timeS);
    for (const text of textsOf(record, "restarts")) {
      if (this.#restarts.has(text) || this.#restarts.size >= MAX_RESTARTS) continue;
      this.#restarts.add(text);
      const atS = Number(/ at (\d+(?:\.\d+)?)/.exec(text)?.[1] ?? timeS);
      this.#event("restart", atS, text.replace(/ at \d+(?:\.\d+)?/, ""));
    }
  }

  /** The log is over. */
  finish(capacity: number): void {
    this.#endSilence();
    if (this.series.size > 0 || this.#lastSummary === undefined) return;
    this.isSummarized = true;
    const timeS = numberOf(this.#lastSummary, "time") ?? 0;
    addSummary(this.series.at(timeS, capacity), this.#lastSummary);
  }

  /** Takes the tick, within what a clock may have: a day is none. */
  #tick(record: LooseRecord): void {
    const tickMs = numberOf(record, "tick_ms");
    if (tickMs !== undefined && tickMs >= 1 && tickMs <= MAX_TICK_MS) this.tickMs = tickMs;
  }

  #reply(record: LooseRecord, timeS: number, bucket: Bucket): void {
    this.#endSilence();
    const rttMs = numberOf(record, "rtt_ms");
    if (rttMs !== undefined) bucket.addDelay("rtt", rttMs);
    const outMs = numberOf(record, "out_change_ms");
    if (outMs !== undefined) bucket.addDelay("out", outMs);
    const backMs = numberOf(record, "back_change_ms");
    if (backMs !== undefined) bucket.addDelay("back", backMs);
    const queueMs = numberOf(record, "queue_ms");
    if (queueMs !== undefined) bucket.addDelay("queue", queueMs);
    bucket.offset = narrower(bucket.offset, boundedOf(record, "offset", "ms"));
    const ttl = numberOf(record, "ttl");
    if (ttl === undefined || ttl === this.#ttl) return;
    if (this.#ttl !== undefined) {
      this.#event("path", timeS, `time to live of replies ${this.#ttl}, now ${ttl}`);
    }
    this.#ttl = ttl;
  }

  #unanswered(type: string, record: LooseRecord, timeS: number): void {
    if (type === "icmp_error") {
      const error = textOf(record, "error") ?? "ICMP error";
      this.happenings.odd(`${error}, from ${textOf(record, "reporter") ?? "?"}`, timeS);
    } else if (type === "unsent") {
      this.happenings.odd(`not sent: ${textOf(record, "error") ?? "?"}`, timeS);
    } else if (record["is_still_queued"] === true) {
      this.happenings.odd("timed out in this machine's own queue", timeS);
    }
    const silence = this.#silence ??= { probes: 0, firstS: timeS, lastS: timeS };
    silence.probes += 1;
    silence.firstS = Math.min(silence.firstS, timeS);
    silence.lastS = Math.max(silence.lastS, timeS);
  }

  #endSilence(): void {
    const silence = this.#silence;
    this.#silence = undefined;
    if (silence === undefined || silence.probes < OUTAGE_PROBES) return;
    const { probes, firstS, lastS } = silence;
    this.#event(
      "outage",
      firstS,
      `${probes} probes in ${(lastS - firstS).toFixed(1)} s unanswered`,
    );
  }

  #event(kind: "step" | "path" | "restart" | "outage", timeS: number, text: string): void {
    this.happenings.add({ timeS, target: this.name, kind, text });
  }
}

/** The shares of a summary's replies that its numbers stand for: exact at both ends, the median and the 95th percentile between. */
function addSummary(bucket: Bucket, record: LooseRecord): void {
  bucket.counts.received += countOf(record, "received");
  bucket.counts.lost += countOf(record, "lost");
  bucket.counts.icmpErrors += countOf(record, "icmp_errors");
  bucket.counts.unsent += countOf(record, "unsent");
  const received = Math.max(1, countOf(record, "received"));
  for (const [name, key] of SUMMARY_KEYS) {
    const median = numberOf(record, `${key}_median_ms`);
    if (median === undefined) continue;
    const min = numberOf(record, `${key}_min_ms`), max = numberOf(record, `${key}_max_ms`);
    if (min !== undefined) bucket.addDelay(name, min);
    if (max !== undefined) bucket.addDelay(name, max);
    const p95 = numberOf(record, `${key}_p95_ms`);
    if (p95 !== undefined) bucket.addDelay(name, p95, Math.max(1, Math.round(received * 0.06)));
    bucket.addDelay(name, median, Math.max(1, Math.round(received * 0.9)));
  }
  bucket.offset = boundedOf(record, "offset", "ms") ?? bucket.offset;
}
