/** The screen of `watch`: a heading, the table of targets, what is slow in words, charts, and a line of keys. */

import { CellGrid } from "../../terminal/screen/cell_grid.ts";
import type { ChartStyle } from "../../terminal/screen/chart.ts";
import { STYLE } from "../../terminal/screen/style.ts";
import type { TerminalSize } from "../../terminal/screen/terminal.ts";
import { formatDuration } from "../../terminal/quantity.ts";
import { joinFitting, stripColors, widthOf, wrap } from "../../terminal/width.ts";
import { formatClockTable } from "../clock_table.ts";
import { drawCharts } from "./delay_charts.ts";
import { drawHelp } from "./help_page.ts";
import { describeFocus } from "./focus_text.ts";
import { drawTableHead, drawTarget, layOutTable } from "./target_table.ts";
import type { TargetRow } from "./target_row.ts";
import type { WatchView } from "./watch_view.ts";

/** Below this there is only a sentence. */
export const LEAST_SIZE: TerminalSize = { columns: 40, rows: 10 };

/** What a picture shows. */
export interface WatchPicture {
  /** Every target, in the order in which they were given. */
  readonly rows: readonly TargetRow[];
  /** CLOCK_MONOTONIC of the picture, nanoseconds. */
  readonly nowNs: number;
  /** Length of the run so far, seconds. */
  readonly elapsedS: number;
  /** What is sent, such as `timestamp requests every 200 ms`. */
  readonly about: string;
  /** Echo requests can be switched on beside those of the run. */
  readonly hasEchoKey: boolean;
  /** A line about something that happened just now. */
  readonly remark: string | undefined;
}

/** Draws a picture for a screen of any size. */
export function drawWatch(
  picture: WatchPicture,
  view: WatchView,
  size: TerminalSize,
  style: ChartStyle,
): CellGrid {
  const grid = new CellGrid(Math.max(1, size.columns), Math.max(1, size.rows));
  if (size.columns < LEAST_SIZE.columns || size.rows < LEAST_SIZE.rows) {
    drawTooSmall(grid);
    return grid;
  }
  drawHeading(grid, picture, view);
  if (view.mode === "help") drawHelp(grid, 1, grid.rows - 2);
  else drawBody(grid, picture, view, style);
  drawFooter(grid, picture, view);
  return grid;
}

function drawTooSmall(grid: CellGrid): void {
  const { columns, rows } = LEAST_SIZE;
  const text =
    `This screen is too small: icmptime watch needs ${columns} columns and ${rows} lines`;
  for (const [row, line] of wrap(text, grid.columns).split("\n").entries()) grid.put(row, 0, line);
}

function drawHeading(grid: CellGrid, picture: WatchPicture, view: WatchView): void {
  const { rows, elapsedS, about } = picture;
  const parts = [
    "icmptime watch",
    rows.length === 1 ? "1 target" : `${rows.length} targets`,
    about,
    ...(view.sort === "given" && !view.isReversed
      ? []
      : [`sorted by ${view.sort}${view.isReversed ? ", reversed" : ""}`]),
  ];
  const state = view.isPaused ? "PAUSED" : formatElapsed(elapsedS);
  const room = grid.columns - state.length - 2;
  grid.put(0, 0, joinFitting(parts, "  ", room), STYLE.strong, room);
  grid.put(0, grid.columns - state.length, state, STYLE.strong);
}

/** `1:02:03`. */
function formatElapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [whole / 3600, whole / 60 % 60, whole % 60].map(Math.floor);
  return [h, String(m).padStart(2, "0"), String(s).padStart(2, "0")].join(":");
}

