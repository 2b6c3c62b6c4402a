/** docs/metrics.md, from the tables of the exporter. */

import { CHANGE_BUCKETS_S, QUEUE_BUCKETS_S, RTT_BUCKETS_S } from "../src/prometheus/buckets.ts";
import type { Metric } from "../src/prometheus/metric.ts";
import { METRIC_CHAPTERS, queryName } from "../src/prometheus/registry.ts";
import { CLOCK_REASONS } from "../src/exporter/clock_reason.ts";
import { table } from "./markdown_table.ts";

/** The text of docs/metrics.md. */
export function formatMetrics(): string {
  return [
    INTRODUCTION,
    ...METRIC_CHAPTERS.flatMap(({ title, about, metrics }) => [
      `## ${title}`,
      `${about}.`,
      table(["name", "type", "labels", "meaning"], metrics.map(rowOf)),
    ]),
    "## Reasons",
    "The label `reason` of `icmptime_clock_usable` is empty where the value is 1, and otherwise one of these.",
    table(
      ["reason", "meaning"],
      Object.entries(CLOCK_REASONS).map(([meaning, reason]) => [code(reason), `${meaning}.`]),
    ),
    "## Buckets",
    "Upper bounds in seconds, unless the configuration sets others.",
    table(["histogram", "bounds"], [
      [code("icmptime_rtt_seconds"), RTT_BUCKETS_S.join(", ")],
      [code("icmptime_delay_change_seconds"), CHANGE_BUCKETS_S.join(", ")],
      [code("icmptime_queue_seconds"), QUEUE_BUCKETS_S.join(", ")],
    ]),
  ].join("\n\n") + "\n";
}

function rowOf(metric: Metric): string[] {
  const labels = metric.labels.map(code).join(", ");
  return [code(queryName(metric)), metric.type, labels, `${metric.help}.`];
}

function code(text: string): string {
  return "`" + text + "`";
}

const INTRODUCTION = `# Metrics

Made by \`deno task docs\` from the tables in \`src/exporter\`; a test compares. \`icmptime exporter\` serves them at \`/metrics\`.

Names, types, labels and meanings are frozen: they change with a new major version alone. Metrics and labels may be added at any time.
Units are base units: seconds, bytes, and ratios where other documents have per cent or parts per million.

\`group\` is the name of a group of the configuration, \`default\` for hosts of the command line. \`target\` is the host as it was written there.
A group may add labels of its own to all series of its targets. \`direction\` is \`out\` or \`back\`.

Every probe ends as exactly one of received, lost, ICMP error or unsent, and is counted when that is known. The share that was lost:

\`\`\`
1 - rate(icmptime_received_total[5m]) / (rate(icmptime_sent_total[5m]) + rate(icmptime_unsent_total[5m]))
\`\`\``;
