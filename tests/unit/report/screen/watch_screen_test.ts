/** The screen of `watch` drawn from known data, at every size. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { drawWatch, LEAST_SIZE } from "../../../../src/report/screen/watch_screen.ts";
import { WatchView } from "../../../../src/report/screen/watch_view.ts";
import type { CellGrid } from "../../../../src/terminal/screen/cell_grid.ts";
import { STYLE } from "../../../../src/terminal/screen/style.ts";
import { widthOf } from "../../../../src/terminal/width.ts";
import { Random } from "../../../lab/random.ts";
import { type FixtureProbe, makePicture, risingProbes } from "../../../support/screen_fixture.ts";

const view = (change: Partial<WatchView> = {}) => Object.assign(new WatchView(0, 2), change);
const linesOf = (grid: CellGrid) => Array.from({ length: grid.rows }, (_, row) => grid.line(row));

/** Sixteen steady probes, then eight whose way out is 40 ms longer; the third last is lost. */
const RISING: readonly FixtureProbe[] = risingProbes(16, 8, { outMs: 40 })
  .map((probe, i) => i === 21 ? undefined : probe);

const PICTURE = makePicture([
  { label: "alpha.example", probes: RISING, flags: ["ip-options"] },
  { label: "beta.example", probes: risingProbes(24, 0, {}) },
]);

Deno.test("watch screen: a whole picture of known data", () => {
  assertEquals(linesOf(drawWatch(PICTURE, view(), { columns: 60, rows: 20 }, "braille")), [
    "icmptime watch  2 targets                            0:00:24",
    "  target         loss   last  out+ back+ queue slow",
    "> alpha.example  4.2%   50.0  40.0   0.0   0.0 out",
    "  beta.example     0%   10.0   0.0   0.0   0.0",
    "alpha.example (198.18.0.1): slow: out  (last 23 s)",
    "out    congestion at times: one delay in twenty rose by more",
    "       than 40.0 ms, the largest by 40.0 ms",
    "back   no congestion: delays rose by 0.0 ms at most",
    "rtt    50 ms                                            ⡏⠉⠁⠉",
    "                                                        ⡇",
    "        0                                       ⠒⠒⠒⠒⠒⠒⠒⠒⠁",
    "out+   50 ms                                            ⡤⠤⠄⠤",
    "                                                        ⡇",
    "        0                                       ⣀⣀⣀⣀⣀⣀⣀⣀⠇",
    "back+  50 ms",
    "",
    "        0                                       ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡀⣀",
    "lost                                                      x",
    "             94 s ago                                    now",
    "q quit  ? help  p pause  e echo  c clocks  j/k target",
  ]);
});

Deno.test("watch screen: the same in blocks and in ASCII", () => {
  const size = { columns: 60, rows: 20 };
  const block = linesOf(drawWatch(PICTURE, view(), size, "block"));
  assertEquals(block.slice(11, 14), [
    "out+   50 ms                                        ▃▃▃▃▃ ▃▃",
    "                                                    █████ ██",
    "        0                           ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█████ ██",
  ]);
  const ascii = linesOf(drawWatch(PICTURE, view(), size, "ascii"));
  assertEquals(ascii.slice(11, 14), [
    "out+   50 ms                                        ..... ..",
    "                                                    :",
    "        0                           ................'",
  ]);
  assertMatch(ascii.join(""), /^[ -~]*$/);
});

Deno.test("watch screen: as many columns as there is room for, the important ones first", () => {
  const heads = [40, 80, 120].map((columns) =>
    drawWatch(PICTURE, view(), { columns, rows: 20 }, "braille").line(1)
  );
  assertEquals(heads, [
    "  target         loss   last  out+ back+",
    "  target         loss   last median    p95  out+ back+ queue slow",
    "  target         loss   last median    p95  out+ back+ queue  out~ back~ slow     clock         odd",
  ]);
});

/** Everything that must hold of a picture, whatever it shows. */
function assertSound(grid: CellGrid, what: string): void {
  assertEquals(grid.glyphs.length, grid.columns * grid.rows, what);
  for (let row = 0; row < grid.rows; row++) {
    const glyphs = grid.glyphs.slice(row * grid.columns, (row + 1) * grid.columns);
    const width = glyphs.reduce((sum, glyph) => sum + widthOf(glyph), 0);
    assertEquals(width, grid.columns, `${what}, line ${row}: ${glyphs.join("")}`);
  }
}