/** Table, words and charts share the lines between heading and keys. */
function drawBody(grid: CellGrid, picture: WatchPicture, view: WatchView, style: ChartStyle): void {
  const shown = view.order(picture.rows);
  const focus = picture.rows.find(({ index }) => index === view.focus) ?? shown[0];
  if (focus === undefined) return;
  const tableRows = Math.min(shown.length, countTableRows(grid.rows));
  if (view.mode === "clocks" && focus.clock !== undefined) {
    drawClocks(grid, shown, focus, tableRows);
  } else drawTable(grid, shown, focus, tableRows);
  let row = 2 + tableRows;
  const words = describeFocus(focus, view, grid.columns);
  // Two lines of time and losses and at least three of charts come before all sentences but the first.
  const lines = words.slice(0, Math.max(1, grid.rows - 1 - row - 8));
  for (const { text, style } of lines) grid.put(row++, 0, text, style);
  const rows = grid.rows - 1 - row;
  const drawn = view.isOverlaid ? shown : [focus];
  const histories = drawn.flatMap(({ history }) => history?.levels[view.zoom] ?? []);
  const hasQueue = focus.slow?.includes("queue") ?? false;
  const hasClocks = view.mode === "clocks";
  const input = { histories, nowNs: picture.nowNs, style, hasQueue, hasClocks };
  drawCharts(grid, { row, rows, columns: grid.columns }, input);
}

/** Lines for targets: a part of what heading, heads, one sentence, losses, time and keys leave. One of the least size. */
function countTableRows(rows: number): number {
  return Math.floor((rows - 6) * 0.4);
}

function drawTable(
  grid: CellGrid,
  shown: readonly TargetRow[],
  focus: TargetRow,
  rows: number,
): void {
  const longest = Math.max(...shown.map(({ name }) => widthOf(name)));
  const hasEcho = shown.some(({ echo }) => echo !== undefined);
  const layout = layOutTable(grid.columns, longest, hasEcho);
  const first = firstShown(shown, focus, rows);
  const part = rows === 1 ? String(first + 1) : `${first + 1}-${first + rows}`;
  const heading = rows === shown.length ? "target" : `${part} of ${shown.length}`;
  drawTableHead(grid, 1, layout, heading);
  for (let i = 0; i < rows; i++) {
    const target = shown[first + i];
    if (target !== undefined) drawTarget(grid, 2 + i, layout, target, target === focus);
  }
}

/** Place of the first target in sight, so that the one in focus is. */
function firstShown(shown: readonly TargetRow[], focus: TargetRow, rows: number): number {
  const at = shown.indexOf(focus);
  return Math.min(shown.length - rows, Math.max(0, at - Math.floor(rows / 2)));
}

/** The table of `icmptime clock`, with a mark at the target in focus. */
function drawClocks(
  grid: CellGrid,
  shown: readonly TargetRow[],
  focus: TargetRow,
  rows: number,
): void {
  const first = firstShown(shown, focus, rows);
  const clocks = shown.slice(first, first + rows).flatMap(({ clock }) => clock ?? []);
  const options = { numeric: false, columns: grid.columns - 2 };
  const lines = clocks.length === 0
    ? []
    : stripColors(formatClockTable(clocks, options)).split("\n");
  for (const [i, line] of lines.slice(0, rows + 1).entries()) {
    grid.put(1 + i, 2, line, i === 0 ? STYLE.dim : STYLE.plain);
  }
  grid.put(2 + shown.indexOf(focus) - first, 0, ">", STYLE.strong);
}

const ECHO_KEY = "e echo";

const KEYS = [
  "q quit",
  "? help",
  "p pause",
  ECHO_KEY,
  "c clocks",
  "j/k target",
  "+/- zoom",
  "o all",
  "s sort",
  "r reset",
];

function drawFooter(
  grid: CellGrid,
  { remark, hasEchoKey }: WatchPicture,
  view: WatchView,
): void {
  const row = grid.rows - 1;
  if (remark !== undefined) {
    grid.put(row, 0, remark, STYLE.strong);
    return;
  }
  const all = KEYS.filter((key) => hasEchoKey || key !== ECHO_KEY);
  const keys = view.mode === "help" ? ["? back", "q quit"] : all;
  grid.put(row, 0, joinFitting(keys, "  ", grid.columns), STYLE.dim);
}

/** `every 200 ms`, for the heading. */
export function describeInterval(intervalMs: number): string {
  return intervalMs < 1000
    ? `every ${Number(intervalMs.toPrecision(3))} ms`
    : `every ${formatDuration(intervalMs / 1000)}`;
}
