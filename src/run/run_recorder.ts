/** Stands between the prober and the reporter: keeps the statistics of every target and passes events on. */

import type { ExtraReply, ProbeListener, ProbeOutcome, StrayDatagram } from "../probe/outcome.ts";
import type { Probe } from "../probe/probe.ts";
import { ProbeCounters } from "../stats/mod.ts";
import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import { IntervalStatistics } from "./interval_statistics.ts";
import { RepeatLimit, StrayLimit } from "./repeat_limit.ts";
import type { ProgressDisplay, Reporter } from "./reporter.ts";
import { TargetStatistics, type TargetSummary } from "./target_statistics.ts";

/** What arrived and was no answer, counted. */
export interface StrayCounts {
  /** Could not be read. */
  malformed: number;
  /** Somebody else's traffic. */
  foreign: number;
  /** Our identifier, but no probe of ours. */
  unmatched: number;
  /** Of these and of repeated replies: too many to be reported one by one. */
  unreported: number;
}

/** In a busy run lines are held that long, so that one write takes many. */
const HOLD_NS = 20e6;

/** How a run is recorded. */
export interface RunRecorderOptions {
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
  /** Reads the time, Unix time in seconds. */
  readonly unixTime: () => number;
  /** Pass requests on. */
  readonly explain: boolean;
  /** Report the statistics of every such stretch of time, in milliseconds. */
  readonly summaryEveryMs?: number | undefined;
  /** Looks at the statistics of each such stretch of time; by default `everyMs` long. */
  readonly watch?: {
    readonly everyMs: number;
    look(summaries: readonly TargetSummary[]): void;
  } | undefined;
  /** Called whenever the prober is about to wait. */
  readonly idle?: ((nowNs: number) => void) | undefined;
  /** Let every line go as soon as it is known, also in a busy run. */
  readonly immediate?: boolean | undefined;
  /** A live line on the terminal. */
  readonly status?: ProgressDisplay | undefined;
}

/** Listens to a run. */
export class RunRecorder implements ProbeListener {
  /** Counts of what was no answer. */
  readonly strays: StrayCounts = { malformed: 0, foreign: 0, unmatched: 0, unreported: 0 };
  readonly #repeatLimit = new RepeatLimit();
  readonly #strayLimit = new StrayLimit();
  readonly #statistics: TargetStatistics[];
  /** Of targets whose name moved to another address: what was measured at the one before. */
  readonly #former: TargetStatistics[] = [];
  readonly #reporter: Reporter;
  readonly #sink: LineSink;
  readonly #baseUnixMs: number;
  readonly #unixTime: () => number;
  readonly #explain: boolean;
  readonly #interval: IntervalStatistics | undefined;
  readonly #reportsIntervals: boolean;
  readonly #watch: RunRecorderOptions["watch"];
  readonly #idle: RunRecorderOptions["idle"];
  readonly #status: ProgressDisplay | undefined;
  readonly #immediate: boolean;
  #flushedNs = -Infinity;

  /** Listens for `targets` and reports to `reporter`, whose lines go to `sink`. */
  constructor(
    targets: readonly Target[],
    reporter: Reporter,
    sink: LineSink,
    options: RunRecorderOptions,
  ) {
    this.#statistics = targets.map((target) => new TargetStatistics(target));
    this.#reporter = reporter;
    this.#sink = sink;
    this.#baseUnixMs = options.baseUnixMs;
    this.#unixTime = options.unixTime;
    this.#explain = options.explain;
    this.#status = options.status;
    this.#immediate = options.immediate ?? false;
    this.#watch = options.watch;
    this.#idle = options.idle;
    this.#reportsIntervals = options.summaryEveryMs !== undefined;
    const everyMs = options.summaryEveryMs ?? options.watch?.everyMs;
    this.#interval = everyMs === undefined ? undefined : new IntervalStatistics(targets, everyMs);
  }

  /** A target is at another address from now on. What was measured at the one before stays, apart. */
  move({ index, label }: Target, address: number): void {
    const before = this.#statistics[index];
    if (before !== undefined && before.target.address !== UNKNOWN_ADDRESS) {
      this.#former.push(before);
    }
    const target = { index, label, address };
    this.#statistics[index] = new TargetStatistics(target);
    this.#interval?.move(target);
  }

  /** Statistics of every target since the start, in the order of the targets. */
  get statistics(): readonly TargetStatistics[] {
    return this.#statistics;
  }

