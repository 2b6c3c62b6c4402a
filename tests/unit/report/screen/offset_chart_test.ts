import { assertEquals, assertMatch } from "@std/assert";
import { drawOffsetChart } from "../../../../src/report/screen/offset_chart.ts";
import { HistoryColumns } from "../../../../src/run/history_columns.ts";
import { CellGrid } from "../../../../src/terminal/screen/cell_grid.ts";
import type { ChartStyle } from "../../../../src/terminal/screen/chart.ts";

const NS_PER_MS = 1e6;

/** A chart of some columns of a millisecond each, their bounds as [lower, upper]; undefined where there are none. */
function draw(
  bounds: readonly (readonly [lower: number, upper: number] | undefined)[],
  style: ChartStyle = "ascii",
  rows = 5,
): string[] {
  const history = new HistoryColumns(1);
  for (const [column, each] of bounds.entries()) {
    if (each === undefined) continue;
    history.addBounds(column * NS_PER_MS, { lower: each[0], upper: each[1] });
  }
  const grid = new CellGrid(13 + bounds.length, rows);
  const histories = [history];
  const { length } = bounds;
  const columns = style === "braille" ? length / 2 : length;
  drawOffsetChart(grid, {
    ...{ row: 0, rows, labelColumns: 13, columns, style, histories, first: 0, length },
  });
  return Array.from({ length: rows }, (_, row) => grid.line(row));
}

Deno.test("offset chart: the middle is a line, the bounds are dots around it, and edges are named", () => {
  assertEquals(draw([[9, 11], [9, 11], undefined, [9, 11], [9, 11]]), [
    "      +12 ms",
    "clock        '   '",
    "             '' ''",
    "             .   .",
    "       +8 ms",
  ]);
});

Deno.test("offset chart: blocks fill what is between the bounds, and nothing below", () => {
  const lines = draw([[9, 11], [9.5, 10.5]], "block", 4);
  assertEquals(lines.map((line) => line.slice(13)), ["█", "██", "██", "█"]);
});

Deno.test("offset chart: the wide bounds of a slow reply do not make the others small, a step is in it", () => {
  const steady = Array.from({ length: 10 }, () => [9, 11] as const);
  const edges = (lines: readonly string[]) => [lines[0], lines.at(-1)].map((line) => line?.trim());
  const slow = draw([...steady, [-500, 500]], "braille");
  assertEquals(edges(slow), ["+12 ms", "+8 ms"]);
  assertEquals(edges(draw([...steady, [59, 61]], "ascii")), ["+100 ms", "-50 ms"]);
});

Deno.test("offset chart: clocks that are hours off have edges in seconds, sharp ones have decimals", () => {
  const [hours] = draw([[3_600_000.5, 3_600_001.5]]);
  assertMatch(hours ?? "", /^ *\+3600\.00\d+ s$/);
  const [sharp] = draw([[0.1, 0.15]]);
  assertMatch(sharp ?? "", /^ *\+0\.\d+ ms$/);
});

Deno.test("offset chart: without a readable clock there is a name and nothing else", () => {
  assertEquals(draw([undefined, undefined], "ascii", 3), ["", "clock", ""]);
});
