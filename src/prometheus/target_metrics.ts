/** The metrics of one target. */

import { type Metric, TARGET_LABELS } from "./metric.ts";

const PER_TARGET = [...TARGET_LABELS];
const PER_DIRECTION = [...TARGET_LABELS, "direction"];

/** What became of the probes. */
export const COUNTER_METRICS = {
  sent: {
    name: "sent",
    type: "counter",
    help: "Probes that the kernel took and whose end is known",
    labels: PER_TARGET,
  },
  received: {
    name: "received",
    type: "counter",
    help: "Probes that were answered in time",
    labels: PER_TARGET,
  },
  lost: {
    name: "lost",
    type: "counter",
    help: "Probes whose time ran out",
    labels: PER_TARGET,
  },
  icmpErrors: {
    name: "icmp_errors",
    type: "counter",
    help: "Probes that an ICMP error ended",
    labels: PER_TARGET,
  },
  unsent: {
    name: "unsent",
    type: "counter",
    help: "Probes that the kernel did not take; they are not in icmptime_sent_total",
    labels: PER_TARGET,
  },
  duplicates: {
    name: "duplicates",
    type: "counter",
    help: "Further replies to probes that were answered already",
    labels: PER_TARGET,
  },
  late: {
    name: "late",
    type: "counter",
    help: "Replies that came after the time of their probe had run out",
    labels: PER_TARGET,
  },
  droppedByUs: {
    name: "dropped_here",
    type: "counter",
    help: "Lost probes whose replies the receive buffer of this machine may have dropped",
    labels: PER_TARGET,
  },
} as const satisfies Record<string, Metric>;

/** Delays over time. */
export const HISTOGRAM_METRICS = {
  rtt: {
    name: "rtt_seconds",
    type: "histogram",
    unit: "seconds",
    help: "Round-trip time, by the local clock alone",
    labels: PER_TARGET,
  },
  delayChange: {
    name: "delay_change_seconds",
    type: "histogram",
    unit: "seconds",
    help: "Delay of one direction above the least of its last minute, free of clock offsets",
    labels: PER_DIRECTION,
  },
} as const satisfies Record<string, Metric>;

/** What the latest probes of a target show. */
export const STATE_METRICS = {
  up: {
    name: "up",
    type: "gauge",
    help: "1 if the latest probe whose end is known was answered, otherwise 0",
    labels: PER_TARGET,
  },
  lastReply: {
    name: "last_reply_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    help: "When the latest reply arrived, Unix time",
    labels: PER_TARGET,
  },
  latestRtt: {
    name: "latest_rtt_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Round-trip time of the latest reply",
    labels: PER_TARGET,
  },
  latestDelayChange: {
    name: "latest_delay_change_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Delay of one direction above the least of its last minute, of the latest reply",
    labels: PER_DIRECTION,
  },
  latestQueue: {
    name: "latest_queue_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Wait of the latest answered probe in this machine's own egress queue",
    labels: PER_TARGET,
  },
  jitter: {
    name: "jitter_seconds",
    type: "gauge",
    unit: "seconds",
    help:
      "Delay variation of one direction between consecutive probes, smoothed by 1/16 (RFC 3550 6.4.1)",
    labels: PER_DIRECTION,
  },
  resolved: {
    name: "resolved",
    type: "gauge",
    help: "1 if the address of the target is known, otherwise 0",
    labels: PER_TARGET,
  },
  info: {
    name: "target_info",
    type: "gauge",
    help: "1; the labels say at which address the target is probed, and with which message",
    labels: [...TARGET_LABELS, "address", "kind"],
  },
} as const satisfies Record<string, Metric>;

/** The clock of a target. */
export const CLOCK_METRICS = {
  offset: {
    name: "clock_offset_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Remote clock minus ours, if the fastest ways out and back take equally long",
    labels: PER_TARGET,
  },
  offsetLower: {
    name: "clock_offset_lower_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Remote clock minus ours is at least this, however long either direction takes",
    labels: PER_TARGET,
  },
  offsetUpper: {
    name: "clock_offset_upper_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Remote clock minus ours is at most this, however long either direction takes",
    labels: PER_TARGET,
  },
  skew: {
    name: "clock_skew_ratio",
    type: "gauge",
    unit: "ratio",
    help: "Rate of the remote clock against ours, minus one; 1e-6 is one part per million",
    labels: PER_TARGET,
  },
  skewLower: {
    name: "clock_skew_lower_ratio",
    type: "gauge",
    unit: "ratio",
    help: "The skew is at least this",
    labels: PER_TARGET,
  },
  skewUpper: {
    name: "clock_skew_upper_ratio",
    type: "gauge",
    unit: "ratio",
    help: "The skew is at most this",
    labels: PER_TARGET,
  },
  tick: {
    name: "clock_tick_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Resolution that the remote stamps show",
    labels: PER_TARGET,
  },
  usable: {
    name: "clock_usable",
    type: "gauge",
    help: "1 if the replies say what the clock shows; otherwise 0, with the reason",
    labels: [...TARGET_LABELS, "reason"],
  },
  restarts: {
    name: "clock_restarts",
    type: "counter",
    help: "How often the measurement of the clock began again, because a clock stepped or changed",
    labels: PER_TARGET,
  },
} as const satisfies Record<string, Metric>;