Deno.test("watch screen: at every size each part has its place", () => {
  const many = makePicture(Array.from({ length: 30 }, (_, i) => ({
    label: `host-${i}.example`,
    probes: RISING,
    flags: ["ip-options", "odd-code"],
  })));
  for (let columns = LEAST_SIZE.columns; columns <= 200; columns += 10) {
    for (let rows = LEAST_SIZE.rows; rows <= 60; rows += rows < 20 ? 1 : 5) {
      for (const mode of ["delays", "clocks", "help"] as const) {
        const what = `${mode} at ${columns}×${rows}`;
        const grid = drawWatch(many, view({ mode, focus: 17 }), { columns, rows }, "braille");
        assertSound(grid, what);
        const lines = linesOf(grid);
        assertMatch(lines[0] ?? "", /^icmptime watch .*0:00:24$/, what);
        assertMatch(lines.at(-1) ?? "", /q quit/, what);
        if (mode === "help") continue;
        assertEquals(lines.filter((line) => line.startsWith("> host-17.exa")).length, 1, what);
        assertEquals(lines.filter((line) => line.startsWith("host-17.example (")).length, 1, what);
        const find = (label: string) => lines.findIndex((line) => line.startsWith(label));
        const [clock, rtt, out] = [find("clock"), find("rtt "), find("out+ ")];
        const [back, lost] = [find("back+"), find("lost ")];
        const places = mode === "clocks" ? [3, clock, rtt, lost] : [3, rtt, out, back, lost];
        assertEquals(places, places.toSorted((a, b) => a - b), `${what}\n${lines.join("\n")}`);
        assertEquals(lost, rows - 3, what);
        assertMatch(lines[lost] ?? "", /x/, what);
        for (const first of mode === "clocks" ? [rtt] : [rtt, out, back]) {
          assertMatch(lines.slice(first, lost).join(""), /[\u2801-\u28ff]/, what);
        }
      }
    }
  }
});

Deno.test("watch screen: below the least size there is a sentence, and at any size no fault", () => {
  for (let columns = 1; columns < 40; columns += 3) {
    for (let rows = 1; rows < 14; rows++) {
      const grid = drawWatch(PICTURE, view(), { columns, rows }, "braille");
      assertSound(grid, `${columns}×${rows}`);
      assertEquals([grid.columns, grid.rows], [columns, rows]);
      assertMatch(linesOf(grid).join(""), /^T/);
    }
  }
  assertEquals(
    linesOf(drawWatch(PICTURE, view(), { columns: 39, rows: 10 }, "braille")).slice(0, 3),
    [
      "This screen is too small: icmptime",
      "watch needs 40 columns and 10 lines",
      "",
    ],
  );
});

Deno.test("watch screen: a terminal without columns or lines has one of each", () => {
  const { columns, rows } = drawWatch(PICTURE, view(), { columns: 0, rows: 0 }, "braille");
  assertEquals([columns, rows], [1, 1]);
});

Deno.test("watch screen: charts have eight lines before there is a second sentence", () => {
  const shares = [14, 15, 17, 18, 30].map((rows) => {
    const lines = linesOf(drawWatch(PICTURE, view(), { columns: 60, rows }, "ascii"));
    const words = lines.findIndex((line) => line.startsWith("alpha.example ("));
    const charts = lines.findIndex((line) => line.startsWith("rtt "));
    return [charts - words, rows - 1 - charts];
  });
  assertEquals(shares, [[1, 8], [2, 8], [4, 8], [4, 9], [4, 21]]);
});

Deno.test("watch screen: the page of keys and columns, as much of it as there are lines", () => {
  const help = (rows: number) => {
    const grid = drawWatch(PICTURE, view({ mode: "help" }), { columns: 60, rows }, "ascii");
    return { grid, lines: linesOf(grid) };
  };
  const { grid, lines } = help(24);
  assertEquals(lines.slice(1), [
    " q          quit; the summary is printed",
    " p          pause the picture; the run goes on",
    " r          reset the numbers on this screen",
    " j k        next, previous target (or arrows)",
    " + -        shorter, longer time in the charts",
    " o          charts of all targets, or of one",
    " c          clocks over time, or delays",
    " e          echo requests beside, or none",
    " s S        sort; turn the order round",
    " ?          this page",
    "",
    " loss       share of probes without an answer",
    " e-loss     those of echo requests; e-last, e-med",
    " out+       latest delays out rose by up to, 95 %",
    " back+      latest delays back rose by up to, 95 %",
    " queue      wait in this machine's queue, 95 %",
    " out~ back~ variation from probe to probe, median",
    " clock      remote clock minus ours",
    ...["", "", "", ""],
    "? back  q quit",
  ]);
  assertEquals([grid.styles[61], grid.styles[72]], [STYLE.strong, STYLE.plain]);
  assertEquals(help(10).lines.slice(8), [
    " e          echo requests beside, or none",
    "? back  q quit",
  ]);
});

