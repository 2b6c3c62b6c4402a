/** What a display shows of a run: the history of each target, and its statistics since the user last reset them. */

import type { ExtraReply, ProbeOutcome } from "../probe/outcome.ts";
import type { DelayChange } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
import { DelayHistory } from "./delay_history.ts";
import { TargetStatistics } from "./target_statistics.ts";

/** Follows the outcomes of a run beside its own statistics. */
export class StateView {
  readonly #targets: Target[];
  readonly #columnsMs: readonly number[];
  readonly #histories: (DelayHistory | undefined)[];
  /** Undefined while those of the run are shown. */
  #statistics: TargetStatistics[] | undefined;

  /** Starts empty; `columnsMs` as for {@linkcode DelayHistory}, empty for no history. */
  constructor(targets: readonly Target[], columnsMs: readonly number[]) {
    this.#targets = [...targets];
    this.#columnsMs = columnsMs;
    this.#histories = targets.map(() => this.#newHistory());
  }

  /** Shows what happens from now on; the statistics of the run go on beside it. */
  reset(): void {
    this.#histories.forEach((_, index) => this.#histories[index] = this.#newHistory());
    this.#statistics = this.#targets.map((target) => new TargetStatistics(target));
  }

  /** Statistics of a target; undefined while those of the run are shown. */
  statistics(index: number): TargetStatistics | undefined {
    return this.#statistics?.[index];
  }

  /** History of a target, where it is kept. */
  history(index: number): DelayHistory | undefined {
    return this.#histories[index];
  }

  /** Takes in the outcome of a probe; `change` as {@linkcode TargetStatistics.add} returned it. */
  add(outcome: ProbeOutcome, target: Target, change: DelayChange | undefined): void {
    // What came of a probe to an earlier address is not shown.
    if (this.#targets[target.index]?.address !== target.address) return;
    this.#histories[target.index]?.add(outcome, change);
    this.#statistics?.[target.index]?.add(outcome, change);
  }

  /** Counts a further answer. */
  addExtra(extra: ExtraReply, target: Target): void {
    if (this.#targets[target.index]?.address !== target.address) return;
    this.#statistics?.[target.index]?.addExtra(extra);
  }

  /** A target is another host from now on. */
  move(target: Target): void {
    const { index } = target;
    this.#targets[index] = target;
    this.#histories[index] = this.#newHistory();
    if (this.#statistics !== undefined) this.#statistics[index] = new TargetStatistics(target);
  }

  #newHistory(): DelayHistory | undefined {
    return this.#columnsMs.length === 0 ? undefined : new DelayHistory(this.#columnsMs);
  }
}
