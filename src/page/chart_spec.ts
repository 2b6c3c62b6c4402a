/** Which charts a target has, and which columns they draw. */

import type { Column, PackedBounds, PackedDelay, TargetData } from "./data.ts";
import { formatOffsetUs, formatUs } from "./format.ts";
import { unpackBounds, unpackDelay, unpackTimes } from "./pack.ts";

/** A line of a chart. */
export interface Line {
  /** Name in the tooltip. */
  readonly name: string;
  /** Values in the unit of the chart. */
  readonly values: Column;
  /** Values as the tooltip writes them. */
  readonly format: (index: number) => string;
  /** Drawn as a line of this width; 0 for the edge of a band. */
  readonly width: number;
}

/** What one chart of a host shows, without its data. */
export interface ChartSpec {
  /** What it shows: part of its id too. */
  readonly kind: "rtt" | "out" | "back" | "queue" | "loss" | "offset" | "skew";
  /** Heading. */
  readonly title: string;
  /** Unit of the scale. */
  readonly unit: string;
  /** CSS variable of its colour. */
  readonly color: string;
  /** Lines, the edges of the bands first. */
  readonly lines: readonly Line[];
  /** Pairs of lines with colour between: indices of the upper and the lower one, and how strong the colour is. */
  readonly bands: readonly (readonly [upper: number, lower: number, strength: number])[];
  /** The scale begins at 0. */
  readonly fromZero: boolean;
  /** Bars instead of lines. */
  readonly hasBars?: boolean;
  /** Kind of the chart with which it shares its scale, so that both can be compared. */
  readonly sharesScaleWith?: "out" | "back";
}

/** The rows of a target. */
export interface Rows {
  /** Unix time in seconds. */
  readonly timesS: readonly number[];
  /** Seconds that each row covers. */
  readonly spansS: readonly number[];
  /** Probes without an answer. */
  readonly unanswered: readonly number[];
  /** Answered probes. */
  readonly received: readonly number[];
}

/** Below this a wait in the own queue is not worth a chart, microseconds. */
const QUEUE_SHOWN_US = 100;
const DELAY_TITLES = {
  rtt: "Round trip",
  out: "Delay out, above its minimum",
  back: "Delay back, above its minimum",
  queue: "Wait in this machine's own queue",
} as const;

/** The rows of a target's charts. */
export function rowsOf(target: TargetData, startMs: number): Rows {
  const times = unpackTimes(target.times);
  return {
    timesS: times.map((time) => (time + startMs) / 1e3),
    spansS: times.map((_, i) => (target.spans[i] ?? 0) / 1e3),
    unanswered: target.unanswered,
    received: target.received,
  };
}

/** The charts of a target, in the order in which they stand. */
export function chartsOf(target: TargetData): ChartSpec[] {
  const { rtt, out, back, queue, offset, skew } = target;
  const specs: (ChartSpec | undefined)[] = [
    rtt === null ? undefined : delayChart("rtt", rtt, !target.isSummarized),
    lossChart(target),
    out === null ? undefined : { ...delayChart("out", out, false), sharesScaleWith: "back" },
    back === null ? undefined : { ...delayChart("back", back, false), sharesScaleWith: "out" },
    queue === null || greatest(queue) < QUEUE_SHOWN_US
      ? undefined
      : delayChart("queue", queue, false),
    offset === null ? undefined : offsetChart(offset),
    skew === null ? undefined : skewChart(skew),
  ];
  return specs.filter((spec) => spec !== undefined);
}

function greatest(delay: PackedDelay): number {
  return unpackDelay(delay).max.reduce<number>(
    (most, value) => Math.max(most, value ?? 0),
    0,
  );
}

function delayChart(
  kind: keyof typeof DELAY_TITLES,
  delay: PackedDelay,
  hasLow: boolean,
): ChartSpec {
  const columns = unpackDelay(delay);
  const line = (name: string, column: Column, width: number): Line => ({
    name,
    values: column.map((us) => us === null ? null : us / 1e3),
    format: (index) => formatUs(column[index] ?? 0),
    width,
  });
  return {
    kind,
    title: DELAY_TITLES[kind],
    unit: "ms",
    color: `--${kind}`,
    lines: [
      line("greatest", columns.max, 0.7),
      line("least", columns.min, 0),
      line("95 %", columns.p95, 0),
      line("5 %", hasLow ? columns.p5 : columns.min, 0),
      line("median", columns.mid, 1.5),
    ].filter((_, i) => hasLow || i !== 3),
    bands: hasLow ? [[0, 1, 0.18], [2, 3, 0.35]] : [[0, 1, 0.18], [2, 1, 0.35]],
    fromZero: true,
  };
}

function lossChart(
  { received, unanswered }: TargetData,
): ChartSpec | undefined {
  if (unanswered.every((count) => count === 0)) return undefined;
  const ofAll = (i: number) => (unanswered[i] ?? 0) + (received[i] ?? 0);
  return {
    kind: "loss",
    title: "Probes without an answer",
    unit: "%",
    color: "--loss",
    lines: [{
      name: "without an answer",
      values: unanswered.map((count, i) => ofAll(i) === 0 ? null : count / ofAll(i) * 100),
      format: (i) => `${unanswered[i]} of ${ofAll(i)}`,
      width: 1,
    }],
    bands: [],
    fromZero: true,
    hasBars: true,
  };
}

function offsetChart(offset: PackedBounds): ChartSpec {
  const { lower, mid, upper } = unpackBounds(offset);
  const line = (name: string, column: Column, width: number): Line => ({
    name,
    values: column.map((us) => us === null ? null : us / 1e3),
    format: (index) => formatOffsetUs(column[index] ?? 0),
    width,
  });
  return {
    kind: "offset",
    title: "Remote clock minus ours, with bounds",
    unit: "ms",
    color: "--offset",
    lines: [
      line("not more than", upper, 0.7),
      line("not less than", lower, 0.7),
      line("estimate", mid, 1.5),
    ],
    bands: [[0, 1, 0.25]],
    fromZero: false,
  };
}

function skewChart(skew: PackedBounds): ChartSpec {
  const { lower, mid, upper } = unpackBounds(skew);
  const line = (name: string, column: Column, width: number): Line => ({
    name,
    values: column.map((value) => value === null ? null : value / 1e3),
    format: (index) => `${(column[index] ?? 0) / 1e3} ppm`,
    width,
  });
  return {
    kind: "skew",
    title: "Rate of the remote clock against ours, with bounds",
    unit: "ppm",
    color: "--offset",
    lines: [
      line("not more than", upper, 0.7),
      line("not less than", lower, 0.7),
      line("estimate", mid, 1.5),
    ],
    bands: [[0, 1, 0.25]],
    fromZero: false,
  };
}
