/** The families of targets in an answer. */

import { undecidedReason } from "../clock/mod.ts";
import { formatAddress } from "../packet/address.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import { UNKNOWN_ADDRESS } from "../targets/target.ts";
import { toRatio, toSeconds } from "../prometheus/base_unit.ts";
import { CLOCK_REASONS } from "./clock_reason.ts";
import { type Exposition, histogramForm, sampleForm } from "../prometheus/exposition.ts";
import type { Metric } from "../prometheus/metric.ts";
import { queryName } from "../prometheus/registry.ts";
import type { GroupSource } from "./scrape.ts";
import {
  CLOCK_METRICS,
  COUNTER_METRICS,
  HISTOGRAM_METRICS,
  STATE_METRICS,
} from "../prometheus/target_metrics.ts";
import { DIRECTIONS, type TargetSeries } from "./target_series.ts";

/** Finds a value; undefined where there is none, and then no sample. */
type ValueOf<T> = (source: T) => number | undefined;

/** Targets whose clocks or histograms are written in one step: some 0.2 ms. */
const STEP_TARGETS = 16;

/** Whether a step ends with the target at this place of its group. */
export function endsStep(place: number): boolean {
  return place % STEP_TARGETS === STEP_TARGETS - 1;
}

/** Writes them all; `clocks` are those of each group, in the order of its targets. */
export function* writeTargets(
  groups: readonly GroupSource[],
  clocks: readonly (readonly ClockEvent[])[],
  out: Exposition,
): Generator<void, void, void> {
  for (const key of Object.keys(COUNTER_METRICS) as (keyof typeof COUNTER_METRICS)[]) {
    yield* writeSeries(groups, out, COUNTER_METRICS[key], "", ({ counters }) => counters[key]);
  }
  yield* writeHistograms(groups, out);
  yield* writeStates(groups, out);
  yield* writeInfo(groups, out);
  yield* writeClocks(groups, clocks, out);
}

function* writeSeries(
  groups: readonly GroupSource[],
  out: Exposition,
  metric: Metric,
  more: string,
  valueOf: (series: TargetSeries, group: GroupSource) => number | undefined,
): Generator<void, void, void> {
  if (more === "") out.family(metric);
  const form = sampleForm(queryName(metric), more);
  for (const group of groups) {
    for (const { labelBytes, series } of group.series.targets) {
      const value = valueOf(series, group);
      if (value !== undefined) out.seriesSample(form, labelBytes, value);
    }
    yield;
  }
}

function* writeHistograms(
  groups: readonly GroupSource[],
  out: Exposition,
): Generator<void, void, void> {
  const { rtt, delayChange } = HISTOGRAM_METRICS;
  const rttName = queryName(rtt);
  out.family(rtt);
  for (const { series: { group, targets } } of groups) {
    const form = histogramForm(rttName, group.buckets.rttS);
    for (const [place, { labelBytes, series }] of targets.entries()) {
      out.seriesHistogram(form, labelBytes, series.rtt);
      if (endsStep(place)) yield;
    }
  }
  const changeName = queryName(delayChange);
  out.family(delayChange);
  for (const { series: { group, targets } } of groups) {
    if (group.kind === "echo") continue;
    const forms = DIRECTIONS.map((direction) => ({
      direction,
      form: histogramForm(changeName, group.buckets.changeS, `direction="${direction}"`),
    }));
    for (const [place, { labelBytes, series }] of targets.entries()) {
      for (const { direction, form } of forms) {
        out.seriesHistogram(form, labelBytes, series.change[direction]);
      }
      if (endsStep(place)) yield;
    }
  }
}

