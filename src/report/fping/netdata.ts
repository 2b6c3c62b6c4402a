/** The lines of fping's option -N: charts of Netdata, made once and then filled for each interval. */

import { safeText } from "../../terminal/safe_text.ts";
import type { Count } from "./tally.ts";

/** A chart: its family, title, unit and kind, and its dimensions. */
interface Chart {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly kind: string;
  readonly priority: number;
  readonly dimensions: readonly string[];
}

const CHARTS: readonly Chart[] = [
  {
    name: "packets",
    title: "FPing Packets",
    unit: "packets",
    kind: "line",
    priority: 110020,
    dimensions: ["xmt sent absolute 1 1", "rcv received absolute 1 1"],
  },
  {
    name: "quality",
    title: "FPing Quality",
    unit: "percentage",
    kind: "area",
    priority: 110010,
    dimensions: ["returned '' absolute 1 1"],
  },
  {
    name: "latency",
    title: "FPing Latency",
    unit: "ms",
    kind: "area",
    priority: 110000,
    dimensions: [
      "min minimum absolute 1 1000000",
      "max maximum absolute 1 1000000",
      "avg average absolute 1 1000000",
    ],
  },
];

/**
 * The lines of one target for one interval.
 *
 * @param word the target as the user wrote it
 * @param isFirst whether the charts are to be made
 */
export function formatNetdata(
  { word, label }: { readonly word: string; readonly label: string },
  count: Count,
  everyMs: number,
  isFirst: boolean,
): string[] {
  const name = word.replaceAll(/[^A-Za-z0-9]/g, "_");
  return CHARTS.flatMap((chart) => [
    ...(isFirst ? defineChart(chart, name, safeText(label), everyMs) : []),
    `BEGIN fping.${name}_${chart.name}`,
    ...valuesOf(chart.name, count),
    "END",
  ]);
}

function defineChart(
  { name, title, unit, kind, priority, dimensions }: Chart,
  target: string,
  label: string,
  everyMs: number,
): string[] {
  const every = (everyMs / 1e3).toFixed(0);
  return [
    `CHART fping.${target}_${name} '' '${title}' ${unit} '${label}' fping.${name} ${kind} ${priority} ${every}`,
    ...dimensions.map((dimension) => `DIMENSION ${dimension}`),
  ];
}

function valuesOf(chart: string, count: Count): string[] {
  const { sent, received, returnPercent, minNs, maxNs, meanNs } = count;
  if (chart === "packets") return [`SET xmt = ${sent}`, `SET rcv = ${received}`];
  if (chart === "quality") return [`SET returned = ${returnPercent}`];
  if (meanNs === undefined) return [];
  return [`SET min = ${minNs}`, `SET avg = ${meanNs}`, `SET max = ${maxNs}`];
}
