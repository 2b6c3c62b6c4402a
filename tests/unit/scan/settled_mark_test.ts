import { assertEquals } from "@std/assert";
import { type Departures, SettledMark } from "../../../src/scan/settled_mark.ts";

const MS = 1e6;

/** A sweep with two senders, and the mark of it with a cooldown of a second. */
function open(cooldownMs = 1000, departed = 0) {
  const departures = { departed, sent: [0, 0], gone: [0, 0] };
  const mark = new SettledMark(departures satisfies Departures, cooldownMs);
  return {
    mark,
    /** So much was handed over, and so much of it has left, at a time in milliseconds. */
    note(ms: number, position: number, sent: number[], gone = sent): void {
      Object.assign(departures, { departed: position, sent, gone });
      mark.note(ms * MS);
    },
    at: (ms: number) => mark.settled(ms * MS),
  };
}

Deno.test("settled: a position is when all below it left a cooldown ago", () => {
  const { note, at } = open();
  note(0, 100, [60, 40]);
  note(200, 300, [160, 140]);
  assertEquals([at(999.9), at(1000), at(1199.9), at(1200), at(9000)], [0, 100, 100, 300, 300]);
});

Deno.test("settled: the cooldown begins when the last sender's probes have left the machine", () => {
  const { note, at } = open();
  note(0, 100, [60, 40], [60, 39]);
  note(500, 200, [110, 90], [110, 40]);
  // Below 100 all had left at 500; below 200 not before 700.
  note(700, 200, [110, 90], [110, 90]);
  assertEquals([at(1499.9), at(1500), at(1699.9), at(1700)], [0, 100, 100, 200]);
});

Deno.test("settled: a position below which something waits holds back those above it", () => {
  const { note, at } = open();
  note(0, 100, [100, 0], [99, 0]);
  note(100, 200, [100, 100], [99, 100]);
  assertEquals(at(5000), 0);
  note(5000, 200, [100, 100]);
  assertEquals([at(5999.9), at(6000)], [0, 200]);
});

Deno.test("settled: it is time to note each 50 ms, and less often where the cooldown is long", () => {
  const brief = open(1000).mark;
  assertEquals(brief.isDue(0), true);
  brief.note(0);
  assertEquals([brief.isDue(49.9 * MS), brief.isDue(50 * MS)], [false, true]);
  // 256 marks a cooldown: 25.6 s in steps of 100 ms.
  const long = open(25_600).mark;
  long.note(0);
  assertEquals([long.isDue(99.9 * MS), long.isDue(100 * MS)], [false, true]);
});

Deno.test("settled: a sweep that went back starts again at its place", () => {
  const { mark, note, at } = open(1000, 50);
  assertEquals(at(0), 50);
  note(0, 300, [300, 0]);
  note(100, 20, [320, 0]);
  mark.reset();
  assertEquals([mark.isDue(100 * MS), at(5000)], [true, 20]);
  note(5000, 60, [360, 0]);
  assertEquals([at(5999), at(6000)], [20, 60]);
});

Deno.test("settled: nothing moves while work goes on, and goes on after it, also where it failed", async () => {
  const { mark, note, at } = open();
  note(0, 100, [100, 0]);
  note(10, 200, [200, 0]);
  assertEquals(await mark.hold(1005 * MS, () => Promise.resolve(at(9000))), 100);
  assertEquals(at(9000), 200);
  note(9000, 300, [300, 0]);
  await mark.hold(9000 * MS, () => Promise.reject(new Error("boo"))).catch(() => {});
  assertEquals(at(10_000), 300);
});
