/** Halves of a time: which numbers are taken for them, and how well they must keep time. */

import { assertEquals } from "@std/assert";
import type { HostAnswer } from "../../../src/behaviour/answer.ts";
import { findMeaningless } from "../../../src/behaviour/meaningless.ts";

const NOON = Date.UTC(2026, 4, 14, 12);

/** A request that many milliseconds after noon, the number that came back, and its round trip. */
type Exchange = readonly [atMs: number, receive: number, rttMs?: number, transmit?: number];

function answer([atMs, receive, rttMs = 0, transmit = receive]: Exchange): HostAnswer {
  return {
    question: "standard",
    request: { originate: 1, receive: 0, transmit: 0 },
    reply: { originate: 1, receive, transmit },
    ...{ sentUnixMs: NOON + atMs, receivedUnixMs: NOON + atMs + rttMs },
    ...{ requestBytes: 20, replyBytes: 20, requestTos: 0, replyTos: 0, replyCode: 0 },
    ...{ ttl: 64, identification: 7, hasDontFragment: false },
  };
}

const labels = (...exchanges: readonly Exchange[]) =>
  findMeaningless(exchanges.map(answer))?.map(({ label }) => label).join(" ");

/** What `htons()` leaves of a time where `htonl()` was meant: its low half, in the high one. */
const half = (ms: number) => (ms & 0xffff) * 65_536;
/** The same on a host that sends octets in the opposite order. */
const turned = (ms: number) => ((ms & 0xff) * 256 + (ms >>> 8 & 0xff)) * 65_536;

Deno.test("halves: three numbers without a low half that advance as time does, in either order", () => {
  for (const write of [half, turned]) {
    const exchanges = [0, 200, 1000].map((ms): Exchange => [ms, write(0x4500 + ms)]);
    assertEquals(labels(...exchanges), "halves-swapped lazy");
    // Two may agree by chance.
    assertEquals(labels(...exchanges.slice(0, 2)), undefined);
    // Past 65,535 they begin again.
    const around = [0, 200, 1000].map((ms): Exchange => [ms, write(0xff00 + ms)]);
    assertEquals(labels(...around), "halves-swapped lazy");
  }
  // One number in the low half is enough to show that it is none, of either timestamp.
  const plain = [0, 200, 1000].map((ms): Exchange => [ms, half(0x4500 + ms)]);
  assertEquals(labels(...plain.slice(0, 2), [1000, half(0x4500 + 1000) + 1]), undefined);
  const stamp = half(0x4500 + 1000);
  assertEquals(labels(...plain.slice(0, 2), [1000, stamp, 0, stamp + 1]), undefined);
  assertEquals(
    labels(...plain.slice(0, 2), [1000, stamp, 0, half(0x4501)]),
    "halves-swapped normal",
  );
});

Deno.test("halves: a coarse clock shows two numbers, one that stands still is no half", () => {
  assertEquals(labels([0, half(0)], [30, half(0)], [60, half(50)]), "halves-swapped lazy");
  assertEquals(labels([0, half(9)], [800, half(9)], [1600, half(9)]), `stuck`);
});

Deno.test("halves: off by a tick, half a per cent and the longer round trip, and no more", () => {
  // A fifteenth of a second, 5 ms of the second that passed, and 50 ms: 121.67 ms.
  const ahead = (ms: number, firstRttMs: number, secondRttMs: number) =>
    labels([-1000, half(0)], [0, half(1000), firstRttMs], [1000, half(2000 + ms), secondRttMs]);
  for (const [first, second] of [[50, 10], [10, 50]] as const) {
    for (const ms of [121, -121]) assertEquals(ahead(ms, first, second), "halves-swapped lazy");
    for (const ms of [122, -122]) assertEquals(ahead(ms, first, second), undefined);
  }
});

Deno.test("halves: midnight of that host comes once", () => {
  const dayMs = (ms: number) => (86_400_000 + ms) % 86_400_000;
  const at = (atMs: number, ms: number): Exchange => [atMs, half(dayMs(ms))];
  assertEquals(labels(at(0, -300), at(400, 100), at(800, 500)), "halves-swapped lazy");
  assertEquals(labels(at(0, -300), at(400, 100), at(800, 500), at(1200, -100)), undefined);
  // A day back a second time.
  const twice: readonly Exchange[] = [
    ...[at(0, -300), at(400, 100), at(800, 500)],
    ...[[1200, half(900 - 86_400_000)], [1600, half(1300 - 86_400_000)]] as const,
  ];
  assertEquals(labels(...twice), undefined);
});

Deno.test("copies: reflected zeros say nothing, one number that is no zero is enough", () => {
  const reflect = (...numbers: readonly number[]) =>
    findMeaningless(numbers.map((receive, i) => ({
      ...answer([i * 800, receive]),
      request: { originate: 5, receive, transmit: receive },
    })))?.map(({ label }) => label).join(" ");
  assertEquals(reflect(0, 0, 7), "reflection");
  assertEquals(reflect(0, 0, 0), "undecided");
  // A single answer shows nothing.
  assertEquals(reflect(7), undefined);
  // Of both timestamps, in every reply.
  const other = { ...answer([0, 7]), request: { originate: 5, receive: 7, transmit: 8 } };
  assertEquals(findMeaningless([other, other]), undefined);
});

Deno.test("copies: of the originate timestamp, in both timestamps of every reply", () => {
  const far = 0x1234_5678;
  const echo = (...copied: readonly (readonly [receive: boolean, transmit: boolean])[]) =>
    findMeaningless(copied.map(([receive, transmit], i) => ({
      ...answer([i * 800, receive ? far : i, 0, transmit ? far : i]),
      request: { originate: far, receive: 0, transmit: 0 },
    })))?.map(({ label }) => label).join(" ");
  assertEquals(echo([true, true], [true, true], [true, true]), "originate-echo");
  for (const odd of [[true, false], [false, true]] as const) {
    assertEquals(echo([true, true], odd, [true, true]), undefined);
    assertEquals(echo(odd, odd, odd), undefined);
  }
});

Deno.test("constants: neither timestamp changes", () => {
  assertEquals(labels([0, 4711], [800, 4711], [1600, 4711]), "stuck");
  assertEquals(labels([0, 4711], [800, 4711], [1600, 4712]), undefined);
  const transmits = (...numbers: readonly number[]) =>
    labels(...numbers.map((number, i): Exchange => [i * 800, 4711, 0, number]));
  assertEquals([transmits(1, 1, 1), transmits(1, 1, 2)], ["stuck", undefined]);
});
