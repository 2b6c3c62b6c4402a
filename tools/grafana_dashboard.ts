/**
 * `deno task dashboard [--check]`: makes packaging/grafana/icmptime.json. Grafana's own builders and types make it, so its shape is
 * what they publish. With `--check` it only reports, by exit code 1, that the file is out of date.
 */

import { chart, formatDashboard, heatmap, stat, table } from "./grafana_panels.ts";
import { runTool, say, ToolError } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";

const PATH = "packaging/grafana/icmptime.json";
/** Series of targets, of groups and of exporters that are shown. */
const TARGETS = 'instance=~"$exporter", group=~"$group", target=~"$target"';
const GROUPS = 'instance=~"$exporter", group=~"$group"';
const EXPORTERS = 'instance=~"$exporter"';
/** As long as Grafana thinks fit for the distance of samples and of pixels. */
const RANGE = "$__rate_interval";

/** What a clock is wrong by at least, with its sign; 0 while its bounds allow that it is right. */
const CLOCK_ERROR = `clamp_min(icmptime_clock_offset_lower_seconds{${TARGETS}}, 0) ` +
  `+ clamp_max(icmptime_clock_offset_upper_seconds{${TARGETS}}, 0)`;

/** A mean of a histogram. */
function mean(metric: string, labels: string): string {
  return `rate(${metric}_sum{${labels}}[${RANGE}]) / (rate(${metric}_count{${labels}}[${RANGE}]) > 0)`;
}

/** Share of the probes without an answer, unsent ones included. */
function loss(range: string): string {
  const rate = (name: string) => `rate(icmptime_${name}_total{${TARGETS}}[${range}])`;
  return `clamp(1 - ${rate("received")} / ((${rate("sent")} + ${rate("unsent")}) > 0), 0, 1)`;
}

/** One sample for each target: other labels would be columns of a table. */
function perTarget(expr: string): string {
  return `sum by (group, target) (${expr})`;
}

const OVERVIEW = [
  stat(
    {
      title: "Targets that answer",
      description: "Share of the targets whose latest probe was answered.",
      unit: "percentunit",
    },
    `sum(icmptime_up{${TARGETS}}) / count(icmptime_up{${TARGETS}})`,
    [1, 0.9],
  ),
  stat(
    {
      title: "Worst loss, 5 min",
      description: "The target with the largest share of unanswered probes, unsent ones included.",
      unit: "percentunit",
    },
    `max(${loss("5m")})`,
    [0.01, 0.05],
  ),
  stat(
    {
      title: "Slowest direction, 5 min",
      description: "Largest mean delay of one direction above its least of a minute.",
      unit: "s",
    },
    `max(rate(icmptime_delay_change_seconds_sum{${TARGETS}}[5m]) ` +
      `/ (rate(icmptime_delay_change_seconds_count{${TARGETS}}[5m]) > 0))`,
    [0.01, 0.05],
  ),
  stat(
    {
      title: "Clocks wrong by 1 s or more",
      description: "Clocks whose bounds exclude that they are within a second of ours.",
      unit: "none",
    },
    `count(abs(${CLOCK_ERROR}) > 1) or vector(0)`,
    [1, 3],
  ),
  stat(
    {
      title: "Our own clock is off by",
      description: "At least, if most clocks of the group are right; absent without a majority.",
      unit: "s",
    },
    `max(clamp_min(icmptime_consensus_offset_lower_seconds{${GROUPS}}, 0) ` +
      `- clamp_max(icmptime_consensus_offset_upper_seconds{${GROUPS}}, 0))`,
    [0.01, 0.1],
  ),
  stat(
    {
      title: "Own queue, p95 of 5 min",
      description: "Wait of probes in the egress queue of the machine that probes.",
      unit: "s",
    },
    `max(histogram_quantile(0.95, rate(icmptime_queue_seconds_bucket{${GROUPS}}[5m])))`,
    [0.001, 0.01],
  ),
];

