/** The state of a capture: as that of a run, with hosts that come and go. */

import type { CapturePoint } from "../../probe/observed/capture_point.ts";
import type { ObservedHost } from "../../probe/observed/observed_probe.ts";
import type { ExtraReply, ProbeOutcome } from "../../probe/outcome.ts";
import { type DelayChange, ProbeCounters } from "../../stats/mod.ts";
import type { Target } from "../../targets/target.ts";
import type { Clock } from "../../time/mod.ts";
import type { CountedState } from "../run_state.ts";
import { StrayCounter } from "../stray_counts.ts";
import { TargetStatistics, type TargetSummary } from "../target_statistics.ts";

/** Counts the outcomes of a capture. */
export class CaptureState implements CountedState {
  /** Packets that answer no request of the capture. */
  readonly strays: StrayCounter = new StrayCounter();
  readonly #clock: Clock;
  readonly #point: CapturePoint | undefined;
  readonly #hosts:
    ({ readonly host: ObservedHost; readonly statistics: TargetStatistics } | undefined)[] = [];
  /** Of the hosts that have gone. */
  readonly #past = new ProbeCounters();
  #pastHosts = 0;
  #pastAnswered = 0;

  /** Starts empty; `point`: where the capture was taken, if the user says so. */
  constructor(clock: Clock, point: CapturePoint | undefined) {
    this.#clock = clock;
    this.#point = point;
  }

  /** Time of the latest packet, Unix time in seconds. */
  get time(): number {
    return this.#clock.baseUnixMs / 1e3 + this.#clock.now().realtimeNs / 1e9;
  }

  /** Hosts so far, those that have gone included. */
  get hosts(): number {
    return this.#pastHosts + this.statistics.length;
  }

  /** Hosts that answered at least once in time. */
  get answered(): number {
    return this.#pastAnswered + this.statistics.filter(hasAnswered).length;
  }

  /** Statistics of the hosts that have not gone. */
  get statistics(): readonly TargetStatistics[] {
    return this.#hosts.flatMap((each) => each === undefined ? [] : [each.statistics]);
  }

  /** A host is seen for the first time. */
  join(host: ObservedHost): TargetStatistics {
    const statistics = new TargetStatistics(host.target);
    this.#hosts[host.target.index] = { host, statistics };
    return statistics;
  }

  /** A host goes; returns its statistics. */
  leave(host: ObservedHost): TargetSummary {
    const { index } = host.target;
    const statistics = this.of(host.target);
    this.#past.add(statistics.counters);
    this.#pastHosts++;
    if (hasAnswered(statistics)) this.#pastAnswered++;
    const summary = this.#summary(host, statistics);
    this.#hosts[index] = undefined;
    return summary;
  }

  /** Statistics of one host. */
  of({ index }: Target): TargetStatistics {
    const found = this.#hosts[index];
    if (found === undefined) throw new RangeError(`Cannot find target ${index}`);
    return found.statistics;
  }

  /** Where the capture was taken on the way to the host with that index. */
  placeOf(index: number): CapturePoint | undefined {
    return this.#point ?? this.#hosts[index]?.host.vote.point;
  }

  /** Hosts of a capture stay where they are. */
  move(): void {}

  /** Counts the outcome of a probe; see {@linkcode CountedState}. */
  add(outcome: ProbeOutcome, statistics: TargetStatistics): DelayChange | undefined {
    return statistics.add(outcome);
  }

  /** Counts a further reply to a settled probe; returns the statistics of its host. */
  addExtra(extra: ExtraReply): TargetStatistics {
    const statistics = this.of(extra.probe.target);
    statistics.addExtra(extra);
    return statistics;
  }

  /** Sums over all hosts. */
  totals(): ProbeCounters {
    const totals = new ProbeCounters().add(this.#past);
    for (const { counters } of this.statistics) totals.add(counters);
    return totals;
  }

  /** Statistics of every host that has not gone. */
  *summaries(): Generator<TargetSummary> {
    for (const each of this.#hosts) {
      if (each !== undefined) yield this.#summary(each.host, each.statistics);
    }
  }

  #summary({ vote }: ObservedHost, statistics: TargetStatistics): TargetSummary {
    statistics.capturedAt = this.#point ?? vote.point;
    return statistics.summary(this.time);
  }
}

function hasAnswered({ counters }: TargetStatistics): boolean {
  return counters.received > 0;
}
