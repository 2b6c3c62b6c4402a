/** Metrics that only `--format prometheus` of audit has, beside those of a run. */

import { type Metric, TARGET_LABELS } from "../../prometheus/metric.ts";

/** What an audit found, as gauges: an audit ends. */
export const AUDIT_METRICS = {
  hosts: {
    name: "audit_hosts",
    type: "gauge",
    help:
      "Hosts and addresses of the audit; verdict is right, wrong, unreadable, silent or icmp_error",
    labels: ["group", "verdict"],
  },
  verdict: {
    name: "audit_verdict",
    type: "gauge",
    help: "1; verdict says what the audit found about the clock of the host",
    labels: [...TARGET_LABELS, "verdict"],
  },
  label: {
    name: "audit_label",
    type: "gauge",
    help: "1; label says how the timestamps of the host count, or how it answers",
    labels: [...TARGET_LABELS, "label"],
  },
} as const satisfies Record<string, Metric>;
