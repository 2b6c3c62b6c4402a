/** All metrics, in the order of the exposition. */

import { type Metric, METRIC_PREFIX } from "./metric.ts";
import {
  CONSENSUS_METRICS,
  EXPORTER_METRICS,
  GROUP_METRICS,
  LOCAL_CLOCK_METRICS,
  PROCESS_METRICS,
} from "./program_metrics.ts";
import { RUN_METRICS } from "./run_metrics.ts";
import {
  CLOCK_METRICS,
  COUNTER_METRICS,
  HISTOGRAM_METRICS,
  STATE_METRICS,
} from "./target_metrics.ts";

/** Metrics that belong together. */
export interface MetricChapter {
  /** Heading. */
  readonly title: string;
  /** One sentence, without its full stop. */
  readonly about: string;
  /** In the order of an answer. */
  readonly metrics: readonly Metric[];
}

/** Every metric, by what it is of. */
export const METRIC_CHAPTERS: readonly MetricChapter[] = [
  {
    title: "Probes of a target",
    about: "Totals since the exporter began to probe the target; a reload of the configuration " +
      "that keeps the target keeps them, and so does a name that moves to another address",
    metrics: Object.values(COUNTER_METRICS),
  },
  {
    title: "Delays of a target",
    about: "Buckets are chosen by the configuration; the defaults are below",
    metrics: Object.values(HISTOGRAM_METRICS),
  },
  {
    title: "State of a target",
    about: "What the latest probes show. A gauge without a value yet is absent",
    metrics: Object.values(STATE_METRICS),
  },
  {
    title: "Clock of a target",
    about:
      "Absent for echo requests, and but for icmptime_clock_usable and icmptime_clock_restarts_total " +
      "while the replies do not say what the clock shows",
    metrics: Object.values(CLOCK_METRICS),
  },
  {
    title: "A group",
    about: "A group of targets shares a socket and a schedule",
    metrics: Object.values(GROUP_METRICS),
  },
  {
    title: "The clocks of a group together",
    about:
      "What more than half of the usable clocks of a group agree on; absent for fewer than two",
    metrics: Object.values(CONSENSUS_METRICS),
  },
  {
    title: "This machine's clock",
    about: "As the kernel reports it (adjtimex(2)); absent where it does not",
    metrics: Object.values(LOCAL_CLOCK_METRICS),
  },
  {
    title: "The exporter",
    about: "The program itself",
    metrics: Object.values(EXPORTER_METRICS),
  },
  {
    title: "The process",
    about:
      "The names that most exporters use. What the system does not let the process read is absent",
    metrics: Object.values(PROCESS_METRICS),
  },
  {
    title: "One run",
    about: "What /probe answers, and --format prometheus of a command that ends. Its numbers do " +
      "not grow, so all of them are gauges; /probe leaves out group and target",
    metrics: Object.values(RUN_METRICS),
  },
];

/** Names without a prefix: those of other exporters. */
const SHARED_NAMES = /^(?:process|probe_(?:success|duration))/;

/** Full name of a family, as OpenMetrics has it: without `_total`. */
export function familyName({ name }: Metric): string {
  return SHARED_NAMES.test(name) ? name : METRIC_PREFIX + name;
}

/** Name as queries use it: of a counter with `_total`. */
export function queryName(metric: Metric): string {
  return metric.type === "counter" ? `${familyName(metric)}_total` : familyName(metric);
}
