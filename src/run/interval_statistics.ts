/** Statistics of the stretch of time since the last summary, for `--summary-every`. */

import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import { TargetStatistics, type TargetSummary } from "./target_statistics.ts";

function isKnown({ address }: Target): boolean {
  return address !== UNKNOWN_ADDRESS;
}

/** Statistics of every target, begun anew at each summary. */
export class IntervalStatistics {
  readonly #targets: Target[];
  readonly #everyNs: number;
  #statistics: (TargetStatistics | undefined)[] = [];
  #dueNs: number | undefined;

  /** Starts empty; `everyMs` is the time from summary to summary. */
  constructor(targets: readonly Target[], everyMs: number) {
    this.#targets = [...targets];
    this.#everyNs = everyMs * 1e6;
  }

  /** The statistics of one target since the last summary. */
  of(target: Target): TargetStatistics {
    return this.#statistics[target.index] ??= new TargetStatistics(target, "interval");
  }

  /** A target is another host from now on: it starts anew. */
  move(target: Target): void {
    this.#targets[target.index] = target;
    this.#statistics[target.index] = undefined;
  }

  /** Whether a summary is due; the first is due one interval after the first call. */
  isDue(nowNs: number): boolean {
    this.#dueNs ??= nowNs + this.#everyNs;
    return nowNs >= this.#dueNs;
  }

  /** The summaries of all targets; starts anew. */
  take(nowNs: number): TargetSummary[] {
    const summaries = this.#targets.filter(isKnown).map((target) => this.of(target).summary());
    this.#statistics = [];
    const due = (this.#dueNs ?? nowNs) + this.#everyNs;
    this.#dueNs = due > nowNs ? due : nowNs + this.#everyNs;
    return summaries;
  }
}
