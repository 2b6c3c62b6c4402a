import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { ProbeOutcome } from "../../../src/probe/outcome.ts";
import { DelayHistory } from "../../../src/run/delay_history.ts";
import { HISTORY_COLUMNS, HistoryColumns } from "../../../src/run/history_columns.ts";

const NS_PER_MS = 1e6;

/** A probe that left at a moment, with its delays. */
function reply(atMs: number, rttMs: number, queueMs = 0): ProbeOutcome {
  const probe = { sentAt: { monotonicNs: atMs * NS_PER_MS }, queueNs: queueMs * NS_PER_MS };
  return { kind: "reply", probe, reply: { rttNs: rttMs * NS_PER_MS } } as unknown as ProbeOutcome;
}

function lost(atMs: number): ProbeOutcome {
  return {
    kind: "timedOut",
    probe: { sentAt: { monotonicNs: atMs * NS_PER_MS } },
  } as unknown as ProbeOutcome;
}

Deno.test("history columns: each keeps its least and greatest value, and what was lost in it", () => {
  const columns = new HistoryColumns(100);
  for (const [atMs, value] of [[10, 5], [20, 3], [90, 8], [110, 1]] as const) {
    columns.add(atMs * NS_PER_MS, "rtt", value);
  }
  columns.addLost(30 * NS_PER_MS);
  columns.addLost(230 * NS_PER_MS);
  assertEquals([0, 1, 2].map((n) => columns.low(n, "rtt")), [3, 1, NaN]);
  assertEquals([0, 1, 2].map((n) => columns.high(n, "rtt")), [8, 1, NaN]);
  assertEquals([0, 1, 2, 3].map((n) => columns.lost(n)), [1, 0, 1, 0]);
  assertEquals(columns.low(0, "out"), NaN);
});

Deno.test("history columns: old ones make room, and what comes too late changes nothing", () => {
  const columns = new HistoryColumns(1);
  columns.add(5 * NS_PER_MS, "rtt", 7);
  const later = 5 + HISTORY_COLUMNS;
  columns.add(later * NS_PER_MS, "back", 2);
  assertEquals([columns.low(5, "rtt"), columns.low(later, "rtt")], [NaN, NaN]);
  assertEquals(columns.low(later, "back"), 2);
  columns.add(5 * NS_PER_MS, "rtt", 7);
  columns.addLost(5 * NS_PER_MS);
  assertEquals([columns.low(5, "rtt"), columns.low(later, "rtt"), columns.lost(later)], [
    NaN,
    NaN,
    0,
  ]);
});

Deno.test("history: outcomes are in every level, directions only where they are known", () => {
  const history = new DelayHistory([10, 1000]);
  history.add(reply(5, 20, 0.5), { outMs: 3, backMs: 4 });
  history.add(reply(25, 30), undefined);
  assertEquals(history.lastRttMs, 30);
  history.add(lost(35), undefined);
  assertEquals(history.lastRttMs, undefined);
  const [fine, coarse] = history.levels;
  assertEquals([0, 2, 3].map((n) => fine?.high(n, "rtt")), [20, 30, NaN]);
  assertEquals([fine?.high(0, "out"), fine?.high(0, "back"), fine?.high(2, "out")], [3, 4, NaN]);
  assertEquals([coarse?.low(0, "rtt"), coarse?.high(0, "rtt"), coarse?.lost(0)], [20, 30, 1]);
  assertEquals(coarse?.high(0, "queue"), 0.5);
});

Deno.test("history: the latest replies are those of half a minute, and more where there are few", () => {
  const history = new DelayHistory([1000]);
  for (let second = 0; second < 100; second++) {
    history.add(reply(second * 1000, 10), { outMs: second, backMs: 0 });
  }
  const now = history.latest(99e9);
  assertEquals([now.replies, now.spanMs, now.out?.max, now.back?.max], [31, 30_000, 99, 0]);
  assertAlmostEquals(now.out?.median ?? NaN, 84, 1e-9);
  // A minute later none of them is recent: the last twenty count still.
  assertEquals(history.latest(160e9).replies, 20);
  assertEquals(history.latest(1000e9), {
    replies: 0,
    spanMs: 0,
    out: undefined,
    back: undefined,
    queue: undefined,
  });
});