Deno.test("watch screen: directions have their colours, and words besides", () => {
  const grid = drawWatch(PICTURE, view(), { columns: 80, rows: 24 }, "braille");
  const styleOf = (row: number, text: string) =>
    grid.styles[row * grid.columns + grid.line(row).indexOf(text)];
  const out = linesOf(grid).findIndex((line) => line.startsWith("out+"));
  const back = linesOf(grid).findIndex((line) => line.startsWith("back+"));
  const lost = linesOf(grid).findIndex((line) => line.startsWith("lost"));
  assertEquals([styleOf(out, "out+"), styleOf(back, "back+"), styleOf(lost, "x")], [
    STYLE.out,
    STYLE.back,
    STYLE.lost,
  ]);
  assertEquals([styleOf(2, "40.0"), styleOf(2, "4.2%")], [STYLE.out, STYLE.lost]);
});

Deno.test("watch screen: a full queue of this machine is said, and drawn where there is room", () => {
  const picture = makePicture([{ label: "a", probes: risingProbes(4, 24, { queueMs: 80 }) }]);
  const lines = linesOf(drawWatch(picture, view(), { columns: 80, rows: 30 }, "braille"));
  assertEquals(lines[3], "a (198.18.0.1): slow: this machine's queue  (last 27 s)");
  assertMatch(
    lines.join("\n"),
    /^queue +this machine's queue: congestion: half of the probes waited/m,
  );
  assertMatch(lines.join("\n"), /^queue +100 ms/m);
});

Deno.test("watch screen: a run of echo requests has no key for more of them", () => {
  const size = { columns: 80, rows: 24 };
  const keysOf = (hasEchoKey: boolean) =>
    linesOf(drawWatch({ ...PICTURE, hasEchoKey }, view(), size, "ascii")).at(-1) ?? "";
  assertMatch(keysOf(true), /p pause {2}e echo {2}c clocks/);
  assertMatch(keysOf(false), /p pause {2}c clocks/);
});

Deno.test("watch screen: a remark takes the place of the keys", () => {
  const picture = { ...PICTURE, remark: "icmptime: beta.example is now 192.0.2.9" };
  const grid = drawWatch(picture, view(), { columns: 80, rows: 24 }, "braille");
  assertEquals(grid.line(23), picture.remark);
});

/** What a stranger may have named a host, or an ICMP tunnel a file. */
const HOSTILE = [
  ...["\x1b[2J", "\x1b]0;title\x07", "\u202e", "\u0000", "\n", "\r", "\t", "\x7f", "\x9b31m"],
  ...[
    "時刻",
    "\u{1f600}",
    "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
    "e\u0301",
    "\u0301".repeat(40),
  ],
  ...[
    "\ufeff",
    "\u200b",
    "\ud800",
    "\u{e0041}",
    "\u{1f1e9}\u{1f1ea}",
    "☂\ufe0f",
    "a",
    "-",
    "example",
  ],
];

Deno.test("property: whatever targets are called, a picture stays sound and its numbers in place", () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(seed);
    const label = Array.from({ length: random.between(0, 30) }, () => random.pick(HOSTILE)).join(
      "",
    );
    const size = { columns: random.between(40, 160), rows: random.between(10, 50) };
    const grid = drawWatch(makePicture([{ label, probes: RISING }]), view(), size, "braille");
    const what = `seed ${seed}: ${JSON.stringify(label)}`;
    assertSound(grid, what);
    // deno-lint-ignore no-control-regex -- control characters are what it looks for
    assert(!/[\x00-\x1f\x7f-\x9f\u202e\u200b\ufeff]/.test(grid.glyphs.join("")), what);
    assertMatch(grid.line(2), / 4\.2% +50\.0 /, what);
    const numbers = grid.line(2).indexOf(" 4.2%");
    assert(numbers >= 0 && grid.line(1).includes("loss"), what);
  }
});
