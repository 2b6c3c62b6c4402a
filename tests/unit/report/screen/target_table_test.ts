/** The cells of the table of targets, and which columns a width has. */

import { assertEquals } from "@std/assert";
import type { TargetRow } from "../../../../src/report/screen/target_row.ts";
import {
  drawTableHead,
  drawTarget,
  formatPercent,
  layOutTable,
} from "../../../../src/report/screen/target_table.ts";
import { describeFocus } from "../../../../src/report/screen/focus_text.ts";
import { describeInterval, drawWatch } from "../../../../src/report/screen/watch_screen.ts";
import { WatchView } from "../../../../src/report/screen/watch_view.ts";
import { CellGrid } from "../../../../src/terminal/screen/cell_grid.ts";
import { STYLE } from "../../../../src/terminal/screen/style.ts";
import { makePicture, risingProbes } from "../../../support/screen_fixture.ts";

const summary = (median: number, p95: number) =>
  ({ min: 0, median, mean: median, p95, max: p95, stddev: 0 }) as unknown as TargetRow["rtt"];

const ROW: TargetRow = {
  ...{ index: 0, name: "host", fullName: "host (192.0.2.1)", lossRatio: 0.0416, lastMs: 12.345 },
  ...{ rtt: summary(10.5, 20.25), outJitter: summary(0.52, 9), backJitter: summary(110, 900) },
  latest: {
    ...{ replies: 20, spanMs: 22_001 },
    out: { median: 0, p95: 3.14, max: 9 },
    back: { median: 0, p95: 0.04, max: 1 },
    queue: { median: 0, p95: 123.4, max: 200 },
  },
  ...{ slow: ["out", "queue"], echo: { lossRatio: 0.5, lastMs: 1.5, rtt: summary(1.25, 3) } },
  ...{ tickMs: 1, odd: [["late", 3], ["ip-options", 1]], clock: undefined, history: undefined },
  host: undefined,
};

/** The cells of a row, by the heads of their columns. */
function cells(row: Partial<TargetRow>): Record<string, string> {
  const { columns } = layOutTable(300, 11, true);
  return Object.fromEntries(columns.map(({ head, text }) => [head, text({ ...ROW, ...row })]));
}

Deno.test("watch table: every cell of a target", () => {
  assertEquals(cells({}), {
    ...{ "loss": "4.2%", "last": "12.3", "e-loss": "50%", "e-last": "1.50", "median": "10.5" },
    ...{ "p95": "20.3", "out+": "3.1", "back+": "0.0", "queue": "123", "out~": "0.5" },
    ...{ "back~": "110", "slow": "out queue", "e-med": "1.25", "clock": "" },
    "odd": "late ip-options",
  });
  const silent = cells({
    ...{
      lossRatio: undefined,
      lastMs: undefined,
      rtt: undefined,
      slow: undefined,
      echo: undefined,
    },
    ...{ outJitter: undefined, backJitter: undefined, odd: [] },
    latest: { replies: 0, spanMs: 0, out: undefined, back: undefined, queue: undefined },
  });
  assertEquals(Object.values(silent).join(""), "");
});

Deno.test("watch table: a share has a decimal below ten per cent", () => {
  assertEquals([0, 0.0005, 0.0994, 0.0995, 0.25, 1].map(formatPercent), [
    ...["0", "0.1", "9.9", "10", "25", "100"],
  ]);
});

Deno.test("watch table: as much of an offset as the column holds", () => {
  const clock = (valueMs: number, host: object = {}) => {
    const offset = { valueMs, lowerMs: valueMs - 0.5, upperMs: valueMs + 0.5 };
    const shown = { offset, isWithdrawn: false, hasMoved: true, ...host };
    return cells({ host: shown as unknown as TargetRow["host"] })["clock"];
  };
  assertEquals([0, 5, 999.4, 1000, -59_999, 60_000, -3_600_400].map((ms) => clock(ms)), [
    ...["<0.5 ms", "+5.0 ±0.5 ms", "+999.4 ±0.5 ms", "+1.000 s", "-59.999 s", "+0:01:00"],
    "-1:00:00",
  ]);
  assertEquals(clock(5, { isWithdrawn: true }), "unknown");
  assertEquals(clock(5, { hasMoved: false }), "unknown");
  assertEquals(clock(5, { offset: undefined }), "unknown");
  const assumedOffset = { valueMs: 8, lowerMs: 7, upperMs: 9 };
  assertEquals(clock(5, { assumedOffset }), "+8 ±1 ms");
});

