/**
 * The state of a run: what every target has shown since the start. Events are pushed to a reporter; everything that
 * shows a picture of the run pulls {@linkcode RunState.snapshot}.
 */

import type { ExtraReply, ProbeOutcome } from "../probe/outcome.ts";
import { type DelayChange, ProbeCounters } from "../stats/mod.ts";
import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import type { Clock } from "../time/mod.ts";
import type { ClockEvent, ConsensusEvent } from "./clock/event.ts";
import type { StateView } from "./state_view.ts";
import type { DelayHistory } from "./delay_history.ts";
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
  /** Probes of the target by what became of them. */
  readonly counters: Readonly<ProbeCounters>;
  /** Its statistics since the start or the last reset of its view. Each spread is computed when it is read. */
  readonly summary: TargetSummary;
  /** Its clock; undefined except in clock runs and where a view follows clocks: then it is found out when it is read. */
  readonly clock: ClockEvent | undefined;
  /** Its delays over time, as they are now; undefined unless the run keeps them. */
  readonly history: DelayHistory | undefined;
}

/**
 * A run at one moment. The targets are gathered when they are first read, which costs time in proportion to their
 * number, and stay as they were then; only the spreads of their summaries are computed when they are read.
 */
export interface RunSnapshot extends RunProgress {
  /** Unix time in seconds. */
  readonly time: number;
  /** CLOCK_MONOTONIC, in nanoseconds. */
  readonly monotonicNs: number;
  /** Every target, in order. */
  readonly targets: readonly TargetSnapshot[];
  /** Datagrams that answer none of the run's probes. */
  readonly strays: StrayCounts;
  /** What the decided clocks show together; undefined except in clock runs. */
  readonly consensus: ConsensusEvent | undefined;
}

/** What follows the outcomes of a run beside its statistics, for a display of the caller. */
export type RunView = Pick<
  StateView,
  "add" | "addExtra" | "clock" | "history" | "move" | "statistics"
>;

/** The state of a run, as far as those need it that count in it. */
export type CountedState = Pick<
  RunState,
  "add" | "addExtra" | "move" | "of" | "statistics" | "strays" | "summaries" | "time"
>;

/** Holds the state; the one place where outcomes are counted. */
export class RunState {
  /** Datagrams that answer none of the run's probes, counted so far. */
  readonly strays: StrayCounter = new StrayCounter();
  readonly #clock: Clock;
  readonly #statistics: TargetStatistics[];
  /** Statistics at earlier addresses of targets whose names moved. */
  readonly #former: TargetStatistics[] = [];
  readonly #view: RunView | undefined;
  readonly #keepsDelays: boolean;

  /**
   * Starts empty.
   *
   * @param view what snapshots show besides, where they are drawn
   * @param keepsDelays whether delays are summed up, or probes counted alone
   */
  constructor(
    targets: readonly Target[],
    clock: Clock,
    view?: RunView,
    keepsDelays: boolean = true,
  ) {
    this.#clock = clock;
    this.#keepsDelays = keepsDelays;
    this.#statistics = targets.map((target) => new TargetStatistics(target, "run", keepsDelays));
    this.#view = view;
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
    const moved = { index, label, address };
    this.#statistics[index] = new TargetStatistics(moved, "run", this.#keepsDelays);
    this.#view?.move(moved);
  }

  /**
   * Counts the outcome of a probe.
   *
   * @param statistics those of the target, see {@linkcode RunState.of}
   * @returns how far a reply's delays are above their baselines
   */
  add(outcome: ProbeOutcome, statistics: TargetStatistics): DelayChange | undefined {
    const change = statistics.add(outcome);
    this.#view?.add(outcome, statistics.target, change);
    return change;
  }

  /** Counts a further reply to a settled probe; returns the target's statistics. */
  addExtra(extra: ExtraReply): TargetStatistics {
    const statistics = this.of(extra.probe.target);
    statistics.addExtra(extra);
    this.#view?.addExtra(extra, statistics.target);
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
      monotonicNs: this.#clock.now().monotonicNs,
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
    return this.#statistics.map((whole, index) => {
      const statistics = this.#view?.statistics(index) ?? whole;
      const [view, clock] = [this.#view, this.#clock];
      return {
        target: whole.target,
        counters: new ProbeCounters().add(statistics.counters),
        summary: statistics.summary(time),
        get clock() {
          return clocks?.[index] ?? view?.clock(index, clock);
        },
        history: view?.history(index),
      };
    });
  }
}
