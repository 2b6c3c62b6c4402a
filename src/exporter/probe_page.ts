/** The answer of /probe: the numbers of one short run. */

import type { TargetSummary } from "../run/target_statistics.ts";
import type { Summary } from "../stats/mod.ts";
import type { Exposition } from "./exposition.ts";
import { formatLabels } from "./label_text.ts";
import type { Metric } from "./metric.ts";
import { queryName } from "./registry.ts";
import { RUN_METRICS } from "./run_metrics.ts";
import { CLOCK_METRICS } from "./target_metrics.ts";

/** Summaries by direction. */
type Directed = Readonly<Record<"out" | "back", Summary | undefined>>;

/** Writes the answer; `durationS` is how long the run took, in seconds. */
export function writeProbePage(summary: TargetSummary, durationS: number, out: Exposition): void {
  const { counters, host } = summary;
  write(out, RUN_METRICS.success, [[{}, counters.received > 0 ? 1 : 0]]);
  write(out, RUN_METRICS.duration, [[{}, durationS]]);
  write(out, RUN_METRICS.probes, [
    [{ state: "sent" }, counters.sent],
    [{ state: "received" }, counters.received],
    [{ state: "lost" }, counters.lost],
    [{ state: "icmp_error" }, counters.icmpErrors],
    [{ state: "unsent" }, counters.unsent],
    [{ state: "duplicate" }, counters.duplicates],
    [{ state: "late" }, counters.late],
  ]);
  write(out, RUN_METRICS.rtt, spread(summary.rttMs));
  write(out, RUN_METRICS.delayChange, [
    ...directed({ out: summary.outChangeMs, back: summary.backChangeMs }),
  ]);
  write(out, RUN_METRICS.jitter, [
    ...directed({ out: summary.outJitterMs, back: summary.backJitterMs }),
  ]);
  write(out, RUN_METRICS.queue, spread(summary.queueMs));
  // The estimate may assume that the clock ticks each millisecond; bounds may not.
  const estimate = host?.assumedOffset ?? host?.offset;
  if (estimate !== undefined) {
    write(out, CLOCK_METRICS.offset, [[{}, seconds(estimate.valueMs)]]);
  }
  const offset = host?.offset;
  if (offset !== undefined) {
    write(out, CLOCK_METRICS.offsetLower, [[{}, seconds(offset.lowerMs)]]);
    write(out, CLOCK_METRICS.offsetUpper, [[{}, seconds(offset.upperMs)]]);
  }
  out.end();
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

function write(out: Exposition, metric: Metric, samples: readonly Sample[]): void {
  if (samples.length === 0) return;
  out.family(metric);
  for (const [labels, value] of samples) out.sample(queryName(metric), formatLabels(labels), value);
}

function spread(summary: Summary | undefined, labels: Sample[0] = {}): Sample[] {
  if (summary === undefined) return [];
  const { min, median, mean, p95, max, stddev } = summary;
  return Object.entries({ min, median, mean, p95, max, stddev })
    .map(([stat, valueMs]) => [{ ...labels, stat }, seconds(valueMs)]);
}

function directed({ out, back }: Directed): Sample[] {
  return [...spread(out, { direction: "out" }), ...spread(back, { direction: "back" })];
}

function seconds(ms: number): number {
  return Number((ms / 1e3).toFixed(9));
}
