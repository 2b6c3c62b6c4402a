/** Where charts stand in a number of lines, and what is written beside and below them. */

import { assertEquals } from "@std/assert";
import { drawCharts } from "../../../../src/report/screen/delay_charts.ts";
import { drawOffsetChart } from "../../../../src/report/screen/offset_chart.ts";
import { HistoryColumns } from "../../../../src/run/history_columns.ts";
import { CellGrid } from "../../../../src/terminal/screen/cell_grid.ts";
import type { ChartStyle } from "../../../../src/terminal/screen/chart.ts";

interface Drawing {
  readonly rows: number;
  readonly cells?: number;
  readonly style?: ChartStyle;
  readonly hasQueue?: boolean;
  readonly hasClocks?: boolean;
  readonly histories?: readonly HistoryColumns[];
}

/** Columns of a second each; the last one, number 99, is now. */
function history(fill: (columns: HistoryColumns) => void = () => {}): HistoryColumns {
  const columns = new HistoryColumns(1000);
  fill(columns);
  return columns;
}

function draw(drawing: Drawing): string[] {
  const { rows, cells = 20, style = "ascii", hasQueue = false, hasClocks = false } = drawing;
  const { histories = [history()] } = drawing;
  const grid = new CellGrid(13 + cells, rows);
  const input = { histories, nowNs: 99.5e9, style, hasQueue, hasClocks };
  drawCharts(grid, { row: 0, rows, columns: 13 + cells }, input);
  return Array.from({ length: rows }, (_, row) => grid.line(row));
}

/** The names of charts, each with its line. */
const names = (drawing: Drawing) =>
  draw(drawing).flatMap((line, row) => /^[a-z]/.test(line) ? `${line.split(" ")[0]} ${row}` : [])
    .join(", ");

Deno.test("charts: lines are shared out, the first ones have one more", () => {
  assertEquals([2, 3, 4, 5, 9, 10].map((rows) => names({ rows })), [
    ...["lost 0", "rtt 0, lost 1", "rtt 0, out+ 1, lost 2", "rtt 0, out+ 1, back+ 2, lost 3"],
    ...["rtt 0, out+ 3, back+ 5, lost 7", "rtt 0, out+ 3, back+ 6, lost 8"],
  ]);
});

Deno.test("charts: this machine's own queue is drawn from eight lines on", () => {
  assertEquals([9, 10, 12].map((rows) => names({ rows, hasQueue: true })), [
    "rtt 0, out+ 3, back+ 5, lost 7",
    "rtt 0, out+ 2, back+ 4, queue 6, lost 8",
    "rtt 0, out+ 3, back+ 6, queue 8, lost 10",
  ]);
});

Deno.test("charts: of clocks the offset has two thirds of the lines", () => {
  assertEquals([2, 3, 5, 8].map((rows) => names({ rows, hasClocks: true })), [
    ...["lost 0", "clock 0, lost 1", "clock 0, rtt 2, lost 3", "clock 1, rtt 4, lost 6"],
  ]);
  assertEquals(draw({ rows: 8, hasClocks: true }), [
    ...["", "clock", "", "", "rtt   0.1 ms", "        0", "lost"],
    "             20 s ago         now",
  ]);
});

Deno.test("charts: edges are round, and both directions have the same", () => {
  const edges = (values: readonly (readonly ["rtt" | "out" | "back" | "queue", number])[]) => {
    const filled = history((columns) => {
      for (const [metric, value] of values) columns.add(99e9, metric, value);
    });
    return draw({ rows: 14, hasQueue: true, histories: [filled] })
      .map((line) => line.slice(0, 13).trimEnd()).filter((line) => line !== "");
  };
  assertEquals(edges([]), [
    ...["rtt   0.1 ms", "        0", "out+    5 ms", "        0"],
    ...["back+   5 ms", "        0", "queue   1 ms", "        0", "lost"],
  ]);
  assertEquals(edges([["rtt", 999], ["out", 40], ["back", 6], ["queue", 3]]), [
    ...["rtt      1 s", "         0", "out+   50 ms", "        0"],
    ...["back+  50 ms", "        0", "queue   5 ms", "        0", "lost"],
  ]);
  assertEquals(edges([["back", 80]])[2], "out+  100 ms");
});

