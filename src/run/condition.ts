/** Conditions for scripts: `loss>5%`, `rtt.p95>50ms`, `offset>100ms`, `back.change>20ms`. */

import type { ProbeCounters, Summary } from "../stats/mod.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** Spreads that a condition can look at, by the name it uses. */
const SPREADS: Readonly<Record<string, (summary: TargetSummary) => Summary | undefined>> = {
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

/** Counters that a condition can look at, by their keys in a record. */
const COUNTS: Readonly<Record<string, (counters: ProbeCounters) => number>> = {
  "duplicates": (counters) => counters.duplicates,
  "late": (counters) => counters.late,
  "icmp_errors": (counters) => counters.icmpErrors,
  "unsent": (counters) => counters.unsent,
  "lost": (counters) => counters.lost,
};

/** Every metric that a condition can look at. */
export const METRICS: readonly string[] = [
  ...["loss", "offset"],
  ...Object.keys(SPREADS).flatMap((name) => [name, ...PARTS.map((part) => `${name}.${part}`)]),
  ...Object.keys(COUNTS),
];

/** What a condition is for one target. */
export interface ConditionFinding {
  /** The condition is true, or unknown, which counts as true: a host that says nothing must not pass. */
  readonly isMet: boolean;
  /** The value could be measured. */
  readonly isKnown: boolean;
  /** The value with its unit, or why it is unknown. */
  readonly found: string;
}

/** A condition on the statistics of a target. */
export interface Condition {
  /** As the user wrote it. */
  readonly text: string;
  /** Looks at a target. An offset counts only as far as its bounds prove it. */
  readonly find: (summary: TargetSummary) => ConditionFinding;
}

/**
 * Reads a condition: a metric, `>` or `<`, a number with `%`, `us`, `ms`, `s` or nothing.
 *
 * @throws {RangeError} It cannot be read; the message names what is expected.
 */
export function parseCondition(text: string): Condition {
  // Trimmed first: two runs of blanks side by side would be tried against each other.
  const match = /^([a-z._0-9]+)\s*([<>])\s*(\d+(?:\.\d*)?|\.\d+)\s*(%|us|µs|ms|s)?$/.exec(
    text.trim(),
  );
  if (match === null) {
    throw new RangeError(
      "expected a metric, > or <, and a number, such as loss>5% or rtt.p95>50ms",
    );
  }
  const [, metric = "", sign = ">", number = "", unit] = match;
  const measure = findMeasure(metric, unit);
  const limit = Number(number) * scaleOf(unit);
  return {
    text: text.trim(),
    find(summary) {
      const value = measure.read(summary, sign === ">");
      if (value === undefined) {
        return { isMet: true, isKnown: false, found: measure.whyUnknown(summary) };
      }
      const isMet = sign === ">" ? value > limit : value < limit;
      return { isMet, isKnown: true, found: measure.format(value, summary) };
    },
  };
}

/** Says of a condition that is met what it is: `host: loss>5% is true, it is 25 %`. */
export function formatFinding(
  label: string,
  text: string,
  { isKnown, found }: ConditionFinding,
): string {
  return isKnown
    ? `${label}: ${text} is true, it is ${found}`
    : `${label}: ${text} counts as true, it is unknown: ${found}`;
}

interface Measure {
  /** `above`: the condition asks whether the value is above its limit. */
  readonly read: (summary: TargetSummary, above: boolean) => number | undefined;
  readonly format: (value: number, summary: TargetSummary) => string;
  /** Called where `read` gives nothing. */
  readonly whyUnknown: (summary: TargetSummary) => string;
}

function findMeasure(metric: string, unit: string | undefined): Measure {
  if (metric === "loss") {
    if (unit !== "%") throw new RangeError("expected a percentage for loss, such as loss>5%");
    return {
      read: ({ counters: { lossRatio } }) => lossRatio === undefined ? undefined : lossRatio * 100,
      format: (value) => `${Number(value.toFixed(2))} %`,
      whyUnknown: () => "no probe is settled",
    };
  }
  const count = Object.hasOwn(COUNTS, metric) ? COUNTS[metric] : undefined;
  if (count !== undefined) {
    if (unit !== undefined) throw new RangeError(`expected a bare number for ${metric}`);
    return { read: ({ counters }) => count(counters), format: String, whyUnknown: () => "" };
  }
  if (unit === undefined || unit === "%") {
    throw new RangeError(`expected a time for ${metric}, such as ${metric}>50ms`);
  }
  const format = (value: number) => `${Number(value.toFixed(3))} ms`;
  if (metric === "offset") {
    return {
      read: ({ offset }, above) => provenOffset(offset, above),
      format: (_, { offset }) => formatBounds(offset),
      whyUnknown: whyUnmeasured,
    };
  }
  const dot = metric.lastIndexOf(".");
  const part = PARTS.find((name) => name === metric.slice(dot + 1));
  const name = part === undefined ? metric : metric.slice(0, dot);
  const spread = Object.hasOwn(SPREADS, name) ? SPREADS[name] : undefined;
  if (spread === undefined) {
    const names = ["loss", "offset", ...Object.keys(SPREADS), ...Object.keys(COUNTS)].join(", ");
    throw new RangeError(
      `expected one of ${names}, a spread with .${PARTS.join(", .")} if you like`,
    );
  }
  return {
    read: (summary) => spread(summary)?.[part ?? "median"],
    format,
    whyUnknown: name === "queue" ? whyNoQueue : whyUnmeasured,
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

/** The bounds with their signs, rounded outwards to the microsecond. */
function formatBounds(offset: TargetSummary["offset"]): string {
  const { lowerMs = NaN, upperMs = NaN } = offset ?? {};
  return `between ${Math.floor(lowerMs * 1e3) / 1e3} and ${Math.ceil(upperMs * 1e3) / 1e3} ms`;
}

/** Distance of the offset from zero that the bounds prove: the least for `>`, the most for `<`. */
function provenOffset(
  offset: { readonly lowerMs: number; readonly upperMs: number } | undefined,
  above: boolean,
): number | undefined {
  if (offset === undefined) return undefined;
  const { lowerMs, upperMs } = offset;
  if (above) return lowerMs > 0 ? lowerMs : upperMs < 0 ? -upperMs : 0;
  return Math.max(Math.abs(lowerMs), Math.abs(upperMs));
}

function scaleOf(unit: string | undefined): number {
  if (unit === "s") return 1e3;
  return unit === "us" || unit === "µs" ? 1e-3 : 1;
}
