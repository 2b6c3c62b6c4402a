import { assertEquals } from "@std/assert";
import { drawBar } from "../../../../src/terminal/screen/bar.ts";
import { CellGrid } from "../../../../src/terminal/screen/cell_grid.ts";

function draw(share: number, columns = 4): string {
  const grid = new CellGrid(10, 1);
  grid.put(0, 0, "0123456789");
  drawBar(grid, 0, 3, columns, share);
  return grid.line(0);
}

Deno.test("bar: filled to an eighth of a cell, and dots for the rest", () => {
  assertEquals(draw(0), "012····789");
  assertEquals(draw(1 / 32), "012▏···789");
  assertEquals(draw(0.5), "012██··789");
  assertEquals(draw(31 / 32), "012███▉789");
  assertEquals(draw(1), "012████789");
});

Deno.test("bar: it is full when all is done, not before, and never leaves its place", () => {
  assertEquals(draw(0.9999), "012███▉789");
  assertEquals([draw(-1), draw(7)], ["012····789", "012████789"]);
});
