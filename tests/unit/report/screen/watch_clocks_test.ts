/** The screen of clocks: the table of `clock` with a mark, and the words of the one in focus. */

import { assertEquals } from "@std/assert";
import type { TargetRow } from "../../../../src/report/screen/target_row.ts";
import { drawWatch, type WatchPicture } from "../../../../src/report/screen/watch_screen.ts";
import { WatchView } from "../../../../src/report/screen/watch_view.ts";
import type { CellGrid } from "../../../../src/terminal/screen/cell_grid.ts";
import { STYLE } from "../../../../src/terminal/screen/style.ts";
import { makePicture, risingProbes } from "../../../support/screen_fixture.ts";
import { clockEvent } from "../clock_fixture.ts";

/** Targets whose clocks are known, but for those beyond `known`. */
function picture(targets: number, known = targets): WatchPicture {
  const named = Array.from({ length: targets }, (_, i) => ({
    label: `198.18.0.${i + 1}`,
    address: 0xc6120001 + i,
  }));
  const { rows, ...rest } = makePicture(
    named.map(({ label }) => ({ label, probes: risingProbes(6, 0, {}) })),
  );
  const withClock = (row: TargetRow, i: number): TargetRow =>
    i < known ? { ...row, clock: clockEvent({ offsetMs: 120 + i }, [], named[i]) } : row;
  return { ...rest, rows: rows.map(withClock) };
}

const clocks = (change: Partial<WatchView> = {}) =>
  Object.assign(new WatchView(0, 2), { mode: "clocks" as const, ...change });
const linesOf = (grid: CellGrid) => Array.from({ length: grid.rows }, (_, row) => grid.line(row));

Deno.test("watch clocks: a table with a mark, then the clock in focus, then the charts", () => {
  const grid = drawWatch(picture(2), clocks({ focus: 1 }), { columns: 76, rows: 24 }, "ascii");
  const lines = linesOf(grid);
  assertEquals(lines.slice(1, 4), [
    "  host        offset ms     ±    lower    upper  skew ppm  min rtt ms",
    "  198.18.0.1    +120.00  0.01  113.123  133.790      +1.3      20.064",
    "> 198.18.0.2    +121.00  0.01  113.123  133.790      +1.3      20.064",
  ]);
  assertEquals(lines[4]?.startsWith("198.18.0.2"), true);
  const styles = [1, 2, 3].map((row) => grid.styles[row * grid.columns + 2]);
  assertEquals(styles, [STYLE.dim, STYLE.plain, STYLE.plain]);
  assertEquals(grid.styles[3 * grid.columns], STYLE.strong);
  assertEquals([4, 5].map((row) => grid.styles[row * grid.columns]), [STYLE.strong, STYLE.plain]);
});

Deno.test("watch clocks: of many the one in focus is in sight, and no more lines than targets have", () => {
  const size = { columns: 76, rows: 16 };
  // Two fifths of ten lines: four targets, below the heads.
  const shown = (focus: number) =>
    linesOf(drawWatch(picture(20), clocks({ focus }), size, "ascii")).slice(2, 6)
      .map((line) => line.split(/\s{2,}\+/)[0]?.replace("198.18.0.", ""));
  assertEquals(shown(0), ["> 1", "  2", "  3", "  4"]);
  assertEquals(shown(9), ["  8", "  9", "> 10", "  11"]);
  assertEquals(shown(19), ["  17", "  18", "  19", "> 20"]);
});

Deno.test("watch clocks: a target whose clock is not asked for yet has the table of delays", () => {
  const size = { columns: 76, rows: 24 };
  const lines = linesOf(drawWatch(picture(2, 1), clocks({ focus: 1 }), size, "ascii"));
  assertEquals(lines[1]?.trim().split(/ +/).slice(0, 3), ["target", "loss", "last"]);
  assertEquals(lines[3]?.startsWith("> 198.18.0.2 "), true);
});

Deno.test("watch: without the target in focus the first one has the words", () => {
  for (const mode of ["delays", "clocks"] as const) {
    const view = clocks({ mode, focus: 7 });
    const lines = linesOf(drawWatch(picture(2, 0), view, { columns: 76, rows: 24 }, "ascii"));
    assertEquals([2, 3].map((row) => lines[row]?.slice(0, 12)), ["> 198.18.0.1", "  198.18.0.2"]);
    assertEquals(lines[4]?.startsWith("198.18.0.1: "), true);
  }
  const none = drawWatch(
    picture(0),
    clocks({ mode: "delays" }),
    { columns: 76, rows: 24 },
    "ascii",
  );
  assertEquals(linesOf(none).slice(1, -1).join(""), "");
});
