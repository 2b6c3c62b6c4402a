/** Between the prober and the reporter of a ping run: counts every event in the state and reports it. */

import type { ExtraReply, ProbeListener, ProbeOutcome, StrayDatagram } from "../probe/outcome.ts";
import type { ProbeMessage } from "../probe/message/message.ts";
import type { Probe } from "../probe/probe.ts";
import type { Target } from "../targets/target.ts";
import { IntervalStatistics } from "./interval_statistics.ts";
import { RepeatLimit, StrayLimit } from "./repeat_limit.ts";
import type { Reporter } from "./reporter.ts";
import type { CountedState } from "./run_state.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** How a run is recorded. */
export interface RunRecorderOptions {
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
  /** Report requests. */
  readonly explains?: boolean | undefined;
  /** Report the statistics of every such interval, in milliseconds. */
  readonly summaryEveryMs?: number | undefined;
  /** Sum delays up for these; true by default. */
  readonly keepsDelays?: boolean | undefined;
  /** Receives the statistics of each such interval; `everyMs` is used where `summaryEveryMs` is not set. */
  readonly watch?: {
    readonly everyMs: number;
    look(summaries: readonly TargetSummary[]): void;
  } | undefined;
  /** Called whenever the prober is about to wait; see {@linkcode ProbeListener.idle}. */
  readonly idle?: ProbeListener["idle"] | undefined;
}

/** Listens to a run. */
export class RunRecorder implements ProbeListener {
  readonly #state: CountedState;
  readonly #reporter: Omit<Reporter, "end">;
  readonly #options: RunRecorderOptions;
  readonly #interval: IntervalStatistics | undefined;
  readonly #repeatLimit = new RepeatLimit();
  readonly #strayLimit = new StrayLimit();
  /** Where echo requests beside those of the run are counted. */
  #beside: CountedState | undefined;

  /** Counts in `state` and reports to `reporter`. */
  constructor(state: CountedState, reporter: Omit<Reporter, "end">, options: RunRecorderOptions) {
    this.#state = state;
    this.#reporter = reporter;
    this.#options = options;
    const everyMs = options.summaryEveryMs ?? options.watch?.everyMs;
    this.#interval = everyMs === undefined ? undefined : new IntervalStatistics(
      state.statistics.map(({ target }) => target),
      everyMs,
      options.keepsDelays,
    );
  }

  /** Moves a target to another address. */
  move(target: Target, address: number): void {
    this.#state.move(target, address);
    this.#beside?.move(target, address);
    this.#interval?.move({ ...target, address });
  }

  /** Counts echo requests apart from now on: those of the run are others. */
  countBeside(state: CountedState): void {
    this.#beside = state;
  }

  /** A target has gone: its place is another one's from now on. */
  forget(targetIndex: number): void {
    this.#repeatLimit.forget(targetIndex);
  }

  /** Reports a request, where packets are explained. */
  sent(probe: Probe, bytes: Uint8Array): void {
    if (this.#options.explains) this.#reporter.sent(probe, bytes);
  }

  /** Counts and reports the outcome of a probe. */
  outcome(outcome: ProbeOutcome): void {
    const { target, message } = outcome.kind === "unsent" ? outcome : outcome.probe;
    const state = this.#stateOf(message);
    const statistics = state.of(target);
    this.#strayLimit.addProbe();
    const change = state.add(outcome, statistics);
    if (state === this.#state) this.#interval?.of(target).add(outcome, change);
    const { baseUnixMs } = this.#options;
    switch (outcome.kind) {
      case "reply": {
        const { probe, reply } = outcome;
        this.#reporter.reply({ probe, reply, flags: reply.flags, change, statistics, baseUnixMs });
        break;
      }
      case "icmpError":
        this.#reporter.icmpError({ outcome, statistics, baseUnixMs });
        break;
      case "timedOut": {
        const { probe } = outcome;
        const isQueued = outcome.isQueued === true;
        this.#reporter.timeout({ probe, isQueued, statistics, baseUnixMs });
        break;
      }
      case "unsent":
        this.#reporter.unsent({ outcome, baseUnixMs });
        break;
    }
  }

  /** Counts and reports a further reply to a settled probe. */
  extra(extra: ExtraReply): void {
    const { probe, reply, kind } = extra;
    const state = this.#stateOf(probe.message);
    const statistics = state.addExtra(extra);
    if (state === this.#state) this.#interval?.of(probe.target).addExtra(extra);
    if (!this.#repeatLimit.takes(probe.target.index, statistics.counters)) {
      this.#state.strays.unreported++;
      return;
    }
    const flag = kind === "duplicate" ? "duplicate" : kind === "late" ? "late" : "after-icmp-error";
    const flags = [flag, ...reply.flags];
    const { baseUnixMs } = this.#options;
    this.#reporter.reply({ probe, reply, flags, change: undefined, statistics, baseUnixMs });
  }

  /** Counts and reports a datagram that answers no probe. */
  stray(datagram: StrayDatagram): void {
    this.#state.strays.add(datagram.kind);
    if (this.#strayLimit.takes()) this.#reporter.stray(datagram);
    else this.#state.strays.unreported++;
  }

  /** When the next summaries of an interval are due, CLOCK_MONOTONIC in nanoseconds; Infinity where there are none. */
  get reportDueNs(): number {
    return this.#interval?.dueNs ?? Infinity;
  }

  /** Reports the summaries that are due, and passes the pause on. */
  idle(nowNs: number, busy: boolean): Promise<void> | undefined | void {
    const interval = this.#interval;
    if (interval?.isDue(nowNs, () => this.#state.time)) {
      const summaries = interval.take(nowNs, this.#state.time);
      if (this.#options.summaryEveryMs !== undefined) {
        for (const summary of summaries) this.#reporter.summary(summary);
      }
      this.#options.watch?.look(summaries);
    }
    return this.#options.idle?.(nowNs, busy);
  }

  /** Counts the probes that are pending when the run is over. */
  close(pending: Iterable<Probe>): void {
    for (const { target, message } of pending) this.#stateOf(message).of(target).addPending();
  }

  /** Reports the statistics of every target since the start. */
  summarize(): void {
    const besides = [...this.#beside?.summaries() ?? []];
    for (const summary of this.#state.summaries()) {
      this.#reporter.summary(summary);
      const { index, address } = summary.target;
      const beside = besides.find(({ target, counters }) =>
        target.index === index && target.address === address &&
        counters.sent + counters.unsent > 0
      );
      if (beside !== undefined) this.#reporter.summary({ ...beside, message: "echo" });
    }
  }

  #stateOf(message: ProbeMessage): CountedState {
    return this.#beside !== undefined && message.name === "echo" ? this.#beside : this.#state;
  }
}
