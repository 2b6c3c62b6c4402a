/** The metrics of one finished run, for /probe and for `--format prometheus`. */

import { type Metric, TARGET_LABELS } from "./metric.ts";

const PER_TARGET = [...TARGET_LABELS];

/** Of a run that is over: its numbers do not grow, so all of them are gauges. */
export const RUN_METRICS = {
  success: {
    name: "probe_success",
    type: "gauge",
    help: "1 if a probe of the run was answered, otherwise 0",
    labels: [],
  },
  duration: {
    name: "probe_duration_seconds",
    type: "gauge",
    unit: "seconds",
    help: "How long the run took",
    labels: [],
  },
  probes: {
    name: "run_probes",
    type: "gauge",
    help: "Probes of the run; state is sent, received, lost, icmp_error, unsent, duplicate or late",
    labels: [...PER_TARGET, "state"],
  },
  rtt: {
    name: "run_rtt_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Round-trip times of the run; stat is min, median, mean, p95, max or stddev",
    labels: [...PER_TARGET, "stat"],
  },
  delayChange: {
    name: "run_delay_change_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Delays of one direction of the run above their running minimum",
    labels: [...PER_TARGET, "direction", "stat"],
  },
  jitter: {
    name: "run_jitter_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Delay variation of one direction between consecutive probes of the run",
    labels: [...PER_TARGET, "direction", "stat"],
  },
  queue: {
    name: "run_queue_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Waits of the run's probes in this machine's own egress queue",
    labels: [...PER_TARGET, "stat"],
  },
} as const satisfies Record<string, Metric>;
