import { assertEquals } from "@std/assert";
import { CellGrid } from "../../../../src/terminal/screen/cell_grid.ts";
import { STYLE } from "../../../../src/terminal/screen/style.ts";

Deno.test("cell grid: text that does not fit is cut, at the edge and at a limit", () => {
  const grid = new CellGrid(8, 2);
  assertEquals(grid.put(0, 5, "abcdef"), 8);
  assertEquals(grid.put(1, 0, "abcdef", STYLE.plain, 3), 3);
  assertEquals(grid.put(7, 0, "below"), 0);
  assertEquals([grid.line(0), grid.line(1)], ["     abc", "abc"]);
});

Deno.test("cell grid: a wide character takes two cells, and none where only one is left", () => {
  const grid = new CellGrid(5, 1);
  assertEquals(grid.put(0, 0, "時a刻"), 5);
  assertEquals(grid.glyphs, ["時", "", "a", "刻", ""]);
  assertEquals(grid.put(0, 0, "時時時"), 4);
});

Deno.test("cell grid: half of a wide character does not stay", () => {
  const grid = new CellGrid(4, 1);
  grid.put(0, 0, "時刻");
  grid.put(0, 1, "x");
  assertEquals(grid.glyphs, [" ", "x", "刻", ""]);
  grid.put(0, 2, "y");
  assertEquals(grid.glyphs, [" ", "x", "y", " "]);
});

Deno.test("cell grid: control characters are replaced, and a character keeps one mark at most", () => {
  const grid = new CellGrid(10, 1);
  grid.put(0, 0, "a\x1b[2J\u202e");
  assertEquals(grid.line(0), "a\ufffd[2J\ufffd");
  const marked = new CellGrid(4, 1);
  marked.put(0, 0, `e${"\u0301".repeat(50)}x`);
  assertEquals(marked.glyphs, ["e\u0301", "x", " ", " "]);
  const first = new CellGrid(4, 1);
  first.put(0, 1, "\u0301x");
  assertEquals(first.glyphs, [" ", "x", " ", " "]);
});

Deno.test("cell grid: joined pictures and selectors count as their parts", () => {
  const grid = new CellGrid(8, 1);
  assertEquals(grid.put(0, 0, "\u{1f468}\u200d\u{1f469}\ufe0f!"), 5);
  assertEquals(grid.glyphs.slice(0, 5), ["\u{1f468}", "", "\u{1f469}", "", "!"]);
});
