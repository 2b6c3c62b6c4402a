/** What is read of a target for a picture, and what a paused picture keeps. */

import { assertEquals } from "@std/assert";
import { freezeRow, readEcho, readTarget } from "../../../../src/report/screen/target_row.ts";
import { DelayHistory } from "../../../../src/run/delay_history.ts";
import type { TargetSnapshot } from "../../../../src/run/run_state.ts";
import { TargetStatistics } from "../../../../src/run/target_statistics.ts";
import { makePicture, risingProbes } from "../../../support/screen_fixture.ts";

/** A target that nothing is known of yet, but for what is given. */
function snapshot(more: Partial<Record<keyof TargetSnapshot, unknown>> = {}): TargetSnapshot {
  const target = { index: 3, label: "a.example", address: 0xc0000207 };
  const statistics = new TargetStatistics(target);
  const summary = statistics.summary(0);
  const { counters } = statistics;
  return { target, counters, summary, history: undefined, clock: undefined, ...more } as never;
}

const clock = { name: "the clock" };
const read = (more: Parameters<typeof snapshot>[0], hasClock = false) =>
  readTarget(snapshot(more), 0, { numeric: false }, hasClock);

Deno.test("watch row: echo requests that are switched off are shown as long as they have a loss", () => {
  const lossRatio = 0.25, history = { lastRttMs: 1.5 };
  const rttMs = { median: 2 };
  const silent = { counters: {}, summary: {} };
  const asked = { counters: { lossRatio }, summary: { rttMs }, history };
  assertEquals(readEcho(undefined, true), undefined);
  assertEquals(readEcho(snapshot(silent), false), undefined);
  assertEquals(readEcho(snapshot(silent), true), {
    ...{ lossRatio: undefined, lastMs: undefined, rtt: undefined },
  });
  for (const isOn of [true, false]) {
    assertEquals(readEcho(snapshot(asked), isOn) as unknown, {
      lossRatio,
      lastMs: 1.5,
      rtt: rttMs,
    });
  }
});

Deno.test("watch row: a target of which nothing is known", () => {
  const row = read({ clock });
  assertEquals([row.index, row.name, row.fullName], [3, "a.example", "a.example (192.0.2.7)"]);
  assertEquals(row.latest, {
    ...{ replies: 0, spanMs: 0, out: undefined, back: undefined, queue: undefined },
  });
  assertEquals([row.slow, row.lossRatio, row.lastMs, row.tickMs, row.odd.length], [
    ...[undefined, undefined, undefined, 1, 0],
  ]);
  assertEquals([row.clock, read({ clock }, true).clock as unknown], [undefined, clock]);
});

Deno.test("watch row: delays are judged with the tick of a coarse clock alone, flags by their number", () => {
  const host = (tick: string) => ({ host: { tick, tickMs: 10 } });
  const tickOf = (tick: string) => read({ summary: host(tick) }).tickMs;
  assertEquals([tickOf("coarse"), tickOf("fine"), tickOf("unknown")], [10, 1, 1]);
  const flags = new Map([["late", 2], ["zero", 9], ["duplicate", 3]]);
  assertEquals(read({ summary: { flags } }).odd, [["zero", 9], ["duplicate", 3], ["late", 2]]);
});

Deno.test("watch row: a paused picture has the history of that moment", () => {
  const [row] = makePicture([{ label: "a", probes: risingProbes(3, 0, {}) }]).rows;
  if (!(row?.history instanceof DelayHistory)) throw new Error("no history");
  const frozen = freezeRow(row);
  const lostIn = (levels: DelayHistory["levels"] = []) => levels.map((level) => level.lost(102));
  for (const level of row.history.levels) level.addLost(102e9);
  assertEquals(frozen.history?.levels.length, 2);
  assertEquals([lostIn(row.history.levels)[0], lostIn(frozen.history?.levels)[0]], [1, 0]);
  assertEquals(frozen.name, "a");
  assertEquals(freezeRow(read({})).history, undefined);
});
