import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { CellGrid } from "../../../../src/terminal/screen/cell_grid.ts";
import { encodeChanges } from "../../../../src/terminal/screen/changes.ts";
import { STYLE, withoutColor } from "../../../../src/terminal/screen/style.ts";
import { widthOf } from "../../../../src/terminal/width.ts";
import { Random } from "../../../lab/random.ts";
import { ScreenEmulator } from "../../../support/screen_emulator.ts";

const TEXTS = [
  "",
  "a",
  "host.example",
  "時刻",
  "e\u0301t\u00e9",
  "⣿⡀",
  "██▁",
  "\u{1f600}x",
  "12.5",
];
const STYLES = Object.values(STYLE);

function randomGrid(random: Random, columns: number, rows: number): CellGrid {
  const grid = new CellGrid(columns, rows);
  for (let i = 0; i < 12; i++) {
    const row = random.below(rows), column = random.below(columns);
    grid.put(row, column, random.pick(TEXTS), random.pick(STYLES));
  }
  return grid;
}

function assertShows(screen: ScreenEmulator, grid: CellGrid, what: string): void {
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const at = row * grid.columns + column;
      const { glyph, style } = screen.cells[row]?.[column] ?? { glyph: "?", style: "?" };
      assertEquals(glyph, grid.glyphs[at], `${what}: line ${row}, column ${column}`);
      if (glyph !== "") {
        assertEquals(style, grid.styles[at], `${what}: style, line ${row}, column ${column}`);
      }
    }
  }
}

Deno.test("changes: a terminal that follows them shows each picture, whatever came before", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const screen = new ScreenEmulator(20, 5, widthOf);
    let before: CellGrid | undefined;
    for (let turn = 0; turn < 5; turn++) {
      const after = randomGrid(random, 20, 5);
      screen.write(encodeChanges(before, after, true));
      assertShows(screen, after, `seed ${seed}, turn ${turn}`);
      before = after;
    }
  }
});

Deno.test("changes: a character that the terminal takes for wider shifts nothing else", () => {
  const screen = new ScreenEmulator(
    20,
    1,
    (character) => character === "☂" ? 2 : widthOf(character),
  );
  const grid = new CellGrid(20, 1);
  grid.put(0, 0, "☂☂☂");
  grid.put(0, 12, "12.5 ms");
  screen.write(encodeChanges(undefined, grid, true));
  assertEquals(screen.lines[0]?.slice(-7), "12.5 ms");
});

Deno.test("changes: equal pictures need none, and one cell few bytes", () => {
  const grid = new CellGrid(120, 40);
  grid.put(3, 5, "loss 12 %");
  const same = new CellGrid(120, 40);
  same.put(3, 5, "loss 12 %");
  assertEquals(encodeChanges(grid, same, true), "");
  same.put(3, 11, "3");
  assertEquals(encodeChanges(grid, same, true), "\x1b[4;12H3");
});

Deno.test("changes: another size is drawn in full", () => {
  const text = encodeChanges(new CellGrid(10, 2), new CellGrid(11, 2), true);
  assertEquals(text, "\x1b[0m\x1b[2J");
});

Deno.test("changes: without colours bold and inverse stay", () => {
  const grid = new CellGrid(9, 1);
  for (const [column, style] of [STYLE.out, STYLE.strong, STYLE.selected, STYLE.lost].entries()) {
    grid.put(0, column, "x", style);
  }
  assertEquals(
    encodeChanges(undefined, grid, false),
    "\x1b[0m\x1b[2J\x1b[1;1H\x1b[0mx\x1b[0;1mx\x1b[0;7mx\x1b[0mx\x1b[0m",
  );
  assertEquals(["1;35", "94", ""].map(withoutColor), ["1", "", ""]);
});

/** Red, green and blue of xterm's palette, https://invisible-island.net/xterm/ (XTerm-col.ad). */
const PALETTE: Readonly<Record<string, readonly [number, number, number]>> = {
  31: [205, 0, 0],
  35: [205, 0, 205],
  94: [92, 92, 255],
};

/** Relative luminance, WCAG 2.1. */
function luminance(color: readonly [number, number, number]): number {
  const [red = 0, green = 0, blue = 0] = color.map((each) => {
    const value = each / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

Deno.test("styles: every colour has contrast on black and on white", () => {
  const colors = STYLES.filter((style) => withoutColor(style) !== style);
  assertEquals(new Set(colors).size, 3);
  for (const style of colors) {
    const color = PALETTE[style];
    assert(color !== undefined, style);
    const value = luminance(color);
    assertGreaterOrEqual(1.05 / (value + 0.05), 3, `${style} on white`);
    assertGreaterOrEqual((value + 0.05) / 0.05, 3, `${style} on black`);
  }
});