Deno.test("history: a copy has the bounds that were known, and none where none were", () => {
  const columns = new HistoryColumns(1000);
  columns.add(5e8, "rtt", 20);
  assertEquals(columns.copy().bounds(0), undefined);
  columns.addBounds(5e8, { lower: 1, upper: 9 });
  const copy = columns.copy();
  columns.addBounds(5e8, { lower: 3, upper: 4 });
  assertEquals([copy.bounds(0), columns.bounds(0)], [
    ...[{ lower: 1, upper: 9 }, { lower: 3, upper: 4 }],
  ]);
});

Deno.test("history: a copy of columns stays as it was", () => {
  const columns = new HistoryColumns(1000);
  columns.add(5e8, "rtt", 20);
  columns.addLost(5e8);
  const copy = columns.copy();
  columns.add(5e8, "rtt", 90);
  columns.addLost(5e8);
  columns.add(512.5e9, "rtt", 7);
  assertEquals([copy.columnNs, copy.low(0, "rtt"), copy.high(0, "rtt"), copy.lost(0)], [
    ...[1e9, 20, 20, 1],
  ]);
  assertEquals(copy.high(512, "rtt"), NaN);
  copy.add(5e8, "rtt", 1);
  assertEquals([columns.high(512, "rtt"), columns.low(0, "rtt")], [7, NaN]);
});

Deno.test("history: a probe that times out after later ones were answered is not the latest", () => {
  const history = new DelayHistory([10]);
  history.add(reply(25, 30), undefined);
  history.add(lost(5), undefined);
  assertEquals(history.lastRttMs, 30);
  history.add(reply(15, 40), undefined);
  assertEquals(history.lastRttMs, 30);
  history.add(lost(25), undefined);
  assertEquals(history.lastRttMs, undefined);
});

Deno.test("history columns: the bounds of a column are the sharpest of its replies, and go with it", () => {
  const columns = new HistoryColumns(100);
  const at = (atMs: number, lower: number, upper: number) =>
    columns.addBounds(atMs * NS_PER_MS, { lower, upper });
  at(10, 5, 9);
  at(20, 6, 12);
  at(150, -43_200_000.5, -43_199_999.5);
  assertEquals(columns.bounds(0), { lower: 6, upper: 9 });
  assertEquals(columns.copy().bounds(1), { lower: -43_200_000.5, upper: -43_199_999.5 });
  assertEquals(columns.bounds(2), undefined);
  at(HISTORY_COLUMNS * 100, 1, 2);
  assertEquals(columns.bounds(0), undefined);
  // A column has no bounds of the one whose place it takes, nor of its neighbours.
  assertEquals(columns.bounds(HISTORY_COLUMNS), { lower: 1, upper: 2 });
  at(2 * HISTORY_COLUMNS * 100, 20, 30);
  assertEquals(columns.bounds(2 * HISTORY_COLUMNS), { lower: 20, upper: 30 });
  assertEquals(columns.bounds(1), { lower: -43_200_000.5, upper: -43_199_999.5 });
  // The new column in that place has no bounds of the old one.
  columns.add((HISTORY_COLUMNS + 1) * 100 * NS_PER_MS, "rtt", 3);
  assertEquals(columns.bounds(HISTORY_COLUMNS + 1), undefined);
});

Deno.test("history: bounds are those of the tick that the host has shown, and none where it has none", () => {
  const measured = (tick: string, tickMs: number, isWithdrawn = false) => {
    const measurement = {
      offset: { valueMs: 5, lowerMs: 4, upperMs: 6 },
      host: { tick, tickMs, isWithdrawn },
    };
    const outcome = reply(5, 20);
    const history = new DelayHistory([10]);
    history.add(
      { ...outcome, reply: { rttNs: 1, measurement } } as unknown as ProbeOutcome,
      undefined,
    );
    return history.levels[0]?.bounds(0);
  };
  assertEquals(measured("fine", 1), { lower: 4, upper: 6 });
  assertEquals(measured("coarse", 10), { lower: 4, upper: 15 });
  assertEquals(measured("unknown", 1), undefined);
  assertEquals(measured("fine", 1, true), undefined);
});
