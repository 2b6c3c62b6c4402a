/**
 * What a display shows of a run: the history and the clock of each target, and its statistics since the user last reset
 * them.
 */

import type { ExtraReply, ProbeOutcome } from "../probe/outcome.ts";
import { type DelayChange, ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
import type { Clock } from "../time/mod.ts";
import type { ClockEvent } from "./clock/event.ts";
import { DelayHistory } from "./delay_history.ts";
import { FollowedClock } from "./clock/followed_clock.ts";
import { countOutcome, TargetStatistics } from "./target_statistics.ts";

/** Follows the outcomes of a run beside its own statistics. */
export class StateView {
  readonly #targets: Target[];
  readonly #columnsMs: readonly number[];
  readonly #histories: (DelayHistory | undefined)[];
  readonly #clocks: FollowedClock[];
  /** What the clocks were counted from. */
  readonly #counters: ProbeCounters[];
  /** Undefined while those of the run are shown. */
  #statistics: TargetStatistics[] | undefined;

  /** Starts empty; `columnsMs` as for {@linkcode DelayHistory}, empty for no history. */
  constructor(targets: readonly Target[], columnsMs: readonly number[]) {
    this.#targets = [...targets];
    this.#columnsMs = columnsMs;
    this.#histories = targets.map(() => this.#newHistory());
    this.#counters = targets.map(() => new ProbeCounters());
    this.#clocks = targets.map((target) => this.#follow(target));
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

  /** What the replies of a target say of its clock now, which takes a while to find out. */
  clock(index: number, clock: Clock): ClockEvent | undefined {
    return this.#clocks[index]?.event(clock.now().realtimeNs, clock.baseUnixMs);
  }

  /** Takes in the outcome of a probe; `change` as {@linkcode TargetStatistics.add} returned it. */
  add(outcome: ProbeOutcome, target: Target, change: DelayChange | undefined): void {
    // What came of a probe to an earlier address is not shown.
    if (this.#targets[target.index]?.address !== target.address) return;
    this.#histories[target.index]?.add(outcome, change);
    const counters = this.#counters[target.index];
    if (counters !== undefined) countOutcome(counters, outcome);
    this.#clocks[target.index]?.add(outcome);
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
    this.#counters[index] = new ProbeCounters();
    this.#clocks[index] = this.#follow(target);
    if (this.#statistics !== undefined) this.#statistics[index] = new TargetStatistics(target);
  }

  #newHistory(): DelayHistory | undefined {
    return this.#columnsMs.length === 0 ? undefined : new DelayHistory(this.#columnsMs);
  }

  #follow(target: Target): FollowedClock {
    const counters = this.#counters[target.index] ?? new ProbeCounters();
    return new FollowedClock({ target, counters }, {});
  }
}
