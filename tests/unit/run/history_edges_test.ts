/** At which age and number the latest replies end, and what a day of columns keeps. */

import { assertEquals } from "@std/assert";
import type { ProbeOutcome } from "../../../src/probe/outcome.ts";
import { DelayHistory } from "../../../src/run/delay_history.ts";
import { HISTORY_COLUMNS, HistoryColumns } from "../../../src/run/history_columns.ts";

/** A reply to a probe that left this many seconds after the start. */
function reply(atS: number, queueNs?: number): ProbeOutcome {
  const probe = { sentAt: { monotonicNs: atS * 1e9 }, queueNs };
  return { kind: "reply", probe, reply: { rttNs: 5e6 } } as unknown as ProbeOutcome;
}

function historyOf(timesS: readonly number[]): DelayHistory {
  const history = new DelayHistory([1000]);
  for (const [i, atS] of timesS.entries()) history.add(reply(atS), { outMs: i, backMs: 2 * i });
  return history;
}

const seconds = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

Deno.test("history: of the latest replies those of thirty seconds count, or twenty, or those of five minutes", () => {
  const count = (history: DelayHistory, nowS: number) => history.latest(nowS * 1e9).replies;
  assertEquals(count(historyOf(seconds(100)), 99), 31);
  assertEquals(count(historyOf(seconds(100)), 99.5), 30);
  // Each ten seconds: twenty reach back 190 s, and the first of them 300 s at most.
  const slow = seconds(100).map((i) => i * 10);
  assertEquals(count(historyOf(slow), 990), 20);
  assertEquals(count(historyOf(slow), 990 + 110), 20);
  assertEquals(count(historyOf(slow), 990 + 110.5), 19);
  assertEquals(historyOf(slow).latest(990e9).spanMs, 190_000);
});

Deno.test("history: 128 of the latest replies are kept", () => {
  const fast = historyOf(seconds(300).map((i) => i / 10));
  const { replies, spanMs, out, back } = fast.latest(29.9e9);
  assertEquals([replies, Math.round(spanMs)], [128, 12_700]);
  assertEquals([out?.max, back?.max], [299, 598]);
  // 172 to 299: the middle of 128 is between 235 and 236.
  assertEquals([out?.median, back?.median], [235.5, 471]);
});

Deno.test("history: what a reply does not say is not among the latest", () => {
  const history = new DelayHistory([1000]);
  history.add(reply(1), undefined);
  assertEquals(history.latest(1e9), {
    ...{ replies: 1, spanMs: 0, out: undefined, back: undefined, queue: undefined },
  });
  history.add(reply(2, 250_000), { outMs: 1, backMs: 2 });
  const { out, back, queue } = history.latest(2e9);
  assertEquals([out, back, queue].map((spread) => spread?.max), [1, 2, 0.25]);
  assertEquals(history.levels[0]?.high(2, "queue"), 0.25);
  assertEquals(history.levels[0]?.high(1, "queue"), NaN);
});

Deno.test("history: a probe that was refused is lost when the kernel refused it", () => {
  const history = new DelayHistory([1000]);
  history.add({ kind: "unsent", at: { monotonicNs: 3.5e9 } } as unknown as ProbeOutcome, undefined);
  assertEquals([2, 3, 4].map((n) => history.levels[0]?.lost(n)), [0, 1, 0]);
});

Deno.test("history columns: one that is a whole round older has gone, and moments before 0 have columns too", () => {
  const columns = new HistoryColumns(1000);
  columns.add(5e9, "rtt", 1);
  columns.addLost(5e9);
  columns.add((5 + HISTORY_COLUMNS - 1) * 1e9, "rtt", 2);
  assertEquals([columns.high(5, "rtt"), columns.lost(5)], [1, 1]);
  columns.addLost((5 + HISTORY_COLUMNS) * 1e9);
  assertEquals([columns.high(5, "rtt"), columns.lost(5)], [NaN, 0]);
  assertEquals(columns.lost(5 + HISTORY_COLUMNS), 1);
  for (const metric of ["rtt", "out", "back", "queue"] as const) {
    columns.add(9e9, metric, metric.length);
    assertEquals([columns.low(9, metric), columns.high(9, metric)], [metric.length, metric.length]);
  }
  assertEquals(["rtt", "out", "back", "queue"].map((metric) => columns.high(9, metric as "rtt")), [
    ...[3, 3, 4, 5],
  ]);
});