Deno.test("watch table: losses are in their colour, and those of echo requests too", () => {
  const { columns } = layOutTable(300, 11, true);
  const styleOf = (head: string, row: Partial<TargetRow>) =>
    columns.find((column) => column.head === head)?.style?.({ ...ROW, ...row });
  assertEquals(styleOf("loss", {}), STYLE.lost);
  assertEquals(styleOf("loss", { lossRatio: 0 }), STYLE.plain);
  assertEquals(styleOf("loss", { lossRatio: undefined }), STYLE.plain);
  assertEquals(styleOf("e-loss", {}), STYLE.lost);
  assertEquals(styleOf("e-loss", { echo: undefined }), STYLE.plain);
});

Deno.test("watch table: the most important columns that fit, and the name takes what is left", () => {
  const layout = (width: number, longest: number, hasEcho = false) => {
    const { nameWidth, columns } = layOutTable(width, longest, hasEcho);
    return [nameWidth, columns.map(({ head }) => head).join(" ")];
  };
  // 2 for the mark and 11 for the name; 6 for loss, 7 for last, 6 and 6 for the changes.
  assertEquals(layout(38, 11), [11, "loss last out+ back+"]);
  assertEquals(layout(37, 11), [11, "loss last out+"]);
  assertEquals(layout(46, 11), [11, "loss last out+ back+"]);
  assertEquals(layout(47, 11), [11, "loss last out+ back+ slow"]);
  // A name has 22 % of the width before columns have any, and 34 at most.
  assertEquals(layout(100, 20), [20, "loss last median p95 out+ back+ queue slow clock"]);
  assertEquals(layout(100, 60)[0], 22 + 8);
  assertEquals(layout(300, 60)[0], 34);
  assertEquals(layout(300, 3)[0], 11);
  assertEquals(layout(52, 11, true), [11, "loss last e-loss e-last out+ back+"]);
});

Deno.test("watch table: with every column of width one more is chosen, by its importance", () => {
  const chosen = (hasEcho: boolean) => {
    const heads: string[] = [];
    for (let width = 40; width < 200; width++) {
      for (const { head } of layOutTable(width, 11, hasEcho).columns) {
        if (!heads.includes(head)) heads.push(head);
      }
    }
    return heads.join(" ");
  };
  assertEquals(chosen(false), "loss last out+ back+ slow queue p95 median clock odd out~ back~");
  assertEquals(
    chosen(true),
    "loss last e-loss e-last out+ back+ slow e-med queue p95 median clock odd out~ back~",
  );
});

Deno.test("watch table: all columns, their heads above them", () => {
  const grid = new CellGrid(140, 2);
  const layout = layOutTable(140, 11, true);
  drawTableHead(grid, 0, layout, "target");
  drawTarget(grid, 1, layout, ROW, false);
  assertEquals([grid.line(0), grid.line(1)], [
    "  target       loss   last e-loss e-last median    p95  out+ back+ queue  out~ back~ slow      e-med clock         odd",
    "  host         4.2%   12.3    50%   1.50   10.5   20.3   3.1   0.0   123   0.5   110 out queu   1.25               late ip-options",
  ]);
});

Deno.test("watch table: the target in focus has a mark and is inverse, text stands left and numbers right", () => {
  const draw = (isFocus: boolean) => {
    const grid = new CellGrid(60, 1);
    drawTarget(grid, 0, layOutTable(60, 11), ROW, isFocus);
    return grid;
  };
  assertEquals(
    draw(true).line(0),
    "> host         4.2%   12.3   20.3   3.1   0.0   123 out queu".trimEnd(),
  );
  assertEquals(draw(false).line(0).startsWith("  host "), true);
  assertEquals(draw(true).styles[2], STYLE.selected);
  assertEquals(draw(false).styles[2], STYLE.plain);
});