function* writeStates(
  groups: readonly GroupSource[],
  out: Exposition,
): Generator<void, void, void> {
  const { up, lastReply, latestRtt, latestDelayChange, latestQueue, jitter, resolved } =
    STATE_METRICS;
  yield* writeSeries(groups, out, up, "", ({ isUp }) => isUp === undefined ? undefined : +isUp);
  yield* writeSeries(
    groups,
    out,
    lastReply,
    "",
    ({ latest }, { baseUnixMs }) =>
      latest && Math.round(baseUnixMs * 1e3 + latest.atNs / 1e3) / 1e6,
  );
  yield* writeSeries(groups, out, latestRtt, "", ({ latest }) => latest && latest.rttNs / 1e9);
  yield* writeSeries(
    groups,
    out,
    latestQueue,
    "",
    ({ latest }) => latest?.queueNs === undefined ? undefined : latest.queueNs / 1e9,
  );
  yield* writeSeries(
    groups,
    out,
    resolved,
    "",
    ({ target }) => target.address === UNKNOWN_ADDRESS ? 0 : 1,
  );
  out.family(latestDelayChange);
  for (const direction of DIRECTIONS) {
    const key = direction === "out" ? "outMs" : "backMs";
    yield* writeSeries(
      groups,
      out,
      latestDelayChange,
      `direction="${direction}"`,
      ({ latest }) => toSeconds(latest?.change?.[key]),
    );
  }
  out.family(jitter);
  for (const direction of DIRECTIONS) {
    yield* writeSeries(
      groups,
      out,
      jitter,
      `direction="${direction}"`,
      ({ jitterMs }) => toSeconds(jitterMs[direction]),
    );
  }
}

function* writeInfo(groups: readonly GroupSource[], out: Exposition): Generator<void, void, void> {
  out.family(STATE_METRICS.info);
  const name = queryName(STATE_METRICS.info);
  for (const { series: { group, targets } } of groups) {
    for (const { labels, series: { target: { address } } } of targets) {
      const at = address === UNKNOWN_ADDRESS ? "" : `,address="${formatAddress(address)}"`;
      out.sample(name, `${labels}${at},kind="${group.kind}"`, 1);
    }
    yield;
  }
}

/** Numbers of a clock, from milliseconds and parts per million. */
const CLOCK_VALUES: readonly (readonly [Metric, ValueOf<ClockEvent>])[] = [
  [CLOCK_METRICS.offset, ({ state }) => toSeconds(state.offsetMs)],
  [CLOCK_METRICS.offsetLower, ({ state }) => toSeconds(state.lowerMs)],
  [CLOCK_METRICS.offsetUpper, ({ state }) => toSeconds(state.upperMs)],
  [CLOCK_METRICS.skew, ({ state }) => toRatio(state.skewPpm)],
  [CLOCK_METRICS.skewLower, ({ state }) => toRatio(state.skewLowerPpm)],
  [CLOCK_METRICS.skewUpper, ({ state }) => toRatio(state.skewUpperPpm)],
  [CLOCK_METRICS.tick, ({ state }) => state.probes === 0 ? undefined : toSeconds(state.tickMs)],
];

function* writeClocks(
  groups: readonly GroupSource[],
  clocks: readonly (readonly ClockEvent[])[],
  out: Exposition,
): Generator<void, void, void> {
  for (const [metric, valueOf] of CLOCK_VALUES) {
    const form = sampleForm(queryName(metric));
    out.family(metric);
    for (const [place, { series: { targets } }] of groups.entries()) {
      for (const [index, event] of (clocks[place] ?? []).entries()) {
        const value = valueOf(event);
        const labels = targets[index]?.labelBytes;
        if (value !== undefined && labels !== undefined) out.seriesSample(form, labels, value);
      }
      yield;
    }
  }
  yield* writeUsable(groups, clocks, out);
  const { restarts } = CLOCK_METRICS;
  yield* writeSeries(
    groups,
    out,
    restarts,
    "",
    (series) => series.hasClock ? series.restarts : undefined,
  );
}

function* writeUsable(
  groups: readonly GroupSource[],
  clocks: readonly (readonly ClockEvent[])[],
  out: Exposition,
): Generator<void, void, void> {
  out.family(CLOCK_METRICS.usable);
  const name = queryName(CLOCK_METRICS.usable);
  const usable = sampleForm(name);
  const unusable = new Map(
    Object.entries(CLOCK_REASONS)
      .map(([reason, word]) => [reason, sampleForm(name, `reason="${word}"`)]),
  );
  for (const [place, { series: { targets } }] of groups.entries()) {
    for (const [index, { state, counters }] of (clocks[place] ?? []).entries()) {
      const reason = undecidedReason(state, counters.received);
      const form = reason === undefined ? usable : unusable.get(reason);
      const labels = targets[index]?.labelBytes;
      if (form === undefined || labels === undefined) continue;
      out.seriesSample(form, labels, reason === undefined ? 1 : 0);
    }
    yield;
  }
}
