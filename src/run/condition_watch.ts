/** Which target meets which condition, at the end of a run and from interval to interval. */

import type { Target } from "../targets/target.ts";
import { type Condition, type ConditionFinding, formatFinding } from "./condition.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** A target enters or leaves a condition, or meets one over the whole run. */
export interface ConditionEvent {
  /** The target. */
  readonly target: Target;
  /** Unix time in seconds. */
  readonly time: number;
  /** `run`: over the whole run. `interval`: over the interval that ends now. */
  readonly scope: TargetSummary["scope"];
  /** The condition as the user wrote it. */
  readonly text: string;
  /** What it is now. */
  readonly finding: ConditionFinding;
}

/** The conditions that targets meet over a whole run. */
export function findMet(
  conditions: readonly Condition[],
  summaries: Iterable<TargetSummary>,
  time: number,
): ConditionEvent[] {
  const met: ConditionEvent[] = [];
  for (const summary of summaries) {
    const { target, scope } = summary;
    for (const { text, find } of conditions) {
      const finding = find(summary);
      if (finding.isMet) met.push({ target, time, scope, text, finding });
    }
  }
  return met;
}

/** Remembers who meets what, and so finds who enters or leaves a condition. */
export class ConditionWatch {
  readonly #conditions: readonly Condition[];
  /** Texts of the conditions that each target met when it was last looked at, by its index. */
  readonly #met = new Map<number, Set<string>>();

  /** Nobody meets any of `conditions` yet. */
  constructor(conditions: readonly Condition[]) {
    this.#conditions = conditions;
  }

  /** What has changed since the last look. An interval in which no probe was settled changes nothing. */
  look(summaries: Iterable<TargetSummary>, time: number): ConditionEvent[] {
    const changes: ConditionEvent[] = [];
    for (const summary of summaries) {
      const { target, scope, counters } = summary;
      if (counters.settled === 0) continue;
      const met = this.#met.get(target.index) ?? new Set();
      this.#met.set(target.index, met);
      for (const { text, find } of this.#conditions) {
        const finding = find(summary);
        if (finding.isMet === met.has(text)) continue;
        if (finding.isMet) met.add(text);
        else met.delete(text);
        changes.push({ target, time, scope, text, finding });
      }
    }
    return changes;
  }
}

/** One line for a person; the time only where the run goes on. */
export function formatConditionEvent(
  { target, time, scope, text, finding }: ConditionEvent,
): string {
  const { label } = target;
  if (scope === "run") return formatFinding(label, text, finding);
  const at = new Date(time * 1e3).toISOString().replace(/\.\d+Z$/, "Z");
  const { isMet, isKnown, found } = finding;
  const value = isKnown ? `it is ${found}` : `unknown: ${found}`;
  return `${label}: ${text} became ${isMet ? "true" : "false"} at ${at}, ${value}`;
}
