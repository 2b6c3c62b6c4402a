/** Conditions on what is known of a remote clock: `offset>100ms`, `skew>50ppm`, `loss>5%`. */

import { undecidedReason } from "../../clock/mod.ts";
import type { ClockEvent } from "./event.ts";
import {
  boundedMetric,
  checkTimeUnit,
  COUNT_NAMES,
  countMetric,
  type Metric,
  type Unit,
} from "../condition_metric.ts";
import { type Condition, readCondition } from "../condition_syntax.ts";

/** Every metric that a condition on a clock can look at. */
export const CLOCK_METRICS: readonly string[] = ["offset", "skew", ...COUNT_NAMES, "flags"];

/**
 * Reads a condition: comparisons of metrics with numbers, which have `%`, `us`, `ms`, `s`, `ppm` or nothing as their
 * unit, and flags.
 *
 * @param flagNames every flag that a clock can have
 * @throws {RangeError} It cannot be read; the message says what is expected.
 */
export function parseClockCondition(
  text: string,
  flagNames: readonly string[] = [],
): Condition<ClockEvent> {
  return readCondition(text, { findMetric, flags: ({ flags }) => flags, flagNames });
}

function findMetric(name: string, unit: Unit): Metric<ClockEvent> {
  const count = countMetric<ClockEvent>(name, unit);
  if (count !== undefined) return count;
  if (name === "skew") {
    if (unit !== "ppm") {
      throw new RangeError("expected parts per million for skew, such as skew>50ppm");
    }
    return boundedMetric(
      ({ state: { skewLowerPpm, skewUpperPpm } }) => bounds(skewLowerPpm, skewUpperPpm),
      "ppm",
      whyUndecided,
    );
  }
  if (name === "offset") {
    checkTimeUnit(name, unit);
    return boundedMetric(
      ({ state: { lowerMs, upperMs } }) => bounds(lowerMs, upperMs),
      "ms",
      whyUndecided,
    );
  }
  throw new RangeError(`expected one of ${CLOCK_METRICS.join(", ")}`);
}

function bounds(lower: number | undefined, upper: number | undefined) {
  return lower === undefined || upper === undefined ? undefined : { lower, upper };
}

function whyUndecided({ state, counters }: ClockEvent): string {
  return undecidedReason(state, counters.received) ?? "not decided";
}
