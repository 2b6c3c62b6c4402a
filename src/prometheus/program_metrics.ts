/** The metrics of groups, of this machine and of the exporter itself. */

import type { Metric } from "./metric.ts";

/** A group of targets, and its socket. */
export const GROUP_METRICS = {
  targets: { name: "targets", type: "gauge", help: "Targets of the group", labels: ["group"] },
  answering: {
    name: "answering_targets",
    type: "gauge",
    help: "Targets whose latest probe was answered",
    labels: ["group"],
  },
  queue: {
    name: "queue_seconds",
    type: "histogram",
    unit: "seconds",
    help: "Wait of answered probes in this machine's own egress queue",
    labels: ["group"],
  },
  socketDrops: {
    name: "socket_dropped_datagrams",
    type: "counter",
    help: "Datagrams that the kernel dropped because the receive buffer was full",
    labels: ["group"],
  },
  failedCalls: {
    name: "socket_failed_calls",
    type: "counter",
    help: "System calls on the socket that failed for a reason of this machine",
    labels: ["group"],
  },
  strays: {
    name: "stray_datagrams",
    type: "counter",
    help: "Datagrams that answer no probe; kind is malformed, foreign or unmatched",
    labels: ["group", "kind"],
  },
} as const satisfies Record<string, Metric>;

/** What the clocks of a group show together. */
export const CONSENSUS_METRICS = {
  lower: {
    name: "consensus_offset_lower_seconds",
    type: "gauge",
    unit: "seconds",
    help: "The clocks that agree are at least this far ahead of ours",
    labels: ["group"],
  },
  upper: {
    name: "consensus_offset_upper_seconds",
    type: "gauge",
    unit: "seconds",
    help: "The clocks that agree are at most this far ahead of ours",
    labels: ["group"],
  },
  clocks: {
    name: "consensus_clocks",
    type: "gauge",
    help: "Usable clocks; state is agreeing or outside",
    labels: ["group", "state"],
  },
  isOff: {
    name: "consensus_local_clock_off",
    type: "gauge",
    help:
      "1 if most clocks of the group show ours to be off, 0 if they show it right; absent if neither",
    labels: ["group"],
  },
} as const satisfies Record<string, Metric>;

/** The clock of this machine, as the kernel reports it (adjtimex(2)). */
export const LOCAL_CLOCK_METRICS = {
  synchronised: {
    name: "local_clock_synchronised",
    type: "gauge",
    help: "1 if a program keeps the clock of this machine right, otherwise 0",
    labels: [],
  },
  offset: {
    name: "local_clock_offset_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Correction that the kernel has still to apply to the clock of this machine",
    labels: [],
  },
  maximumError: {
    name: "local_clock_maximum_error_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Bound of the error of this machine's clock, by the program that keeps it",
    labels: [],
  },
  estimatedError: {
    name: "local_clock_estimated_error_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Estimated error of this machine's clock, by the program that keeps it",
    labels: [],
  },
  frequency: {
    name: "local_clock_frequency_ratio",
    type: "gauge",
    unit: "ratio",
    help: "Correction of the rate of this machine's clock",
    labels: [],
  },
} as const satisfies Record<string, Metric>;

/** What the exporter says of itself. */
export const EXPORTER_METRICS = {
  build: {
    name: "build_info",
    type: "gauge",
    help: "1; the labels name the version of icmptime and of its runtime",
    labels: ["version", "runtime"],
  },
  stampSource: {
    name: "stamps_info",
    type: "gauge",
    help: "1; source says whether the kernel or this program takes the local stamps",
    labels: ["group", "source"],
  },
  reloadSuccessful: {
    name: "config_last_reload_successful",
    type: "gauge",
    help:
      "1 if the latest configuration is in use, 0 if it was refused and the one before is in use",
    labels: [],
  },
  reloadTime: {
    name: "config_last_reload_success_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    help: "When the configuration in use was read, Unix time",
    labels: [],
  },
  requests: {
    name: "http_requests",
    type: "counter",
    help: "Answered requests; path is one of the served paths or other",
    labels: ["path", "code"],
  },
  connections: {
    name: "http_connections",
    type: "gauge",
    help: "Open connections to the exporter",
    labels: [],
  },
  refusedConnections: {
    name: "http_refused_connections",
    type: "counter",
    help: "Connections closed by the exporter; reason is limit, malformed, timeout or slow",
    labels: ["reason"],
  },
  probeRefusals: {
    name: "probe_refused",
    type: "counter",
    help: "Requests to /probe that were refused; reason is disabled, module, target or busy",
    labels: ["reason"],
  },
  renderTime: {
    name: "render_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Processor time that the latest answer of /metrics took",
    labels: [],
  },
} as const satisfies Record<string, Metric>;

/** The process, named as in other exporters: these names have no prefix. */
export const PROCESS_METRICS = {
  cpu: {
    name: "process_cpu_seconds",
    type: "counter",
    unit: "seconds",
    help: "Processor time of user and system",
    labels: [],
  },
  resident: {
    name: "process_resident_memory_bytes",
    type: "gauge",
    unit: "bytes",
    help: "Resident memory",
    labels: [],
  },
  openFiles: {
    name: "process_open_fds",
    type: "gauge",
    help: "Open file descriptors",
    labels: [],
  },
  maxFiles: {
    name: "process_max_fds",
    type: "gauge",
    help: "Limit of open file descriptors",
    labels: [],
  },
  startTime: {
    name: "process_start_time_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Start of the process, Unix time",
    labels: [],
  },
} as const satisfies Record<string, Metric>;
