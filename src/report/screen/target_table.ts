/** The table of targets: as many columns as the screen has room for, the most important first. */

import type { BoundedMs } from "../../measurement/mod.ts";
import type { CellGrid } from "../../terminal/screen/cell_grid.ts";
import { STYLE, type Style } from "../../terminal/screen/style.ts";
import { cutTo } from "../../terminal/width.ts";
import { formatClockOffset, formatHours, formatThreeDigits, signed } from "../milliseconds.ts";
import type { TargetRow } from "./target_row.ts";

/** A column of the table of targets. */
export interface Column {
  /** Heading, at most as wide as the column. */
  readonly head: string;
  /** Width in columns of the screen. */
  readonly width: number;
  /** Starts at the left. */
  readonly isText?: boolean;
  /** Of echo requests: only where there are some. */
  readonly isEcho?: boolean;
  /** What it shows of a target. */
  readonly text: (row: TargetRow) => string;
  /** How that looks. */
  readonly style?: (row: TargetRow) => Style;
}

/** Columns before the name: a mark at the target in focus. */
const MARK_COLUMNS = 2;
const MIN_NAME = 11, MAX_NAME = 34;
/** A name as long as this share of the width is not cut for the sake of more columns. */
const NAME_SHARE = 0.22;

const DELAY_COLUMNS: readonly Column[] = [
  {
    head: "loss",
    width: 5,
    text: ({ lossRatio }) => lossRatio === undefined ? "" : `${formatPercent(lossRatio)}%`,
    style: ({ lossRatio = 0 }) => lossRatio > 0 ? STYLE.lost : STYLE.plain,
  },
  { head: "last", width: 6, text: (row) => cell(row.lastMs) },
  {
    head: "e-loss",
    width: 6,
    isEcho: true,
    text: ({ echo }) => echo?.lossRatio === undefined ? "" : `${formatPercent(echo.lossRatio)}%`,
    style: ({ echo }) => (echo?.lossRatio ?? 0) > 0 ? STYLE.lost : STYLE.plain,
  },
  { head: "e-last", width: 6, isEcho: true, text: ({ echo }) => cell(echo?.lastMs) },
  { head: "median", width: 6, text: (row) => cell(row.rtt?.median) },
  { head: "p95", width: 6, text: (row) => cell(row.rtt?.p95) },
  {
    head: "out+",
    width: 5,
    text: (row) => change(row.latest.out?.p95),
    style: () => STYLE.out,
  },
  {
    head: "back+",
    width: 5,
    text: (row) => change(row.latest.back?.p95),
    style: () => STYLE.back,
  },
  { head: "queue", width: 5, text: (row) => change(row.latest.queue?.p95) },
  {
    head: "out~",
    width: 5,
    text: (row) => change(row.outJitter?.median),
    style: () => STYLE.out,
  },
  {
    head: "back~",
    width: 5,
    text: (row) => change(row.backJitter?.median),
    style: () => STYLE.back,
  },
  {
    head: "slow",
    width: 8,
    isText: true,
    text: ({ slow }) => slow?.join(" ") ?? "",
    style: () => STYLE.strong,
  },
  { head: "e-med", width: 6, isEcho: true, text: ({ echo }) => cell(echo?.rtt?.median) },
  { head: "clock", width: 13, isText: true, text: (row) => shortOffset(row) },
  {
    head: "odd",
    width: 16,
    isText: true,
    text: ({ odd }) => odd.map(([flag]) => flag).join(" "),
  },
];

/** Heads by importance: where there is not room for all columns, those of the last ones go. */
const IMPORTANCE: readonly string[] = [
  ...["loss", "last", "e-loss", "e-last", "out+", "back+", "slow", "e-med", "queue", "p95"],
  ...["median", "clock", "odd", "out~", "back~"],
];

