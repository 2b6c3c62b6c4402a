/** The page of keys and columns. */

import type { CellGrid } from "../../terminal/screen/cell_grid.ts";
import { STYLE } from "../../terminal/screen/style.ts";

const KEYS: readonly (readonly [key: string, what: string])[] = [
  ["q", "quit; the summary is printed"],
  ["p", "pause the picture; the run goes on"],
  ["r", "reset the numbers on this screen"],
  ["j k", "next, previous target (or arrows)"],
  ["+ -", "shorter, longer time in the charts"],
  ["o", "charts of all targets, or of one"],
  ["c", "clocks over time, or delays"],
  ["e", "echo requests beside, or none"],
  ["s S", "sort; turn the order round"],
  ["?", "this page"],
];

const COLUMNS: readonly (readonly [head: string, what: string])[] = [
  ["loss", "share of probes without an answer"],
  ["e-loss", "those of echo requests; e-last, e-med"],
  ["out+", "latest delays out rose by up to, 95 %"],
  ["back+", "latest delays back rose by up to, 95 %"],
  ["queue", "wait in this machine's queue, 95 %"],
  ["out~ back~", "variation from probe to probe, median"],
  ["clock", "remote clock minus ours"],
];
const LEAD = 12;

/** Draws the page into some lines; what does not fit is left out. */
export function drawHelp(grid: CellGrid, firstRow: number, rows: number): void {
  const lines = [...KEYS, ["", ""] as const, ...COLUMNS];
  for (const [i, [head, what]] of lines.slice(0, rows).entries()) {
    grid.put(firstRow + i, 1, head, STYLE.strong);
    grid.put(firstRow + i, LEAD, what);
  }
}
