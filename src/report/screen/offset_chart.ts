/**
 * The chart of remote clocks over time: their offset, with the bounds that hold whatever either delay is. The bounds are
 * those of each column alone; what all replies say together stands above the charts.
 */

import type { HistoryColumns, OffsetBounds } from "../../run/history_columns.ts";
import type { CellGrid } from "../../terminal/screen/cell_grid.ts";
import { Chart, type ChartStyle, roundTop } from "../../terminal/screen/chart.ts";
import { STYLE } from "../../terminal/screen/style.ts";
import { signed } from "../milliseconds.ts";

/** Where it stands, and what it shows. */
export interface OffsetChartInput {
  /** First line. */
  readonly row: number;
  /** Lines, at least 1. */
  readonly rows: number;
  /** First column of the chart itself; labels stand before it. */
  readonly labelColumns: number;
  /** Columns of the chart itself. */
  readonly columns: number;
  /** Characters to draw with. */
  readonly style: ChartStyle;
  /** Histories to draw. */
  readonly histories: readonly HistoryColumns[];
  /** Number of the history's column at the left edge. */
  readonly first: number;
  /** Dot columns. */
  readonly length: number;
}

/** Where a chart begins and ends, milliseconds. */
interface Range {
  readonly bottom: number;
  readonly top: number;
  /** Digits behind the point that its edges have. */
  readonly digits: number;
}

/** The chart is never narrower than this, milliseconds. */
const LEAST_RANGE_MS = 0.1;
/** From here on edges are in seconds, milliseconds. */
const SECONDS_FROM_MS = 10_000;

/** Draws the chart, its edges and its name. */
export function drawOffsetChart(grid: CellGrid, input: OffsetChartInput): void {
  const { row, rows, columns, style, labelColumns, histories, first, length } = input;
  const hasEdges = rows >= 3;
  grid.put(row + (hasEdges ? 1 : 0), 0, "clock");
  const courses = histories.map((history) =>
    Array.from({ length }, (_, column) => history.bounds(first + column))
  );
  const range = findRange(courses.flat().filter((each) => each !== undefined));
  if (range === undefined) return;
  const chart = new Chart(style, columns, rows, range.top, range.bottom);
  for (const course of courses) {
    if (style === "block") addBand(chart, course);
    else addLines(chart, course);
  }
  for (const [line, text] of chart.lines().entries()) {
    grid.putNarrow(row + line, labelColumns, text);
  }
  if (!hasEdges) return;
  const room = labelColumns - 1;
  grid.put(row, 0, formatEdge(range.top, range.digits).padStart(room), STYLE.dim, room);
  const bottom = formatEdge(range.bottom, range.digits).padStart(room);
  grid.put(row + rows - 1, 0, bottom, STYLE.dim, room);
}

/** The middle as a line, the bounds as dots above and below. */
function addLines(chart: Chart, course: readonly (OffsetBounds | undefined)[]): void {
  const add = (value: (bounds: OffsetBounds) => number, step: number) => {
    const at = (column: number) => {
      const bounds = column % step === 0 ? course[column] : undefined;
      return bounds === undefined ? NaN : value(bounds);
    };
    chart.add({ low: at, high: at });
  };
  add(({ lower }) => lower, 2);
  add(({ upper }) => upper, 2);
  add(({ lower, upper }) => (lower + upper) / 2, 1);
}

function addBand(chart: Chart, course: readonly (OffsetBounds | undefined)[]): void {
  const at = (pick: (one: number, other: number) => number) => (column: number) => {
    const bounds = course[column];
    return bounds === undefined ? NaN : pick(bounds.lower, bounds.upper);
  };
  chart.add({ low: at(Math.min), high: at(Math.max) });
}

/**
 * A range that some of each column's bounds are in, with as much room around: wide bounds of slow replies do not make the
 * rest small, and a step is in it.
 */
function findRange(all: readonly OffsetBounds[]): Range | undefined {
  if (all.length === 0) return undefined;
  let greatestLower = -Infinity, leastUpper = Infinity, narrowest = Infinity;
  for (const { lower, upper } of all) {
    greatestLower = Math.max(greatestLower, lower);
    leastUpper = Math.min(leastUpper, upper);
    narrowest = Math.min(narrowest, Math.abs(upper - lower));
  }
  const low = Math.min(greatestLower, leastUpper), high = Math.max(greatestLower, leastUpper);
  const room = Math.max(high - low, narrowest, LEAST_RANGE_MS) / 2;
  const step = roundTop((high - low + 2 * room) / 4, LEAST_RANGE_MS / 10);
  return {
    bottom: Math.floor((low - room) / step) * step,
    top: Math.ceil((high + room) / step) * step,
    digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
  };
}

/** `+12.5 ms`, `-3600.012 s`. */
function formatEdge(ms: number, digits: number): string {
  return Math.abs(ms) < SECONDS_FROM_MS
    ? `${signed(ms.toFixed(digits))} ms`
    : `${signed((ms / 1e3).toFixed(digits + 3))} s`;
}
