/** Which target meets which condition, at the end of a run and from interval to interval. */

import type { Target } from "../targets/target.ts";
import type { ProbeCounters } from "../stats/mod.ts";
import { type Condition, type ConditionFinding, formatFinding } from "./condition_syntax.ts";

/** A target enters or leaves a condition, or meets one over the whole run. */
export interface ConditionEvent {
  /** Target that enters, leaves or meets the condition. */
  readonly target: Target;
  /** Unix time in seconds. */
  readonly time: number;
  /** `run`: over the whole run. `interval`: over the interval that ends now. */
  readonly scope: "run" | "interval";
  /** The condition as the user wrote it. */
  readonly text: string;
  /** What it is now. */
  readonly finding: ConditionFinding;
}

/** The conditions that targets meet over a whole run. */
export function findMet<S extends { readonly target: Target }>(
  conditions: readonly Condition<S>[],
  sources: Iterable<S>,
  time: number,
): ConditionEvent[] {
  const met: ConditionEvent[] = [];
  for (const source of sources) {
    const { target } = source;
    for (const { text, find } of conditions) {
      const finding = find(source);
      if (finding.isMet) met.push({ target, time, scope: "run", text, finding });
    }
  }
  return met;
}

/** Remembers which targets meet which conditions, and finds those that enter or leave one. */
export class ConditionWatch<
  S extends { readonly target: Target; readonly counters: ProbeCounters },
> {
  readonly #conditions: readonly Condition<S>[];
  /** Texts of the conditions that each target met when it was last looked at, by its index. */
  readonly #met = new Map<number, Set<string>>();

  /** No target meets any of `conditions` yet. */
  constructor(conditions: readonly Condition<S>[]) {
    this.#conditions = conditions;
  }

  /** What has changed since the last look. An interval in which no probe was settled changes nothing. */
  look(sources: Iterable<S>, time: number): ConditionEvent[] {
    const changes: ConditionEvent[] = [];
    for (const source of sources) {
      const { target, counters } = source;
      if (counters.settled === 0) continue;
      const met = this.#met.get(target.index) ?? new Set();
      this.#met.set(target.index, met);
      for (const { text, find } of this.#conditions) {
        const finding = find(source);
        if (finding.isMet === met.has(text)) continue;
        if (finding.isMet) met.add(text);
        else met.delete(text);
        changes.push({ target, time, scope: "interval", text, finding });
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