const DELAYS = [
  chart({
    title: "Round trip",
    description: "Mean and 95th percentile, by the local clock alone, without our own queue.",
    unit: "s",
  }, [
    { expr: mean("icmptime_rtt_seconds", TARGETS), legend: "{{target}} mean" },
    {
      expr: `histogram_quantile(0.95, rate(icmptime_rtt_seconds_bucket{${TARGETS}}[${RANGE}]))`,
      legend: "{{target}} p95",
    },
  ]),
  heatmap(
    { title: "Round trips, all targets", description: "How many probes took how long.", unit: "s" },
    `sum by (le) (increase(icmptime_rtt_seconds_bucket{${TARGETS}}[${RANGE}]))`,
  ),
  chart({
    title: "Queues: way out above zero, way back below",
    description:
      "Mean delay of each direction above its least of a minute. Free of the offset of the two clocks.",
    unit: "s",
  }, [
    {
      expr: mean("icmptime_delay_change_seconds", `${TARGETS}, direction="out"`),
      legend: "{{target}} out",
    },
    {
      expr: mean("icmptime_delay_change_seconds", `${TARGETS}, direction="back"`),
      legend: "{{target}} back",
    },
  ], "B"),
  chart({
    title: "Jitter: way out above zero, way back below",
    description: "Delay variation between consecutive probes, smoothed (RFC 3550).",
    unit: "s",
  }, [
    { expr: `icmptime_jitter_seconds{${TARGETS}, direction="out"}`, legend: "{{target}} out" },
    { expr: `icmptime_jitter_seconds{${TARGETS}, direction="back"}`, legend: "{{target}} back" },
  ], "B"),
];

const LOSSES = [
  chart({
    title: "Loss",
    description: "Share of the probes without an answer, unsent ones included.",
    unit: "percentunit",
  }, [{ expr: loss(RANGE), legend: "{{target}}" }]),
  chart(
    {
      title: "What became of the other probes",
      description: "A second, over all targets. dropped here: this machine lost the reply itself.",
      unit: "cps",
    },
    [
      ...[["lost", "lost"], ["icmp_errors", "ICMP error"], ["unsent", "unsent"], ["late", "late"]],
      ...[["duplicates", "duplicate"], ["dropped_here", "dropped here"]],
    ].map(([name = "", legend = ""]) => ({
      expr: `sum(rate(icmptime_${name}_total{${TARGETS}}[${RANGE}]))`,
      legend,
    })),
  ),
];

const CLOCKS = [
  chart({
    title: "Clock offset, and what it lies between",
    description:
      "Remote clock minus ours: the estimate, and bounds that hold however long either direction takes.",
    unit: "s",
  }, [
    { expr: `icmptime_clock_offset_seconds{${TARGETS}}`, legend: "{{target}}" },
    { expr: `icmptime_clock_offset_lower_seconds{${TARGETS}}`, legend: "{{target}} at least" },
    { expr: `icmptime_clock_offset_upper_seconds{${TARGETS}}`, legend: "{{target}} at most" },
  ]),
  chart({
    title: "Wrong by at least",
    description: "0 while the bounds allow that the clock is right. This is what alerts look at.",
    unit: "s",
  }, [{ expr: CLOCK_ERROR, legend: "{{target}}" }]),
  chart({
    title: "Clock rate",
    description: "Rate of the remote clock against ours, minus one.",
    unit: "ppm",
  }, [
    { expr: `1e6 * icmptime_clock_skew_ratio{${TARGETS}}`, legend: "{{target}}" },
  ]),
  chart({
    title: "Our own clock, by the others",
    description: "Most clocks of the group are between these two ahead of ours.",
    unit: "s",
  }, [
    { expr: `icmptime_consensus_offset_lower_seconds{${GROUPS}}`, legend: "{{group}} at least" },
    { expr: `icmptime_consensus_offset_upper_seconds{${GROUPS}}`, legend: "{{group}} at most" },
  ]),
  chart({
    title: "Clocks that say nothing",
    description: "Targets whose replies do not say what the clock shows, by reason.",
    unit: "none",
  }, [{
    expr: `count by (reason) (icmptime_clock_usable{${TARGETS}, reason!=""} == 0)`,
    legend: "{{reason}}",
  }]),
  chart({
    title: "Steps and changes of clocks",
    description: "How often the measurement of a clock began again.",
    unit: "none",
  }, [{
    expr: `increase(icmptime_clock_restarts_total{${TARGETS}}[${RANGE}]) > 0`,
    legend: "{{target}}",
  }]),
];

