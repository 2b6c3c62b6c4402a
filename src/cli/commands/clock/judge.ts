/** Judges clocks by the conditions of `--fail-if`, while they are followed and at the end. */

import type { ClockEvent } from "../../../run/clock/event.ts";
import type { Condition } from "../../../run/condition_syntax.ts";
import {
  type ConditionEvent,
  ConditionWatch,
  findMet,
  formatConditionEvent,
} from "../../../run/condition_watch.ts";

/** Receives an event and its line for standard error. */
export type ReportCondition = (event: ConditionEvent, line: string) => void;

/** Finds which clocks meet which conditions. */
export class ClockJudge {
  readonly #conditions: readonly Condition<ClockEvent>[];
  readonly #watch: ConditionWatch<ClockEvent>;
  #isMet = false;

  /** No clock meets any of `conditions` yet. */
  constructor(conditions: readonly Condition<ClockEvent>[]) {
    this.#conditions = conditions;
    this.#watch = new ConditionWatch(conditions);
  }

  /** Whether a clock meets a condition at the end; false before. */
  get isMet(): boolean {
    return this.#isMet;
  }

  /** Reports which clocks enter or leave a condition. */
  look(clocks: readonly ClockEvent[], report: ReportCondition): void {
    for (const event of this.#watch.look(clocks, timeOf(clocks))) {
      report(event, formatConditionEvent(event));
    }
  }

  /** Reports which clocks meet a condition at the end. */
  conclude(clocks: readonly ClockEvent[], report: ReportCondition): void {
    const met = findMet(this.#conditions, clocks, timeOf(clocks));
    this.#isMet = met.length > 0;
    for (const event of met) report(event, formatConditionEvent(event));
  }
}

/** When the findings were made, Unix time in seconds. */
function timeOf([first]: readonly ClockEvent[]): number {
  return first === undefined ? NaN : first.baseUnixMs / 1e3 + first.nowNs / 1e9;
}
