/** The clock of a capture. */

import { assertEquals } from "@std/assert";
import { CaptureClock } from "../../../src/probe/observed/capture_clock.ts";
import { findPoint, PointVote } from "../../../src/probe/observed/capture_point.ts";

const DAY_S = 86_400;
/** A midnight, and 12:30 of the same day. */
const MIDNIGHT_S = 20_000 * DAY_S, FIRST_S = MIDNIGHT_S + 45_000;

/** Times after the first packet, seconds, on both scales. */
function open() {
  const clock = new CaptureClock(FIRST_S, 500);
  const since = ({ realtimeNs, monotonicNs }: ReturnType<CaptureClock["now"]>) => [
    (realtimeNs - 45_000e9 - 500) / 1e9,
    (monotonicNs - 45_000e9 - 500) / 1e9,
  ];
  return {
    clock,
    read: (afterS: number) => since(clock.read(FIRST_S + afterS, 500)),
    now: () => since(clock.now()),
  };
}

Deno.test("capture clock: counts from the midnight before the first packet", () => {
  const { clock, now, read } = open();
  assertEquals(clock.baseUnixMs, MIDNIGHT_S * 1000);
  assertEquals(clock.now(), {
    realtimeNs: 45_000e9 + 500,
    monotonicNs: 45_000e9 + 500,
    source: "kernel",
  });
  assertEquals(read(0.5 * DAY_S), [0.5 * DAY_S, 0.5 * DAY_S]);
  assertEquals(now(), [0.5 * DAY_S, 0.5 * DAY_S]);
  assertEquals(new CaptureClock(MIDNIGHT_S, 0).baseUnixMs, MIDNIGHT_S * 1000);
  assertEquals(new CaptureClock(MIDNIGHT_S - 1, 0).baseUnixMs, (MIDNIGHT_S - DAY_S) * 1000);
});

Deno.test("capture clock: packets out of order by ten seconds are; by more the clock was set, and time goes on", () => {
  const { now, read } = open();
  read(20);
  assertEquals([read(10), now()], [[10, 10], [20, 20]]);
  assertEquals([read(15), now()], [[15, 15], [20, 20]]);
  assertEquals([read(9), now()], [[9, 20], [9, 20]]);
  assertEquals([read(12), now()], [[12, 23], [12, 23]]);
  // Set back once more, by an hour.
  assertEquals(read(-3600), [-3600, 23]);
  assertEquals(read(-3599), [-3599, 24]);
});

Deno.test("capture clock: a file says until when it went on, a day at most, and never back", () => {
  const { clock, now, read } = open();
  read(60);
  clock.end(FIRST_S + 50, 500);
  assertEquals(now(), [60, 60]);
  clock.end(FIRST_S + 60 + DAY_S + 1, 500);
  assertEquals(now(), [60, 60]);
  clock.end(FIRST_S + 60 + DAY_S, 500);
  assertEquals(now(), [60 + DAY_S, 60 + DAY_S]);
  const set = open();
  set.read(100);
  set.read(0);
  set.clock.end(FIRST_S + 5, 500);
  assertEquals(set.now(), [5, 105]);
});

Deno.test("capture point: direction decides before the time to live, and the most votes in the end", () => {
  const packet = (ttl: number, direction?: "in" | "out") => ({ ttl, direction });
  const places = [
    [packet(60, "out"), packet(64), "client"],
    [packet(64, "out"), packet(64, "out"), "path"],
    [packet(64, "in"), packet(60, "out"), "server"],
    [packet(64, "in"), packet(64, "in"), "path"],
    [packet(57, "in"), packet(64), "server"],
    [packet(32), packet(31), "client"],
    [packet(128), packet(57), "client"],
    [packet(255), packet(57), "client"],
    [packet(57), packet(57), "path"],
    [packet(255), packet(32), undefined],
  ] as const;
  for (const [request, reply, place] of places) assertEquals(findPoint(request, reply), place);
  const vote = new PointVote();
  assertEquals(vote.point, undefined);
  vote.add(undefined);
  assertEquals(vote.point, undefined);
  for (const point of ["path", "client", "client", undefined] as const) vote.add(point);
  assertEquals(vote.point, "client");
  for (const point of ["path", "path"] as const) vote.add(point);
  assertEquals(vote.point, "path");
});

Deno.test("capture clock: an end is later by its nanoseconds too", () => {
  const { clock } = open();
  clock.end(FIRST_S, 700);
  assertEquals(clock.now().realtimeNs, 45_000e9 + 700);
  clock.end(FIRST_S, 600);
  assertEquals(clock.now().realtimeNs, 45_000e9 + 700);
});
