/** The families of groups in an answer. */

import { agree } from "../run/clock/recorder.ts";
import type { ClockEvent, ConsensusEvent } from "../run/clock/event.ts";
import { toSeconds } from "../prometheus/base_unit.ts";
import { QUEUE_BUCKETS_S } from "../prometheus/buckets.ts";
import { type Exposition, histogramForm } from "../prometheus/exposition.ts";
import { formatLabels } from "../prometheus/label_text.ts";
import type { Metric } from "../prometheus/metric.ts";
import {
  CONSENSUS_METRICS,
  EXPORTER_METRICS,
  GROUP_METRICS,
} from "../prometheus/program_metrics.ts";
import { queryName } from "../prometheus/registry.ts";
import type { GroupSource, ScrapeSources } from "./scrape.ts";

/** Writes them all; `clocks` are those of each group. */
export function* writeGroups(
  { groups, isOwnAddress }: ScrapeSources,
  clocks: readonly (readonly ClockEvent[])[],
  out: Exposition,
): Generator<void, void, void> {
  writeEach(groups, out, GROUP_METRICS.targets, ({ series }) => series.targets.length);
  writeEach(
    groups,
    out,
    GROUP_METRICS.answering,
    ({ series }) => series.targets.filter(({ series: { isUp } }) => isUp === true).length,
  );
  writeEach(groups, out, GROUP_METRICS.socketDrops, ({ kernelDrops }) => kernelDrops);
  writeEach(groups, out, GROUP_METRICS.failedCalls, ({ failedCalls }) => failedCalls);
  out.family(GROUP_METRICS.strays);
  for (const { series: { labels }, strays } of groups) {
    for (const kind of ["malformed", "foreign", "unmatched"] as const) {
      out.sample(queryName(GROUP_METRICS.strays), `${labels},kind="${kind}"`, strays[kind]);
    }
  }
  out.family(GROUP_METRICS.queue);
  const form = histogramForm(queryName(GROUP_METRICS.queue), QUEUE_BUCKETS_S);
  for (const { series: { labelBytes, queue } } of groups) {
    out.seriesHistogram(form, labelBytes, queue);
  }
  out.family(EXPORTER_METRICS.stampSource);
  for (const { series: { labels }, stampSource } of groups) {
    const set = `${labels},${formatLabels({ source: stampSource })}`;
    out.sample(queryName(EXPORTER_METRICS.stampSource), set, 1);
  }
  yield;
  const found: (ConsensusEvent | undefined)[] = [];
  for (const events of clocks) {
    found.push(events.length < 2 ? undefined : agree(events, isOwnAddress));
    yield;
  }
  writeConsensus(groups, found, out);
}

function writeEach(
  groups: readonly GroupSource[],
  out: Exposition,
  metric: Metric,
  valueOf: (group: GroupSource, place: number) => number | undefined,
): void {
  out.family(metric);
  for (const [place, group] of groups.entries()) {
    const value = valueOf(group, place);
    if (value !== undefined) out.sample(queryName(metric), group.series.labels, value);
  }
}

function writeConsensus(
  groups: readonly GroupSource[],
  found: readonly (ConsensusEvent | undefined)[],
  out: Exposition,
): void {
  const { lower, upper, clocks, isOff } = CONSENSUS_METRICS;
  writeEach(groups, out, lower, (_, place) => toSeconds(found[place]?.consensus.lowerMs));
  writeEach(groups, out, upper, (_, place) => toSeconds(found[place]?.consensus.upperMs));
  writeEach(groups, out, isOff, (_, place) => {
    const localClock = found[place]?.consensus.localClock ?? "unknown";
    return localClock === "unknown" ? undefined : localClock === "off" ? 1 : 0;
  });
  out.family(clocks);
  for (const [place, { series: { labels } }] of groups.entries()) {
    const consensus = found[place]?.consensus;
    if (consensus === undefined) continue;
    const { hosts, agreeing } = consensus;
    out.sample(queryName(clocks), `${labels},state="agreeing"`, agreeing);
    out.sample(queryName(clocks), `${labels},state="outside"`, hosts - agreeing);
  }
}