Deno.test("charts: what is out of sight moves no edge, what stands at the left edge does", () => {
  const edge = (second: number, like: "rtt" | "out" = "rtt") => {
    const filled = history((columns) => columns.add(second * 1e9, like, 700));
    return draw({ rows: 5, histories: [history(), filled] })[like === "rtt" ? 0 : 2]?.slice(0, 13)
      .trimEnd();
  };
  // Twenty cells: seconds 80 to 99.
  assertEquals([79, 80, 99, 100].map((second) => edge(second)), [
    ...["rtt   0.1 ms", "rtt      1 s", "rtt      1 s", "rtt   0.1 ms"],
  ]);
  assertEquals([79, 80].map((second) => edge(second, "out")), ["back+   5 ms", "back+    1 s"]);
});

Deno.test("charts: one without a line is not drawn at all", () => {
  assertEquals(draw({ rows: 2 })[0], "lost");
  assertEquals(draw({ rows: 4 })[2], "lost");
  assertEquals([2, 3].map((rows) => draw({ rows, hasClocks: true })[rows - 2]), ["lost", "lost"]);
});

Deno.test("charts: without a history there are edges, and columns of a second", () => {
  assertEquals(draw({ rows: 5, histories: [] }), [
    ...["rtt   0.1 ms", "out+    5 ms", "back+   5 ms", "lost"],
    "             20 s ago         now",
  ]);
  const [time] = draw({ rows: 5, histories: [new HistoryColumns(3000)] }).slice(-1);
  assertEquals(time?.trim(), "60 s ago         now");
});

Deno.test("charts: a cell in which one probe was lost has x, one with more X", () => {
  const lost = (...seconds: readonly number[]) =>
    history((columns) => {
      for (const second of seconds) columns.addLost(second * 1e9);
    });
  const marks = (drawing: Partial<Drawing>) => {
    const lines = draw({ rows: 5, ...drawing });
    return lines[3]?.slice(13);
  };
  // Twenty cells: seconds 80 to 99.
  assertEquals(marks({ histories: [lost(79, 80, 98, 99)] }), "x" + " ".repeat(17) + "xx");
  assertEquals(marks({ histories: [lost(81, 81, 99)] }), " X" + " ".repeat(17) + "x");
  assertEquals(marks({ histories: [lost(99), lost(99)] }), " ".repeat(19) + "X");
  // Two seconds a cell: 60 to 99.
  assertEquals(
    marks({ style: "braille", histories: [lost(60, 97, 98, 99)] }),
    "x" + " ".repeat(17) + "xX",
  );
});

Deno.test("charts: the time at the left edge, and now where there is room for it", () => {
  const time = (cells: number, style: ChartStyle = "ascii") =>
    draw({ rows: 3, cells, style })[2]?.slice(13);
  assertEquals(time(11), "11 s ago");
  assertEquals(time(12), "12 s ago now");
  assertEquals(time(20), "20 s ago         now");
  assertEquals(time(20, "braille"), "40 s ago         now");
});

Deno.test("offset chart: edges from three lines on, in seconds from ten on", () => {
  const edges = (lower: number, upper: number, rows: number) => {
    const grid = new CellGrid(14, rows);
    const histories = [history((columns) => columns.addBounds(0, { lower, upper }))];
    drawOffsetChart(grid, {
      ...{ row: 0, rows, labelColumns: 13, columns: 1, style: "block", histories },
      ...{ first: 0, length: 1 },
    });
    return Array.from({ length: rows }, (_, row) => grid.line(row).slice(0, 13).trim());
  };
  assertEquals(edges(9, 11, 1), ["clock"]);
  assertEquals(edges(9, 11, 2), ["clock", ""]);
  assertEquals(edges(9, 11, 3), ["+12 ms", "clock", "+8 ms"]);
  assertEquals(edges(-11, -9, 3), ["-8 ms", "clock", "-12 ms"]);
  // As much room as the bounds are wide, and a tenth of a millisecond at least.
  assertEquals(edges(5, 5, 3), ["+5.05 ms", "clock", "+4.95 ms"]);
  assertEquals(edges(9997, 9999, 3), ["+10.000 s", "clock", "+9996 ms"]);
});
