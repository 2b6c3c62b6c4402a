/** Conditions on the statistics of a target: `loss>5%`, `rtt.p95>50ms`, `offset>100ms`, `back.change>20ms`. */

import type { Summary } from "../stats/mod.ts";
import {
  boundedMetric,
  checkTimeUnit,
  COUNT_NAMES,
  countMetric,
  type Metric,
  type Unit,
} from "./condition_metric.ts";
import { type Condition, readCondition } from "./condition_syntax.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** Delays that a condition can look at, by the name it uses. */
const DELAYS: Readonly<Record<string, (summary: TargetSummary) => Summary | undefined>> = {
  "rtt": (summary) => summary.rttMs,
  "queue": (summary) => summary.queueMs,
  "out": (summary) => summary.outMs,
  "back": (summary) => summary.backMs,
  "out.jitter": (summary) => summary.outJitterMs,
  "back.jitter": (summary) => summary.backJitterMs,
  "out.change": (summary) => summary.outChangeMs,
  "back.change": (summary) => summary.backChangeMs,
};

const PARTS: readonly (keyof Summary)[] = ["min", "median", "mean", "p95", "max", "stddev"];

/** Every metric that a condition can look at. */
export const METRICS: readonly string[] = [
  ...COUNT_NAMES,
  "flags",
  "offset",
  ...Object.keys(DELAYS).flatMap((name) => [name, ...PARTS.map((part) => `${name}.${part}`)]),
];

/**
 * Reads a condition: comparisons of metrics with numbers, which have `%`, `us`, `ms`, `s` or nothing as their unit,
 * and the flags of replies.
 *
 * @param flagNames every flag that a reply can have
 * @throws {RangeError} It cannot be read; the message says what is expected.
 */
export function parseCondition(
  text: string,
  flagNames: readonly string[] = [],
): Condition<TargetSummary> {
  const flags = ({ flags = new Map() }: TargetSummary) => [...flags.keys()];
  return readCondition(text, { findMetric, flags, flagNames });
}

function findMetric(name: string, unit: Unit): Metric<TargetSummary> {
  const count = countMetric<TargetSummary>(name, unit);
  if (count !== undefined) return count;
  if (name === "offset") {
    checkTimeUnit(name, unit);
    return boundedMetric(
      ({ offset }) => offset && { lower: offset.lowerMs, upper: offset.upperMs },
      "ms",
      whyUnmeasured,
    );
  }
  const dot = name.lastIndexOf(".");
  const part = PARTS.find((each) => each === name.slice(dot + 1));
  const delayName = part === undefined ? name : name.slice(0, dot);
  const delay = Object.hasOwn(DELAYS, delayName) ? DELAYS[delayName] : undefined;
  if (delay === undefined) {
    const names = [...COUNT_NAMES, "offset", ...Object.keys(DELAYS)].join(", ");
    throw new RangeError(
      `expected one of ${names}, a delay with .${PARTS.join(", .")} if you like`,
    );
  }
  checkTimeUnit(name, unit);
  return {
    read: (summary) => delay(summary)?.[part ?? "median"],
    format: (value) => `${Number(value.toFixed(3))} ms`,
    whyUnknown: delayName === "queue" ? whyNoQueue : whyUnmeasured,
  };
}

/** Why nothing is known of our own queue. */
function whyNoQueue({ counters }: TargetSummary): string {
  return counters.received === 0 ? "no reply" : "the kernel does not stamp what leaves here";
}

/** Why a target has no delays or no offset. */
function whyUnmeasured({ counters, outMs, host }: TargetSummary): string {
  if (counters.received === 0) return "no reply";
  if (host?.isWithdrawn && host.stamps > 0) return "the timestamps do not keep time";
  if (host?.hasMoved === false) return "all timestamps are the same";
  if (host?.tick === "unknown") return "the tick of the remote clock is unknown";
  return outMs === undefined ? "no reply has usable timestamps" : "too few replies";
}
