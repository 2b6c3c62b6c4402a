/**
 * The state of a run: what every target has shown since the start. Events are pushed to a reporter; everything that
 * shows a picture of the run pulls {@linkcode RunState.snapshot}.
 */

import type { ExtraReply, ProbeOutcome } from "../probe/outcome.ts";
import { type DelayChange, ProbeCounters } from "../stats/mod.ts";
import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import type { Clock } from "../time/mod.ts";
import type { ClockEvent, ConsensusEvent } from "./clock_event.ts";
import { type RecentOutcome, RecentOutcomes } from "./recent_outcomes.ts";
import type { RunProgress } from "./reporter.ts";
import { StrayCounter, type StrayCounts } from "./stray_counts.ts";
import { TargetStatistics, type TargetSummary } from "./target_statistics.ts";

/** What a clock run adds to a snapshot. */
export interface ClockPicture {
  /** Findings of every clock, in the order of the targets. */
  readonly clocks: readonly ClockEvent[];
  /** What the decided clocks show together; undefined for fewer than two. */
  readonly consensus: ConsensusEvent | undefined;
}

/** One target at one moment. */
export interface TargetSnapshot {
  /** The target; its address may have changed since the start. */
  readonly target: Target;
  /** Its probes, counted. */
  readonly counters: Readonly<ProbeCounters>;
  /** Its latest outcomes, oldest first; empty unless the run keeps some. */
  readonly recent: readonly RecentOutcome[];
  /** Its statistics since the start. Each spread is computed when it is read. */
  readonly summary: TargetSummary;
  /** Its clock; undefined except in clock runs. */
  readonly clock: ClockEvent | undefined;
}

/**
 * A run at one moment. The targets are gathered when they are first read, which costs time in proportion to their
 * number, and stay as they were then; only the spreads of their summaries are computed when they are read.
 */
export interface RunSnapshot extends RunProgress {
  /** Unix time in seconds. */
  readonly time: number;
  /** Every target, in order. */
  readonly targets: readonly TargetSnapshot[];
  /** Datagrams that answer none of the run's probes. */
  readonly strays: StrayCounts;
  /** What the decided clocks show together; undefined except in clock runs. */
  readonly consensus: ConsensusEvent | undefined;
}

/** Holds the state; the one place where outcomes are counted. */
export class RunState {
  /** Datagrams that answer none of the run's probes, counted so far. */
  readonly strays: StrayCounter = new StrayCounter();
  readonly #clock: Clock;
  readonly #statistics: TargetStatistics[];
  /** Statistics at earlier addresses of targets whose names moved. */
  readonly #former: TargetStatistics[] = [];
  readonly #recent: RecentOutcomes[] | undefined;

  /**
   * Starts empty.
   *
   * @param recent outcomes that are kept of each target; 0, the default, for none
   */
  constructor(targets: readonly Target[], clock: Clock, recent = 0) {
    this.#clock = clock;
    this.#statistics = targets.map((target) => new TargetStatistics(target));
    this.#recent = recent === 0 ? undefined : targets.map(() => new RecentOutcomes(recent));
  }

  /** Statistics of every target since the start, in the order of the targets. */
  get statistics(): readonly TargetStatistics[] {
    return this.#statistics;
  }

  /** Unix time in seconds. */
  get time(): number {
    return this.#clock.baseUnixMs / 1e3 + this.#clock.now().realtimeNs / 1e9;
  }

  /** Statistics of one target at its address. */
  of(target: Target): TargetStatistics {
    const statistics = this.#statistics[target.index];
    if (statistics === undefined) throw new RangeError(`Cannot find target ${target.index}`);
    if (statistics.target.address === target.address) return statistics;
    const isFormer = (each: TargetStatistics): boolean =>
      each.target.index === target.index && each.target.address === target.address;
    return this.#former.find(isFormer) ?? statistics;
  }

  /** Moves a target to another address. The statistics of the former address stay, on their own. */
  move({ index, label }: Target, address: number): void {
    const before = this.#statistics[index];
    if (before !== undefined && before.target.address !== UNKNOWN_ADDRESS) {
      this.#former.push(before);
    }
    this.#statistics[index] = new TargetStatistics({ index, label, address });
  }

  /**
   * Counts the outcome of a probe.
   *
   * @param statistics those of the target, see {@linkcode RunState.of}
   * @returns how far a reply's delays are above their baselines
   */
  add(outcome: ProbeOutcome, statistics: TargetStatistics): DelayChange | undefined {
    const { index } = statistics.target;
    if (this.#recent !== undefined) addRecent(this.#recent[index] as RecentOutcomes, outcome);
    return statistics.add(outcome);
  }

  /** Counts a further reply to a settled probe; returns the target's statistics. */
  addExtra(extra: ExtraReply): TargetStatistics {
    const statistics = this.of(extra.probe.target);
    statistics.addExtra(extra);
    return statistics;
  }

  /** Number of targets that answered at least once in time. */
  get answered(): number {
    const hasAnswered = (each: TargetStatistics): boolean => each.counters.received > 0;
    return this.#statistics.filter((each) =>
      hasAnswered(each) ||
      this.#former.some((former) =>
        former.target.index === each.target.index && hasAnswered(former)
      )
    ).length;
  }

  /** Sums over all targets; those of one address share their probes, which count once. */
  totals(): ProbeCounters {
    const totals = new ProbeCounters();
    const addresses = new Set<number>();
    for (const { target, counters } of [...this.#former, ...this.#statistics]) {
      if (addresses.has(target.address)) continue;
      addresses.add(target.address);
      totals.add(counters);
    }
    return totals;
  }

  /** Summaries of every target that has an address, each after those of earlier addresses. */
  *summaries(): Generator<TargetSummary> {
    const { time } = this;
    for (const statistics of this.#statistics) {
      const { target } = statistics;
      for (const former of this.#former) {
        if (former.target.index === target.index) yield former.summary(time);
      }
      if (target.address !== UNKNOWN_ADDRESS) yield statistics.summary(time);
    }
  }

  /** The run as it is now. */
  snapshot(picture?: ClockPicture): RunSnapshot {
    const { malformed, foreign, unmatched, unreported } = this.strays;
    const { time } = this;
    let targets: readonly TargetSnapshot[] | undefined;
    const gather = () => targets ??= this.#targets(time, picture?.clocks);
    return {
      time,
      totals: this.totals(),
      answered: this.answered,
      strays: { malformed, foreign, unmatched, unreported },
      consensus: picture?.consensus,
      get targets() {
        return gather();
      },
    };
  }

  #targets(time: number, clocks: readonly ClockEvent[] | undefined): TargetSnapshot[] {
    return this.#statistics.map((statistics, index) => ({
      target: statistics.target,
      counters: new ProbeCounters().add(statistics.counters),
      recent: this.#recent?.[index]?.list() ?? [],
      summary: statistics.summary(time),
      clock: clocks?.[index],
    }));
  }
}

function addRecent(recent: RecentOutcomes, outcome: ProbeOutcome): void {
  if (outcome.kind === "reply") recent.addReply(outcome.reply.rttNs / 1e6);
  else recent.add(outcome.kind === "timedOut" ? "timeout" : outcome.kind);
}
