import { assertEquals } from "@std/assert";
import { SORT_ORDERS, WatchView } from "../../../../src/report/screen/watch_view.ts";
import { makePicture, risingProbes } from "../../../support/screen_fixture.ts";

const ROWS = makePicture([
  { label: "steady", probes: risingProbes(24, 0, {}) },
  { label: "out", probes: risingProbes(12, 12, { outMs: 40 }) },
  { label: "lost", probes: Array.from({ length: 24 }, () => undefined) },
  { label: "back", probes: risingProbes(10, 14, { backMs: 70 }) },
]).rows;

/** Presses keys and returns the name of the target in focus. */
function press(view: WatchView, ...keys: readonly string[]): string | undefined {
  for (const key of keys) view.press(key, view.order(ROWS));
  return ROWS.find(({ index }) => index === view.focus)?.name;
}

Deno.test("watch view: keys move the focus, and stop at the ends", () => {
  const view = new WatchView(0, 3);
  assertEquals(press(view, "j"), "out");
  assertEquals(press(view, "down", "down", "down", "down"), "back");
  assertEquals(press(view, "k"), "lost");
  assertEquals(press(view, "up", "up", "up", "up"), "steady");
  assertEquals(press(view, "G"), "back");
  assertEquals(press(view, "g"), "steady");
  assertEquals(press(view, "page-down"), "back");
});

Deno.test("watch view: the table is sorted, and the focus moves in its order", () => {
  const view = new WatchView(0, 3);
  const names = SORT_ORDERS.map(() => {
    const order = view.order(ROWS).map(({ name }) => name);
    press(view, "s");
    return order.join(" ");
  });
  assertEquals(names, [
    "steady out lost back",
    "lost steady out back",
    "back out steady lost",
    "out steady back lost",
    "back steady out lost",
  ]);
  assertEquals(view.sort, "given");
  press(view, "s", "S");
  assertEquals(view.order(ROWS)[0]?.name, "back");
});

Deno.test("watch view: zoom stays within the levels", () => {
  const view = new WatchView(1, 3);
  press(view, "+", "+", "+");
  assertEquals(view.zoom, 0);
  press(view, "-", "-", "-", "-");
  assertEquals(view.zoom, 2);
  press(view, "=");
  assertEquals(view.zoom, 1);
});

Deno.test("watch view: what is shown", () => {
  const view = new WatchView(0, 1);
  const modes = ["c", "?", "escape", "h", "c", "c"].map((key) => {
    view.press(key, ROWS);
    return view.mode;
  });
  assertEquals(modes, ["clocks", "help", "delays", "help", "clocks", "delays"]);
  press(view, "p", "o");
  assertEquals([view.isPaused, view.isOverlaid], [true, true]);
  press(view, " ", "o");
  assertEquals([view.isPaused, view.isOverlaid], [false, false]);
});

Deno.test("watch view: some keys are for the run", () => {
  const view = new WatchView(0, 1);
  press(view, "p");
  assertEquals(["q", "r", "\f", "x", "7"].map((key) => view.press(key, ROWS)), [
    ...["quit", "reset", "redraw", undefined, undefined],
  ]);
  assertEquals(view.isPaused, false);
});

Deno.test("watch view: a page is ten targets, and home and end are the first and the last", () => {
  const many = makePicture(
    Array.from({ length: 30 }, (_, i) => ({ label: `host-${i}`, probes: risingProbes(3, 0, {}) })),
  ).rows;
  const view = new WatchView(0, 1);
  const focusAfter = (key: string) => {
    view.press(key, many);
    return view.focus;
  };
  assertEquals(
    ["page-down", "page-down", "page-down", "page-up", "home", "end", "x"].map(focusAfter),
    [
      ...[10, 20, 29, 19, 0, 29, 29],
    ],
  );
});

Deno.test("watch view: in every order a target of which nothing is known stands last, reversed first", () => {
  const { rows } = makePicture([
    { label: "none", probes: [] },
    { label: "answered", probes: risingProbes(6, 0, {}) },
  ]);
  for (const sort of SORT_ORDERS.filter((order) => order !== "given")) {
    const view = Object.assign(new WatchView(0, 1), { sort });
    assertEquals(view.order(rows).map(({ name }) => name), ["answered", "none"], sort);
    view.isReversed = true;
    assertEquals(view.order(rows).map(({ name }) => name), ["none", "answered"], sort);
  }
});
