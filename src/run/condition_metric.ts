/** What a condition can measure: a value with its unit, the counters of probes, and quantities between bounds. */

import type { ProbeCounters } from "../stats/mod.ts";

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
  /** It is known between bounds, so that it equals no number. */
  readonly isBounded?: boolean;
}

/** Two bounds between which a quantity lies. */
export interface Bounds {
  /** Not less than this. */
  readonly lower: number;
  /** Not more than this. */
  readonly upper: number;
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
    isBounded: true,
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
