import { assertEquals } from "@std/assert";
import { Chart, type ChartStyle, roundTop } from "../../../../src/terminal/screen/chart.ts";

/** A chart of values, one for each dot column; NaN where there is none. */
function draw(style: ChartStyle, rows: number, top: number, ...lines: readonly number[][]) {
  const length = Math.max(...lines.map((line) => line.length));
  const columns = style === "braille" ? Math.ceil(length / 2) : length;
  const chart = new Chart(style, columns, rows, top);
  for (const values of lines) {
    const value = (column: number) => values[column] ?? NaN;
    chart.add({ low: value, high: value });
  }
  return chart.lines();
}

Deno.test("chart: braille dots stand at their values, from the lower edge to the upper", () => {
  assertEquals(draw("braille", 1, 3, [0, NaN, 1, NaN, 2, NaN, 3, NaN]), ["⡀⠄⠂⠁"]);
  assertEquals(draw("braille", 1, 3, [NaN, 0, NaN, 1, NaN, 2, NaN, 3]), ["⢀⠠⠐⠈"]);
  assertEquals(draw("braille", 2, 7, [0, 1, 2, 3, 4, 5, 6, 7]), ["  ⡠⠊", "⡠⠊  "]);
});

Deno.test("chart: a rise is drawn as a line up from the value before, a fall down from it", () => {
  assertEquals(draw("braille", 2, 7, [0, 7, NaN, 7, 0]), ["⢸⠈⡆", "⡸ ⡇"]);
});

Deno.test("chart: a column without a value breaks the line", () => {
  assertEquals(draw("braille", 1, 3, [0, 0, NaN, NaN, 3, 3]), ["⣀ ⠉"]);
});

Deno.test("chart: a column shows all from its least to its greatest value", () => {
  const chart = new Chart("braille", 1, 1, 3);
  chart.add({ low: (column) => column, high: () => 3 });
  assertEquals(chart.lines(), ["⡿"]);
});

Deno.test("chart: values outside are drawn at the edge", () => {
  assertEquals(draw("braille", 1, 3, [-5, NaN, 1e9, NaN]), ["⡀⠁"]);
});

Deno.test("chart: several lines share the dots", () => {
  assertEquals(draw("braille", 1, 3, [0, 0], [3, 3]), ["⣉"]);
});

Deno.test("chart: blocks are filled below the line, in eighths", () => {
  assertEquals(draw("block", 1, 7, [0, 1, 2, 3, 4, 5, 6, 7, NaN]), ["▁▂▃▄▅▆▇█ "]);
  assertEquals(draw("block", 2, 15, [0, 7, 8, 15]), ["  ▁█", "▁███"]);
});

Deno.test("chart: ASCII has two levels a line, and nothing but ASCII", () => {
  assertEquals(draw("ascii", 2, 3, [0, NaN, 1, NaN, 2, NaN, 3]), ["    . '", ". '    "]);
  assertEquals(draw("ascii", 1, 1, [0, 1]), [".'"]);
});

Deno.test("chart: without room it is empty", () => {
  assertEquals(new Chart("braille", 0, 2, 1).lines(), ["", ""]);
  assertEquals(new Chart("block", 3, 0, 1).lines(), []);
});

Deno.test("chart: the upper edge is the next of 1, 2 and 5 times a power of ten", () => {
  const cases = [[0.03, 0.05], [0.05, 0.05], [1, 1], [1.01, 2], [2.1, 5], [5.1, 10], [734, 1000]];
  for (const [greatest = 0, top = 0] of cases) {
    assertEquals(Number(roundTop(greatest, 0.001).toPrecision(6)), top, String(greatest));
  }
  assertEquals(roundTop(0, 5), 5);
});