const MACHINE = [
  chart({
    title: "Own egress queue",
    description: "95th percentile of the wait of probes before they leave the machine that probes.",
    unit: "s",
  }, [{
    expr: `histogram_quantile(0.95, rate(icmptime_queue_seconds_bucket{${GROUPS}}[${RANGE}]))`,
    legend: "{{instance}} {{group}}",
  }]),
  chart({
    title: "Own clock, by the kernel",
    description: "Bound and estimate of its error, by the program that keeps it.",
    unit: "s",
  }, [
    {
      expr: `icmptime_local_clock_maximum_error_seconds{${EXPORTERS}}`,
      legend: "{{instance}} at most",
    },
    {
      expr: `icmptime_local_clock_estimated_error_seconds{${EXPORTERS}}`,
      legend: "{{instance}} estimate",
    },
  ]),
  chart({
    title: "Replies that this machine lost",
    description: "Datagrams dropped by a full receive buffer, and failed calls on the sockets.",
    unit: "cps",
  }, [
    {
      expr: `rate(icmptime_socket_dropped_datagrams_total{${GROUPS}}[${RANGE}])`,
      legend: "{{instance}} {{group}} dropped",
    },
    {
      expr: `rate(icmptime_socket_failed_calls_total{${GROUPS}}[${RANGE}])`,
      legend: "{{instance}} {{group}} failed calls",
    },
  ]),
  chart({
    title: "The exporter's processor time",
    description: "Share of one processor.",
    unit: "percentunit",
  }, [
    {
      expr: `rate(process_cpu_seconds_total{${EXPORTERS}}[${RANGE}]) ` +
        `and on (job, instance) icmptime_build_info{${EXPORTERS}}`,
      legend: "{{instance}}",
    },
  ]),
];

const TABLE = table({
  title: "Targets",
  description: "The latest probe of each target; loss over five minutes.",
}, [
  { title: "Answers", unit: "bool_yes_no", expr: perTarget(`icmptime_up{${TARGETS}}`) },
  { title: "Loss", unit: "percentunit", expr: perTarget(loss("5m")) },
  {
    title: "Round trip",
    unit: "s",
    expr: perTarget(`icmptime_latest_rtt_seconds{${TARGETS}}`),
  },
  {
    title: "Queue out",
    unit: "s",
    expr: perTarget(`icmptime_latest_delay_change_seconds{${TARGETS}, direction="out"}`),
  },
  {
    title: "Queue back",
    unit: "s",
    expr: perTarget(`icmptime_latest_delay_change_seconds{${TARGETS}, direction="back"}`),
  },
  {
    title: "Offset at least",
    unit: "s",
    expr: perTarget(`icmptime_clock_offset_lower_seconds{${TARGETS}}`),
  },
  {
    title: "Offset at most",
    unit: "s",
    expr: perTarget(`icmptime_clock_offset_upper_seconds{${TARGETS}}`),
  },
]);

const VARIABLES = [
  {
    name: "exporter",
    label: "Exporter",
    values: "label_values(icmptime_build_info, instance)",
  },
  {
    name: "group",
    label: "Group",
    values: 'label_values(icmptime_up{instance=~"$exporter"}, group)',
  },
  {
    name: "target",
    label: "Target",
    values: 'label_values(icmptime_up{instance=~"$exporter", group=~"$group"}, target)',
  },
];

/** The dashboard as Grafana imports it. Ends with a line break. */
export function icmptimeDashboard(): string {
  return formatDashboard(
    "icmptime",
    "Delay per direction, loss and clocks of hosts without an agent, by icmptime exporter.",
    VARIABLES,
    [
      { title: "Now", panels: [...OVERVIEW, TABLE] },
      { title: "Delay", panels: DELAYS },
      { title: "Loss", panels: LOSSES },
      { title: "Clocks", panels: CLOCKS },
      { title: "This machine", panels: MACHINE },
    ],
  );
}

async function main(): Promise<void> {
  const text = icmptimeDashboard();
  const path = PROJECT_FOLDER + PATH;
  if (Deno.args.includes("--check")) {
    const committed = await Deno.readTextFile(path).catch(() => "");
    if (committed !== text) throw new ToolError(`${PATH} is out of date: run deno task dashboard`);
    return;
  }
  await Deno.writeTextFile(path, text);
  say(`made ${PATH}`);
}

if (import.meta.main) await runTool(main);