/** What stands where in a table of some columns. */
export interface TableLayout {
  /** Columns of the name. */
  readonly nameWidth: number;
  /** The other columns, from left to right. */
  readonly columns: readonly Column[];
}

/** Chooses columns for a width, at least 40, and the longest name; `hasEcho`: with those of echo requests. */
export function layOutTable(width: number, longestName: number, hasEcho = false): TableLayout {
  const wanted = Math.min(Math.max(MIN_NAME, longestName), MAX_NAME);
  const least = Math.min(wanted, Math.max(MIN_NAME, Math.floor(width * NAME_SHARE)));
  let room = width - MARK_COLUMNS - least;
  const chosen = new Set<Column>();
  const offered = DELAY_COLUMNS.filter(({ isEcho }) => hasEcho || isEcho !== true);
  const rank = ({ head }: Column) => IMPORTANCE.indexOf(head);
  for (const column of offered.toSorted((a, b) => rank(a) - rank(b))) {
    if (column.width + 1 > room) break;
    room -= column.width + 1;
    chosen.add(column);
  }
  const nameWidth = Math.min(wanted, least + room);
  return { nameWidth, columns: DELAY_COLUMNS.filter((column) => chosen.has(column)) };
}

/** Draws the heads; `name` is that of the targets, of which some may be out of sight. */
export function drawTableHead(
  grid: CellGrid,
  row: number,
  layout: TableLayout,
  name: string,
): void {
  grid.put(row, MARK_COLUMNS, name, STYLE.dim, layout.nameWidth);
  eachColumn(layout, (column, at) => grid.put(row, at, align(column.head, column), STYLE.dim));
}

/** Draws one target; the one in focus has a mark and is inverse. */
export function drawTarget(
  grid: CellGrid,
  row: number,
  layout: TableLayout,
  target: TargetRow,
  isFocus: boolean,
): void {
  if (isFocus) grid.put(row, 0, ">", STYLE.strong);
  grid.put(row, MARK_COLUMNS, target.name, STYLE.plain, layout.nameWidth);
  if (isFocus) grid.paint(row, MARK_COLUMNS, layout.nameWidth, STYLE.selected);
  eachColumn(layout, (column, at) => {
    const text = align(cutTo(column.text(target), column.width), column);
    grid.put(row, at, text, column.style?.(target) ?? STYLE.plain, column.width);
  });
}

function eachColumn(layout: TableLayout, draw: (column: Column, at: number) => void): void {
  let at = MARK_COLUMNS + layout.nameWidth + 1;
  for (const column of layout.columns) {
    draw(column, at);
    at += column.width + 1;
  }
}

function align(text: string, { width, isText }: Column): string {
  return isText ? text.padEnd(width) : text.padStart(width);
}

/** Three digits, at most five characters. */
function cell(ms: number | undefined): string {
  return ms === undefined ? "" : formatThreeDigits(ms);
}

/** Remote stamps are whole milliseconds: no change has more than one decimal. */
function change(ms: number | undefined): string {
  return ms === undefined ? "" : formatThreeDigits(ms, 1);
}

/** A share in percent, without its sign. */
export function formatPercent(ratio: number): string {
  const value = ratio * 100;
  return value > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

/** `+6 ±14`, `<0.6`, `+1:00:00`: as much of an offset as a column holds. */
function shortOffset({ host }: TargetRow): string {
  if (host === undefined) return "";
  if (host.isWithdrawn || !host.hasMoved) return "unknown";
  const offset: BoundedMs | undefined = host.assumedOffset ?? host.offset;
  if (offset === undefined) return "unknown";
  const { valueMs } = offset;
  if (Math.abs(valueMs) >= 60_000) return formatHours(Math.round(valueMs / 1e3), 0);
  if (Math.abs(valueMs) >= 1000) return `${signed((valueMs / 1e3).toFixed(3))} s`;
  return formatClockOffset(offset).replace(/^within (.*) ms of ours$/, "<$1 ms");
}