Deno.test("watch: the words of the target in focus", () => {
  const words = (row: Partial<TargetRow>, mode: "delays" | "clocks" = "delays", columns = 76) =>
    describeFocus({ ...ROW, ...row }, Object.assign(new WatchView(0, 1), { mode }), columns)
      .map(({ text }) => text);
  assertEquals(words({}), [
    "host (192.0.2.1): slow: out and this machine's queue  (last 23 s)",
    "echo   50 % lost, median 1.25 ms; timestamp 4.2 % lost, median 10.5 ms",
    "queue  this machine's queue: congestion at times: one probe in twenty waited",
    "       for more than 123 ms, the longest for 200 ms",
    "out    congestion at times: one delay in twenty rose by more than 3.1 ms,",
    "       the largest by 9.0 ms",
    "back   no congestion: delays rose by 1.0 ms at most",
  ]);
  // The length of the time is shown where the line has room for it.
  assertEquals(words({}, "delays", 64)[0], "host (192.0.2.1): slow: out and this machine's queue");
  assertEquals(words({}, "delays", 65)[0]?.endsWith("(last 23 s)"), true);
  const few = { latest: { ...ROW.latest, replies: 4 }, slow: undefined, echo: undefined };
  assertEquals(words(few), ["host (192.0.2.1): too few replies yet"]);
  assertEquals(words({ ...few, lossRatio: 1, lastMs: undefined }), ["host (192.0.2.1): no answer"]);
  assertEquals(words({ ...few, lossRatio: 1 }), ["host (192.0.2.1): too few replies yet"]);
  assertEquals(
    words({ slow: [] })[0]?.startsWith("host (192.0.2.1): neither direction is slow"),
    true,
  );
  // Five replies are enough for words about the path.
  const five = { latest: { ...ROW.latest, replies: 5 }, echo: undefined };
  assertEquals(words(five).map((line) => line.split(" ")[0]).slice(-2), ["out", "back"]);
  assertEquals(words({ ...few, echo: ROW.echo, lossRatio: undefined, rtt: undefined }), [
    "host (192.0.2.1): too few replies yet",
    "echo   50 % lost, median 1.25 ms; timestamp loss unknown",
  ]);
  assertEquals(words({}, "clocks").slice(1), [
    "odd    late, 3 replies: An answer to a probe that had timed out",
    "odd    ip-options, 1 reply: The IPv4 header carries options that were not",
    "       asked for",
  ]);
});

Deno.test("watch: the heading has the order and the state, and lists of targets say which are in sight", () => {
  const picture = makePicture(
    Array.from({ length: 30 }, (_, i) => ({ label: `host-${i}`, probes: risingProbes(5, 0, {}) })),
  );
  const view = (change: Partial<WatchView>) => Object.assign(new WatchView(0, 2), change);
  const draw = (change: Partial<WatchView>, elapsedS = 3723.9, rows = 20) =>
    drawWatch({ ...picture, elapsedS }, view(change), { columns: 100, rows }, "ascii");
  assertEquals(
    draw({}).line(0),
    "icmptime watch  30 targets  timestamp requests every 1 s".padEnd(93) + "1:02:03",
  );
  assertEquals(
    draw({ sort: "rtt", isReversed: true, isPaused: true }).line(0),
    "icmptime watch  30 targets  timestamp requests every 1 s  sorted by rtt, reversed".padEnd(94) +
      "PAUSED",
  );
  assertEquals([0, 0.9, 59.9, 60].map((elapsedS) => draw({}, elapsedS).line(0).slice(-8).trim()), [
    ...["0:00:00", "0:00:00", "0:00:59", "0:01:00"],
  ]);
  assertEquals(draw({ isReversed: true }).line(0).includes("sorted by given, reversed"), true);
  assertEquals(draw({ sort: "out" }).line(0).includes("sorted by out  "), true);
  // Two fifths of what heading, heads, a sentence, losses, time and keys leave of 20 lines: five targets.
  const sight = (focus: number, rows = 20) =>
    draw({ focus }, 1, rows).line(1).slice(2, 15).replace(/ +l?$/, "");
  assertEquals([0, 2, 3, 17, 29].map((focus) => sight(focus)), [
    ...["1-5 of 30", "1-5 of 30", "2-6 of 30", "16-20 of 30", "26-30 of 30"],
  ]);
  assertEquals(sight(4, 10), "5 of 30");
  assertEquals(sight(0, 81), "target");
  const one = makePicture([{ label: "a", probes: [] }]);
  assertEquals(
    drawWatch(one, view({}), { columns: 100, rows: 20 }, "ascii").line(0).includes("  1 target  "),
    true,
  );
  assertEquals([20, 999.5, 1000, 90_000].map(describeInterval), [
    ...["every 20 ms", "every 1000 ms", "every 1 s", "every 90 s"],
  ]);
});
