/** Charts of delays over time: round trip, both directions and this machine's own queue, with lost probes below. */

import type { HistoryColumns, HistoryMetric } from "../../run/history_columns.ts";
import type { CellGrid } from "../../terminal/screen/cell_grid.ts";
import { Chart, type ChartStyle, dotColumns, roundTop } from "../../terminal/screen/chart.ts";
import { drawOffsetChart } from "./offset_chart.ts";
import { STYLE, type Style } from "../../terminal/screen/style.ts";
import { formatDuration } from "../../terminal/quantity.ts";

/** Where charts stand. */
export interface ChartArea {
  /** First line. */
  readonly row: number;
  /** Lines, at least 2: the last two are losses and time. */
  readonly rows: number;
  /** Columns, those of the labels among them. */
  readonly columns: number;
}

/** What charts are made of. */
export interface ChartInput {
  /** Histories to draw: of one target, or of all over each other. */
  readonly histories: readonly HistoryColumns[];
  /** Right edge, CLOCK_MONOTONIC in nanoseconds. */
  readonly nowNs: number;
  /** Characters to draw with. */
  readonly style: ChartStyle;
  /** Show this machine's own queue, where there is room. */
  readonly hasQueue: boolean;
  /** Show clocks and round trips instead of all delays. */
  readonly hasClocks: boolean;
}

interface Metric {
  readonly metric: HistoryMetric;
  readonly label: string;
  readonly style: Style;
  /** The upper edge is never below this, milliseconds. */
  readonly leastTop: number;
  /** The upper edge fits these as well, so that charts can be compared. */
  readonly like?: HistoryMetric;
}

const METRICS: readonly [Metric, ...Metric[]] = [
  { metric: "rtt", label: "rtt", style: STYLE.plain, leastTop: 0.1 },
  { metric: "out", label: "out+", style: STYLE.out, leastTop: 5, like: "back" },
  { metric: "back", label: "back+", style: STYLE.back, leastTop: 5, like: "out" },
  { metric: "queue", label: "queue", style: STYLE.plain, leastTop: 1 },
];
/** `back+  500 ms `. */
const LABEL_COLUMNS = 13;
/** Lines that all charts need together before there is a fourth. */
const ROWS_FOR_QUEUE = 8;

/** Draws charts over each other: how high each is follows from the room. */
export function drawCharts(grid: CellGrid, area: ChartArea, input: ChartInput): void {
  const cells = area.columns - LABEL_COLUMNS;
  const window = new ChartWindow(input, cells);
  const rows = area.rows - 2;
  if (input.hasClocks) {
    drawClockCharts(grid, { row: area.row, rows, columns: cells }, window);
    drawFoot(grid, area.row + rows, cells, window);
    return;
  }
  const hasQueue = input.hasQueue && rows >= ROWS_FOR_QUEUE;
  const metrics = METRICS.filter(({ metric }) => metric !== "queue" || hasQueue);
  let row = area.row;
  for (const [place, metric] of metrics.entries()) {
    const share = Math.floor(rows / metrics.length) + (place < rows % metrics.length ? 1 : 0);
    if (share > 0) drawMetric(grid, { row, rows: share, columns: cells }, window, metric);
    row += share;
  }
  drawFoot(grid, row, cells, window);
}

/** The offset has two thirds of the lines, the round trip the rest. */
function drawClockCharts(
  grid: CellGrid,
  { row, rows, columns }: ChartArea,
  window: ChartWindow,
): void {
  const { histories, style } = window.input;
  const share = Math.ceil(rows * 2 / 3);
  const { first, length } = window;
  const labelColumns = LABEL_COLUMNS;
  if (share > 0) {
    drawOffsetChart(grid, {
      ...{ row, rows: share, labelColumns, columns, style, histories, first, length },
    });
  }
  if (rows > share) {
    drawMetric(grid, { row: row + share, rows: rows - share, columns }, window, METRICS[0]);
  }
}

/** Losses, and below them the time. */
function drawFoot(grid: CellGrid, row: number, cells: number, window: ChartWindow): void {
  drawLosses(grid, row, cells, window);
  drawTime(grid, row + 1, cells, window);
}

/** The columns of histories that charts show. */
class ChartWindow {
  readonly input: ChartInput;
  /** Number of the history's column at the left edge. */
  readonly first: number;
  /** Dot columns. */
  readonly length: number;
  /** Length of a dot column in nanoseconds. */
  readonly columnNs: number;

  constructor(input: ChartInput, cells: number) {
    this.input = input;
    this.length = cells * dotColumns(input.style);
    this.columnNs = input.histories[0]?.columnNs ?? 1e9;
    this.first = Math.floor(input.nowNs / this.columnNs) - this.length + 1;
  }

  greatest(metric: HistoryMetric): number {
    let greatest = 0;
    for (const history of this.input.histories) {
      for (let column = 0; column < this.length; column++) {
        const high = history.high(this.first + column, metric);
        if (high > greatest) greatest = high;
      }
    }
    return greatest;
  }

  lost(column: number): number {
    let lost = 0;
    for (const history of this.input.histories) lost += history.lost(this.first + column);
    return lost;
  }
}

function drawMetric(
  grid: CellGrid,
  { row, rows, columns }: ChartArea,
  window: ChartWindow,
  { metric, label, style, leastTop, like = metric }: Metric,
): void {
  const { histories, style: chartStyle } = window.input;
  const top = roundTop(Math.max(window.greatest(metric), window.greatest(like)), leastTop);
  const chart = new Chart(chartStyle, columns, rows, top);
  for (const history of histories) {
    chart.add({
      low: (column) => history.low(window.first + column, metric),
      high: (column) => history.high(window.first + column, metric),
    });
  }
  const edge = formatTop(top);
  const numbers = LABEL_COLUMNS - 1;
  grid.put(row, 0, label + edge.padStart(numbers - label.length), style);
  const unitColumns = edge.length - edge.indexOf(" ");
  if (rows > 1) grid.put(row + rows - 1, 0, "0".padStart(numbers - unitColumns), STYLE.dim);
  for (const [line, text] of chart.lines().entries()) {
    grid.putNarrow(row + line, LABEL_COLUMNS, text, style);
  }
}

function formatTop(top: number): string {
  return top >= 1000 ? `${top / 1000} s` : `${Number(top.toPrecision(1))} ms`;
}

/** A mark below each cell in whose time a probe was lost. */
function drawLosses(grid: CellGrid, row: number, cells: number, window: ChartWindow): void {
  grid.put(row, 0, "lost", STYLE.dim);
  const width = dotColumns(window.input.style);
  for (let cell = 0; cell < cells; cell++) {
    let lost = 0;
    for (let dot = 0; dot < width; dot++) lost += window.lost(cell * width + dot);
    if (lost > 0) grid.putNarrow(row, LABEL_COLUMNS + cell, lost > 1 ? "X" : "x", STYLE.lost);
  }
}

function drawTime(grid: CellGrid, row: number, cells: number, window: ChartWindow): void {
  const spanS = window.length * window.columnNs / 1e9;
  const left = `${formatDuration(spanS)} ago`;
  grid.put(row, LABEL_COLUMNS, left, STYLE.dim);
  if (cells >= left.length + 4) grid.put(row, LABEL_COLUMNS + cells - 3, "now", STYLE.dim);
}
