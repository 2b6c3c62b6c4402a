/** What a metric is: the shape of the table from which exposition and docs/metrics.md follow. */

/** Types of the Prometheus text format that are used. */
export type MetricType = "counter" | "gauge" | "histogram";

/** Base units (https://prometheus.io/docs/practices/naming/#base-units); undefined for a number of things or a truth value. */
export type MetricUnit = "seconds" | "bytes" | "ratio";

/** A family of series. */
export interface Metric {
  /** Name without `icmptime_`, and for counters without `_total`. */
  readonly name: string;
  /** Counter, gauge or histogram. */
  readonly type: MetricType;
  /** Base unit, the last word of the name; undefined where it has none. */
  readonly unit?: MetricUnit;
  /** One sentence without its full stop. */
  readonly help: string;
  /** Names of its labels, besides those of the configuration. */
  readonly labels: readonly string[];
}

/** Prefix of every name but those that other exporters have as well. */
export const METRIC_PREFIX = "icmptime_";

/** Labels of what belongs to one target. */
export const TARGET_LABELS = ["group", "target"] as const;

/** Labels that a configuration cannot set, since series have them already or Prometheus sets them. */
export const RESERVED_LABELS: ReadonlySet<string> = new Set([
  ...TARGET_LABELS,
  ...[
    "address",
    "direction",
    "instance",
    "job",
    "kind",
    "le",
    "quantile",
    "reason",
    "stat",
    "state",
  ],
]);