  /** Targets that answered at least once in time. */
  get answered(): number {
    const answered = (each: TargetStatistics): boolean => each.counters.received > 0;
    return this.#statistics.filter((each) =>
      answered(each) ||
      this.#former.some((former) => former.target.index === each.target.index && answered(former))
    ).length;
  }

  /** Sums over all targets; those of one address share their probes, which count once. */
  totals(): ProbeCounters {
    const totals = new ProbeCounters();
    const addresses = new Set<number>();
    for (const { target, counters } of [...this.#former, ...this.#statistics]) {
      if (addresses.has(target.address)) continue;
      addresses.add(target.address);
      totals.sent += counters.sent;
      totals.received += counters.received;
      totals.lost += counters.lost;
      totals.droppedByUs += counters.droppedByUs;
      totals.icmpErrors += counters.icmpErrors;
      totals.unsent += counters.unsent;
      totals.late += counters.late;
      totals.duplicates += counters.duplicates;
    }
    return totals;
  }

  /** Passes a request on, where packets are explained. */
  sent(probe: Probe, bytes: Uint8Array): void {
    if (this.#explain) this.#reporter.sent(probe, bytes);
  }

  /** Counts and reports the final word on a probe. */
  outcome(outcome: ProbeOutcome): void {
    const target = outcome.kind === "unsent" ? outcome.target : outcome.probe.target;
    const statistics = this.#of(target);
    this.#strayLimit.addProbe();
    const change = statistics.add(outcome);
    this.#interval?.of(target).add(outcome, change);
    const baseUnixMs = this.#baseUnixMs;
    switch (outcome.kind) {
      case "reply": {
        const { probe, reply } = outcome;
        this.#reporter.reply({ probe, reply, flags: reply.flags, change, statistics, baseUnixMs });
        break;
      }
      case "icmpError":
        this.#reporter.icmpError({ outcome, statistics, baseUnixMs });
        break;
      case "timedOut":
        this.#reporter.timeout({
          probe: outcome.probe,
          isQueued: outcome.isQueued === true,
          statistics,
          baseUnixMs,
        });
        break;
      case "unsent":
        this.#reporter.unsent({ outcome, baseUnixMs });
        break;
    }
  }

  /** Counts and reports a further answer. */
  extra(extra: ExtraReply): void {
    const { probe, reply, kind } = extra;
    const statistics = this.#of(probe.target);
    statistics.addExtra(extra);
    this.#interval?.of(probe.target).addExtra(extra);
    if (!this.#repeatLimit.takes(probe.target.index, statistics.counters)) {
      this.strays.unreported++;
      return;
    }
    const flag = kind === "duplicate" ? "duplicate" : kind === "late" ? "late" : "after-icmp-error";
    const flags = [flag, ...reply.flags];
    const baseUnixMs = this.#baseUnixMs;
    this.#reporter.reply({ probe, reply, flags, change: undefined, statistics, baseUnixMs });
  }

  /** Counts and reports what is no answer. */
  stray(datagram: StrayDatagram): void {
    const { kind } = datagram;
    if (kind === "malformed" || kind === "truncated") this.strays.malformed++;
    else if (kind === "unmatched") this.strays.unmatched++;
    else if (kind === "foreign") this.strays.foreign++;
    if (this.#strayLimit.takes()) this.#reporter.stray(datagram);
    else this.strays.unreported++;
  }

  /** Lets the gathered lines go, and the summaries that are due; holds the run up while too much waits for its reader. */
  idle(nowNs: number, busy: boolean): Promise<void> | undefined {
    this.#idle?.(nowNs);
    if (this.#interval?.isDue(nowNs, this.#unixTime)) {
      const summaries = this.#interval.take(nowNs, this.#unixTime());
      if (this.#reportsIntervals) {
        for (const summary of summaries) this.#reporter.summary(summary);
      }
      if (this.#watch !== undefined) {
        this.#status?.erase();
        this.#watch.look(summaries);
      }
    }
    const held = busy && !this.#immediate && nowNs - this.#flushedNs < HOLD_NS;
    if ((this.#sink.pending || this.#sink.isBacklogged) && !held) {
      this.#flushedNs = nowNs;
      this.#status?.erase();
      this.#sink.flush();
    }
    this.#status?.show(nowNs, () => ({ totals: this.totals(), answered: this.answered }));
    return this.#sink.room();
  }

  /** Counts what is still out when the run is over. */
  close(pending: Iterable<Probe>): void {
    for (const probe of pending) this.#of(probe.target).addPending();
  }

  /** Reports the statistics of every target as they stand. */
  summarize(): void {
    this.#status?.erase();
    const time = this.#unixTime();
    for (const statistics of this.#statistics) {
      const { target } = statistics;
      for (const former of this.#former) {
        if (former.target.index === target.index) this.#reporter.summary(former.summary(time));
      }
      if (target.address !== UNKNOWN_ADDRESS) this.#reporter.summary(statistics.summary(time));
    }
    this.#sink.flush();
  }

  #of(target: Target): TargetStatistics {
    const statistics = this.#statistics[target.index];
    if (statistics === undefined) throw new RangeError(`Cannot find target ${target.index}`);
    if (statistics.target.address === target.address) return statistics;
    const isFormer = (each: TargetStatistics): boolean =>
      each.target.index === target.index && each.target.address === target.address;
    return this.#former.find(isFormer) ?? statistics;
  }
}
