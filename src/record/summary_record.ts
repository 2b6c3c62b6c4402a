/** Fields of `summary`: the statistics of one target. */

import type { HostOffset } from "../measurement/mod.ts";
import type { TargetSummary } from "../run/target_statistics.ts";
import type { Summary } from "../stats/mod.ts";
import { type Field, roundMs } from "./field.ts";
import { offsetBounds } from "./measured_fields.ts";
import { probeCounts, rounded, when, who } from "./shared_fields.ts";

/** The numbers of a summary of a quantity, with what each says. */
const STATISTICS = {
  min: "least",
  median: "median",
  mean: "mean",
  p95: "95th percentile",
  max: "greatest",
  stddev: "one standard deviation",
} as const;

type Statistic = keyof typeof STATISTICS;

/** Fields `<quantity>_min_ms`, `<quantity>_median_ms` and so on. */
function summarized(
  quantity: string,
  meaning: string,
  read: (summary: TargetSummary) => Summary | undefined,
  statistics: readonly Statistic[] = Object.keys(STATISTICS) as Statistic[],
): Field<TargetSummary>[] {
  // Each reader is called by itself, and a summary costs a sort: the last one is kept.
  let source: TargetSummary | undefined, found: Summary | undefined;
  return statistics.map((statistic) => ({
    name: `${quantity}_${statistic}_ms`,
    type: "number",
    description: `${meaning}: ${STATISTICS[statistic]}`,
    optional: true,
    value: (summary) => {
      if (source !== summary) {
        source = summary;
        found = read(summary);
      }
      return found === undefined ? undefined : roundMs(found[statistic]);
    },
  }));
}

/** Shortest round trip, which `clock` reports too. */
export function rttMinMs<S>(read: (source: S) => number | undefined, note?: string): Field<S> {
  return {
    name: "rtt_min_ms",
    type: "number",
    description: `Round-trip time: ${STATISTICS.min}`,
    optional: true,
    ...(note === undefined ? {} : { note }),
    value: (source) => rounded(read(source)),
  };
}

/** Tick of a remote clock. */
export function tickMs<S>(read: (source: S) => number | undefined, note: string): Field<S> {
  return {
    name: "tick_ms",
    type: "number",
    description: "Tick of the remote clock: the step in which its timestamps move",
    note,
    value: (source) => rounded(read(source)),
  };
}

/** `run` or `interval`. */
export function scope<S>(value: (source: S) => string): Field<S> {
  return {
    name: "scope",
    type: "string",
    values: ["run", "interval"],
    description: "run: since the start of the run; interval: since the last record of this kind",
    value,
  };
}

/** The tick that the timestamps have shown; the bounds allow for a millisecond more, which a coarse timestamp cuts off. */
function shownTickMs(host: HostOffset | undefined): number | undefined {
  if (host === undefined || host.isWithdrawn) return undefined;
  if (host.tick === "fine") return host.tickMs;
  return host.tick === "coarse" ? host.tickMs - 1 : undefined;
}

/** Fields of a `summary` record, in the order of its columns. */
export const SUMMARY_FIELDS: readonly Field<TargetSummary>[] = [
  ...who<TargetSummary>((summary) => summary.target),
  when("when the summary was made", (summary) => summary.time),
  {
    name: "from",
    type: "number",
    optional: true,
    description: "Start of the interval that ends at `time`, Unix time in seconds",
    note: "of scope interval alone",
    value: ({ from }) => from === undefined ? undefined : Math.round(from * 1e6) / 1e6,
  },
  scope<TargetSummary>((summary) => summary.scope),
  ...probeCounts<TargetSummary>((summary) => summary.counters),
  ...summarized("rtt", "Round-trip time", (summary) => summary.rttMs),
  ...summarized(
    "queue",
    "Wait of answered probes in this machine's own queue",
    (summary) => summary.queueMs,
    ["median", "p95", "max"],
  ),
  ...summarized("out", "Delay out plus clock offset", (summary) => summary.outMs),
  ...summarized("back", "Delay back minus clock offset", (summary) => summary.backMs),
  ...summarized(
    "out_jitter",
    "Absolute variation of the delay out between consecutive probes (RFC 3393)",
    (summary) => summary.outJitterMs,
  ),
  ...summarized(
    "back_jitter",
    "Absolute variation of the delay back between consecutive probes (RFC 3393)",
    (summary) => summary.backJitterMs,
  ),
  ...summarized(
    "out_change",
    "Delay out above its running minimum",
    (summary) => summary.outChangeMs,
  ),
  ...summarized(
    "back_change",
    "Delay back above its running minimum",
    (summary) => summary.backChangeMs,
  ),
  ...offsetBounds<TargetSummary>(
    (summary) => summary.offset,
    "at the last usable reply, with the coarsest tick that the timestamps leave",
  ),
  {
    ...tickMs<TargetSummary>(({ host }) => shownTickMs(host), "absent until they have shown it"),
    optional: true,
  },
];
