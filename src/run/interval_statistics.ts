/** Statistics of the stretch of time since the last summary, for `--summary-every`. */

import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import { TargetStatistics, type TargetSummary } from "./target_statistics.ts";

function isKnown({ address }: Target): boolean {
  return address !== UNKNOWN_ADDRESS;
}

/** Statistics of every target, from one summary to the next. */
export class IntervalStatistics {
  readonly #targets: Target[];
  readonly #everyNs: number;
  #statistics: (TargetStatistics | undefined)[] = [];
  #dueNs: number | undefined;
  /** Start of the interval, Unix time in seconds; undefined before the first look. */
  #from: number | undefined;

  readonly #keepsDelays: boolean;

  /** Starts empty; `everyMs` is the time from summary to summary. Without `keepsDelays` probes are counted alone. */
  constructor(targets: readonly Target[], everyMs: number, keepsDelays: boolean = true) {
    this.#targets = [...targets];
    this.#keepsDelays = keepsDelays;
    this.#everyNs = everyMs * 1e6;
  }

  /** The statistics of one target since the last summary. */
  of(target: Target): TargetStatistics {
    return this.#statistics[target.index] ??= this.#start(target);
  }

  #start(target: Target): TargetStatistics {
    return new TargetStatistics(target, "interval", this.#keepsDelays);
  }

  /** When the next summary is due, CLOCK_MONOTONIC in nanoseconds; Infinity before the first look. */
  get dueNs(): number {
    return this.#dueNs ?? Infinity;
  }

  /** A target is another host from now on: its statistics start at zero. */
  move(target: Target): void {
    this.#targets[target.index] = target;
    this.#statistics[target.index] = undefined;
  }

  /**
   * Whether a summary is due; the first is due one interval after the first call.
   *
   * @param nowNs monotonic clock
   * @param unixTime reads the time, Unix time in seconds
   */
  isDue(nowNs: number, unixTime: () => number): boolean {
    this.#from ??= unixTime();
    this.#dueNs ??= nowNs + this.#everyNs;
    return nowNs >= this.#dueNs;
  }

  /**
   * The summaries of all targets; the next interval starts.
   *
   * @param nowNs monotonic clock
   * @param time Unix time in seconds
   */
  take(nowNs: number, time: number): TargetSummary[] {
    const from = this.#from;
    this.#from = time;
    const known = this.#targets.filter(isKnown);
    const summaries = known.map((target) => this.of(target).summary(time, from));
    this.#statistics = [];
    const due = (this.#dueNs ?? nowNs) + this.#everyNs;
    this.#dueNs = due > nowNs ? due : nowNs + this.#everyNs;
    return summaries;
  }
}
