/** Stands between the prober and the reporter: keeps the statistics of every target and passes events on. */

import type { ExtraReply, ProbeListener, ProbeOutcome, StrayDatagram } from "../probe/outcome.ts";
import type { Probe } from "../probe/probe.ts";
import { ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../target/target.ts";
import type { LineSink } from "./line_sink.ts";
import type { Reporter } from "./reporter.ts";
import { TargetStatistics } from "./target_statistics.ts";

/** What arrived and was no answer, counted. */
export interface StrayCounts {
  /** Could not be read. */
  malformed: number;
  /** Somebody else's traffic. */
  foreign: number;
  /** Our identifier, but no probe of ours. */
  unmatched: number;
}

/** Listens to a run. */
export class RunRecorder implements ProbeListener {
  /** Counts of what was no answer. */
  readonly strays: StrayCounts = { malformed: 0, foreign: 0, unmatched: 0 };
  readonly #statistics: TargetStatistics[];
  readonly #reporter: Reporter;
  readonly #sink: LineSink;
  readonly #baseUnixMs: number;
  readonly #explain: boolean;

  /** Listens for `targets` and reports to `reporter`, whose lines go to `sink`. */
  constructor(
    targets: readonly Target[],
    reporter: Reporter,
    sink: LineSink,
    options: { readonly baseUnixMs: number; readonly explain: boolean },
  ) {
    this.#statistics = targets.map((target) => new TargetStatistics(target));
    this.#reporter = reporter;
    this.#sink = sink;
    this.#baseUnixMs = options.baseUnixMs;
    this.#explain = options.explain;
  }

  /** Targets that answered at least once in time. */
  get answered(): number {
    return this.#statistics.filter(({ counters }) => counters.received > 0).length;
  }

  /** Sums over all targets. */
  totals(): ProbeCounters {
    const totals = new ProbeCounters();
    for (const { counters } of this.#statistics) {
      totals.sent += counters.sent;
      totals.received += counters.received;
      totals.lost += counters.lost;
      totals.refused += counters.refused;
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
    this.#of(target).add(outcome);
    const baseUnixMs = this.#baseUnixMs;
    switch (outcome.kind) {
      case "replied": {
        const { probe, reply } = outcome;
        this.#reporter.reply({ probe, reply, flags: reply.flags, baseUnixMs });
        break;
      }
      case "refused":
        this.#reporter.refused({ outcome, baseUnixMs });
        break;
      case "timedOut":
        this.#reporter.timeout({ probe: outcome.probe, baseUnixMs });
        break;
      case "unsent":
        this.#reporter.unsent({ outcome, baseUnixMs });
        break;
    }
  }

  /** Counts and reports a further answer. */
  extra(extra: ExtraReply): void {
    const { probe, reply, kind } = extra;
    this.#of(probe.target).addExtra(extra);
    const flag = kind === "duplicate" ? "duplicate" : kind === "late" ? "late" : "after-refusal";
    const flags = [flag, ...reply.flags];
    this.#reporter.reply({ probe, reply, flags, baseUnixMs: this.#baseUnixMs });
  }

  /** Counts and reports what is no answer. */
  stray(datagram: StrayDatagram): void {
    const { kind } = datagram;
    if (kind === "malformed" || kind === "truncated") this.strays.malformed++;
    else if (kind === "unmatched") this.strays.unmatched++;
    else if (kind === "foreign") this.strays.foreign++;
    this.#reporter.stray(datagram);
  }

  /** Lets the gathered lines go. */
  idle(): void {
    this.#sink.flush();
  }

  /** Counts what is still out when the run is over. */
  close(pending: Iterable<Probe>): void {
    for (const probe of pending) this.#of(probe.target).addPending();
  }

  /** Reports the statistics of every target as they stand. */
  summarize(): void {
    for (const statistics of this.#statistics) this.#reporter.summary(statistics.summary());
    this.#sink.flush();
  }

  #of(target: Target): TargetStatistics {
    const statistics = this.#statistics[target.index];
    if (statistics === undefined) throw new RangeError(`Cannot find target ${target.index}`);
    return statistics;
  }
}
