/** Conditions for scripts: a metric, `>` or `<`, and a number with its unit, such as `loss>5%`. */

import type { ProbeCounters } from "../stats/mod.ts";

/** What a condition is for one target. */
export interface ConditionFinding {
  /** The condition is true, or unknown, which counts as true: a host that says nothing must not pass. */
  readonly isMet: boolean;
  /** The value could be measured. */
  readonly isKnown: boolean;
  /** The value with its unit, or why it is unknown. */
  readonly found: string;
}

/** A condition on what is known of a target. */
export interface Condition<S> {
  /** As the user wrote it. */
  readonly text: string;
  /** Looks at a target. An offset or a skew counts only as far as its bounds prove it. */
  readonly find: (source: S) => ConditionFinding;
}

/** Units that a number can have; `undefined` is none. */
export type Unit = "%" | "us" | "µs" | "ms" | "s" | "ppm" | undefined;

/** Something that can be measured of a target. */
export interface Metric<S> {
  /**
   * Its value in percent, milliseconds, ppm or as a count; undefined where it is unknown.
   *
   * @param above whether the condition is true above its limit
   */
  readonly read: (source: S, above: boolean) => number | undefined;
  /** The value with its unit. */
  readonly format: (value: number, source: S) => string;
  /** Called where `read` gives nothing. */
  readonly whyUnknown: (source: S) => string;
}

/** Two bounds between which a quantity lies. */
export interface Bounds {
  /** Not less than this. */
  readonly lower: number;
  /** Not more than this. */
  readonly upper: number;
}

/**
 * Reads a condition.
 *
 * @param findMetric finds a metric by its name; throws a RangeError where there is none, or the unit is not one of the metric's
 * @throws {RangeError} It cannot be read; the message says what is expected.
 */
export function readCondition<S>(
  text: string,
  findMetric: (name: string, unit: Unit) => Metric<S>,
): Condition<S> {
  // Trimmed first: two runs of blanks side by side would be tried against each other.
  const match = /^([a-z._0-9]+)\s*([<>])\s*(\d+(?:\.\d*)?|\.\d+)\s*(%|us|µs|ms|s|ppm)?$/.exec(
    text.trim(),
  );
  if (match === null) {
    throw new RangeError(
      "expected a metric, > or <, and a number, such as loss>5% or offset>100ms",
    );
  }
  const [, name = "", sign = ">", number = "", unit] = match;
  const metric = findMetric(name, unit as Unit);
  const limit = Number(number) * scaleOf(unit);
  return {
    text: text.trim(),
    find(source) {
      const value = metric.read(source, sign === ">");
      if (value === undefined) {
        return { isMet: true, isKnown: false, found: metric.whyUnknown(source) };
      }
      const isMet = sign === ">" ? value > limit : value < limit;
      return { isMet, isKnown: true, found: metric.format(value, source) };
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

/** Counters that a condition can look at, by their keys in a record. */
const COUNTS: Readonly<Record<string, (counters: ProbeCounters) => number>> = {
  "duplicates": (counters) => counters.duplicates,
  "late": (counters) => counters.late,
  "icmp_errors": (counters) => counters.icmpErrors,
  "unsent": (counters) => counters.unsent,
  "lost": (counters) => counters.lost,
};

/** Names of the metrics that {@linkcode countMetric} finds. */
export const COUNT_NAMES: readonly string[] = ["loss", ...Object.keys(COUNTS)];

/**
 * A metric of the counters of a target; undefined for another name.
 *
 * @throws {RangeError} The unit is not one of the metric.
 */
export function countMetric<S extends { readonly counters: ProbeCounters }>(
  name: string,
  unit: Unit,
): Metric<S> | undefined {
  if (name === "loss") {
    if (unit !== "%") throw new RangeError("expected a percentage for loss, such as loss>5%");
    return {
      read: ({ counters: { lossRatio } }) => lossRatio === undefined ? undefined : lossRatio * 100,
      format: (value) => `${Number(value.toFixed(2))} %`,
      whyUnknown: () => "no probe is settled",
    };
  }
  const count = Object.hasOwn(COUNTS, name) ? COUNTS[name] : undefined;
  if (count === undefined) return undefined;
  if (unit !== undefined) throw new RangeError(`expected a bare number for ${name}`);
  return { read: ({ counters }) => count(counters), format: String, whyUnknown: () => "" };
}

/**
 * Refuses a unit that is none of time.
 *
 * @throws {RangeError} naming the metric
 */
export function checkTimeUnit(name: string, unit: Unit): void {
  if (unit === undefined || unit === "%" || unit === "ppm") {
    throw new RangeError(`expected a time for ${name}, such as ${name}>50ms`);
  }
}

/** A metric of a quantity that is known between bounds: its distance from zero, as far as they prove it. */
export function boundedMetric<S>(
  read: (source: S) => Bounds | undefined,
  unit: "ms" | "ppm",
  whyUnknown: (source: S) => string,
): Metric<S> {
  return {
    read: (source, above) => provenDistance(read(source), above),
    format: (_, source) => `${formatBounds(read(source))} ${unit}`,
    whyUnknown,
  };
}

/** Distance from zero that bounds prove: the least for `>`, the most for `<`. */
function provenDistance(bounds: Bounds | undefined, above: boolean): number | undefined {
  if (bounds === undefined) return undefined;
  const { lower, upper } = bounds;
  if (above) return lower > 0 ? lower : upper < 0 ? -upper : 0;
  return Math.max(Math.abs(lower), Math.abs(upper));
}

/** Bounds with their signs, rounded outwards to three digits. */
function formatBounds({ lower, upper }: Bounds = { lower: NaN, upper: NaN }): string {
  return `between ${Math.floor(lower * 1e3) / 1e3} and ${Math.ceil(upper * 1e3) / 1e3}`;
}

function scaleOf(unit: string | undefined): number {
  if (unit === "s") return 1e3;
  return unit === "us" || unit === "µs" ? 1e-3 : 1;
}
