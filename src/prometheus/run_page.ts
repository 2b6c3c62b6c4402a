/** Runs that are over as metrics: for /probe, and for node_exporter's textfile collector and the like. */

import { toSeconds } from "./base_unit.ts";
import { Exposition, type ExpositionFormat } from "./exposition.ts";
import { formatLabels, type Labels } from "./label_text.ts";
import type { Metric } from "./metric.ts";
import { queryName } from "./registry.ts";
import { RUN_METRICS } from "./run_metrics.ts";
import { CLOCK_METRICS } from "./target_metrics.ts";
import { formatAddress } from "../packet/address.ts";
import type { ProbeCounters, Summary } from "../stats/mod.ts";
import type { TargetSummary } from "../run/target_statistics.ts";
import type { Target } from "../targets/target.ts";

/** Labels besides those of the target, and a value. */
export type MoreSample = readonly [more: Labels, value: number | undefined];

/** Reads the samples of one family from what was found about a target. */
export type ReadSamples<T> = (found: T) => readonly MoreSample[];

/** What is found about a target, with its labels as they are written. */
export interface Labelled<T> {
  /** `group` and `target`, without braces; none for the one target of /probe. */
  readonly labels: Labels;
  /** What was found. */
  readonly found: T;
}

/** Gathers the families of a run. A family without a sample is left out. */
export class RunPage {
  readonly #out: Exposition;

  /** Starts empty. */
  constructor(format: ExpositionFormat = "text") {
    this.#out = new Exposition(format);
  }

  /** Writes one family of series of targets. */
  targets<T>(metric: Metric, targets: readonly Labelled<T>[], read: ReadSamples<T>): void {
    this.family(
      metric,
      targets.flatMap(({ labels, found }) =>
        read(found).map(([more, value]): MoreSample => [{ ...labels, ...more }, value])
      ),
    );
  }

  /** Writes one family; samples without a value are left out. */
  family(metric: Metric, samples: readonly MoreSample[]): void {
    const known = samples.filter(([, value]) => value !== undefined);
    if (known.length === 0) return;
    this.#out.family(metric);
    const name = queryName(metric);
    for (const [labels, value] of known) this.#out.sample(name, formatLabels(labels), value ?? NaN);
  }

  /** Ends the page, as OpenMetrics needs it. */
  end(): void {
    this.#out.end();
  }

  /** What was written since the last call, in pieces. */
  take(): Uint8Array[] {
    return this.#out.take();
  }

  /** What was written since the last call; each line ends with a line break. */
  takeText(): string {
    return this.#out.takeText();
  }
}

/**
 * Labels of the targets of a run. Two targets that were written alike get their addresses besides; one that is asked twice
 * is there once, with what was found last.
 *
 * @param group name of the command
 */
export function labelTargets<T>(
  group: string,
  found: readonly T[],
  targetOf: (found: T) => Target,
): Labelled<T>[] {
  const addresses = new Map<string, Set<number>>();
  for (const { label, address } of found.map(targetOf)) {
    addresses.set(label, (addresses.get(label) ?? new Set()).add(address));
  }
  const labelled = new Map<string, Labelled<T>>();
  for (const each of found) {
    const { label, address } = targetOf(each);
    const isOne = addresses.get(label)?.size === 1;
    const target = isOne ? label : `${label} ${formatAddress(address)}`;
    labelled.set(target, { labels: { group, target }, found: each });
  }
  return [...labelled.values()];
}

/** The numbers of the summaries of a run. */
export function writeSummaries(
  page: RunPage,
  targets: readonly Labelled<TargetSummary>[],
): void {
  writeProbes(page, targets, ({ counters }) => counters);
  page.targets(RUN_METRICS.rtt, targets, ({ rttMs }) => statSamples(rttMs));
  page.targets(RUN_METRICS.queue, targets, ({ queueMs }) => statSamples(queueMs));
  page.targets(RUN_METRICS.delayChange, targets, ({ outChangeMs, backChangeMs }) => [
    ...statSamples(outChangeMs, { direction: "out" }),
    ...statSamples(backChangeMs, { direction: "back" }),
  ]);
  page.targets(RUN_METRICS.jitter, targets, ({ outJitterMs, backJitterMs }) => [
    ...statSamples(outJitterMs, { direction: "out" }),
    ...statSamples(backJitterMs, { direction: "back" }),
  ]);
  writeBounds(page, targets, ({ offset }) => offset);
}

/** What became of the probes of a run. */
export function writeProbes<T>(
  page: RunPage,
  targets: readonly Labelled<T>[],
  read: (found: T) => Readonly<ProbeCounters>,
): void {
  page.targets(RUN_METRICS.probes, targets, (found) => {
    const { sent, received, lost, icmpErrors, unsent, duplicates, late } = read(found);
    const states = { sent, received, lost, icmp_error: icmpErrors, unsent };
    return Object.entries({ ...states, duplicate: duplicates, late })
      .map(([state, count]): MoreSample => [{ state }, count]);
  });
}

/** The bounds of an offset, in milliseconds. */
export interface OffsetBounds {
  /** At least this. */
  readonly lowerMs?: number | undefined;
  /** At most this. */
  readonly upperMs?: number | undefined;
}

/** The bounds of clocks. */
export function writeBounds<T>(
  page: RunPage,
  targets: readonly Labelled<T>[],
  read: (found: T) => OffsetBounds | undefined,
): void {
  const { offsetLower, offsetUpper } = CLOCK_METRICS;
  page.targets(offsetLower, targets, (found) => [[{}, toSeconds(read(found)?.lowerMs)]]);
  page.targets(offsetUpper, targets, (found) => [[{}, toSeconds(read(found)?.upperMs)]]);
}

/** The numbers of a summary of milliseconds as samples. */
export function statSamples(
  summary: Partial<Summary> | undefined,
  more: Labels = {},
): MoreSample[] {
  return STATISTICS.map((stat) => [{ ...more, stat }, toSeconds(summary?.[stat])]);
}

const STATISTICS = ["min", "median", "mean", "p95", "max", "stddev"] as const;
