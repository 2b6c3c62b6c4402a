import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { HostOffsetTracker } from "../../../src/measurement/host_offset_tracker.ts";

const NOON = 43_200_000;

/** Steps between replies, milliseconds: without a common divisor. */
const STEPS = [131, 74, 92, 53, 87, 116, 61, 103];

/** A host that is asked at uneven times over 0.1 ms each way; its clock has an offset, and may have a tick. */
class Host {
  readonly tracker = new HostOffsetTracker();
  /** What add() returned. */
  readonly results: boolean[] = [];
  atMs = 0;
  offsetMs = 0;
  pairNs = 0;
  #asked = 0;

  /** Asks so often; stamps lag by what `lag` says, milliseconds below 1 where there is no tick. */
  ask(times: number, lag: (index: number, clockMs: number) => number = () => 0.25): void {
    for (let time = 0; time < times; time++) {
      this.atMs += STEPS[this.#asked % STEPS.length] as number;
      const clockMs = NOON + this.atMs + this.offsetMs;
      const lagMs = lag(this.#asked, clockMs);
      this.#asked++;
      this.results.push(this.tracker.add({
        atNs: this.atMs * 1e6,
        clockPairNs: this.pairNs,
        receiveMs: Math.floor(clockMs - lagMs),
        aheadMs: this.offsetMs + 0.1 - lagMs,
        behindMs: this.offsetMs - 0.1 - lagMs,
      }));
    }
  }

  get bounds(): [lowerMs: number, upperMs: number] {
    const { lowerMs = NaN, upperMs = NaN } = this.tracker.offset ?? {};
    return [lowerMs, upperMs];
  }
}

function assertBounds(host: Host, lowerMs: number, upperMs: number): void {
  // 500 ppm of a second is half a millisecond of drift that may widen them.
  assertAlmostEquals(host.bounds[0], lowerMs, 0.06);
  assertAlmostEquals(host.bounds[1], upperMs, 0.06);
}

Deno.test("host: until its tick is known, the bounds allow for a second of it, the assumed ones for a millisecond", () => {
  const host = new Host();
  host.offsetMs = 7;
  host.ask(1);
  assertEquals([host.tracker.tick, host.tracker.replyTickMs], ["assumed", 1]);
  assertEquals(host.tracker.tickMs, 1001);
  assertBounds(host, 6.65, 6.85 + 1001);
  const assumed = host.tracker.assumedOffset;
  assertAlmostEquals(assumed?.lowerMs ?? NaN, 6.65, 1e-9);
  assertAlmostEquals(assumed?.upperMs ?? NaN, 7.85, 1e-9);
});

Deno.test("host: a fine clock is known as one within nine replies, with bounds of a millisecond and the path", () => {
  const host = new Host();
  host.offsetMs = -3;
  host.ask(9);
  assertEquals([host.tracker.tick, host.tracker.tickMs, host.tracker.replyTickMs], ["fine", 1, 1]);
  assertEquals(host.tracker.assumedOffset, undefined);
  assertBounds(host, -3.35, -3.15 + 1);
  assert(host.results.every((result) => result));
  assertEquals([host.tracker.stamps, host.tracker.isWithdrawn], [9, false]);
});

/** The lag of a clock with a tick of 10 ms. */
const TEN = (_: number, clockMs: number): number => clockMs % 10;

Deno.test("host: a tick of 10 ms contradicts a fine one, and is announced after 24 stamps", () => {
  const host = new Host();
  host.ask(16, TEN);
  assertEquals(host.tracker.tick, "unknown");
  host.ask(40, TEN);
  assertEquals([host.tracker.tick, host.tracker.tickMs], ["coarse", 11]);
  assertEquals(host.tracker.assumedOffset, undefined);
  const [lowerMs, upperMs] = host.bounds;
  // Stamps lag by 0 to 9 ms: the best lower bound is -0.1, the best upper one 0.1 - 9 + 11.
  assertAlmostEquals(lowerMs, -0.1, 1);
  assertAlmostEquals(upperMs, 2.1, 1);
  assert(lowerMs <= 0 && 0 <= upperMs);
});

Deno.test("host: a coarse clock that becomes a fine one is unknown until 24 replies fit", () => {
  const host = new Host();
  host.ask(60, TEN);
  assertEquals(host.tracker.tick, "coarse");
  const seen: string[] = [];
  for (let reply = 0; reply < 80; reply++) {
    host.ask(1);
    if (seen.at(-1) !== host.tracker.tick) seen.push(host.tracker.tick);
  }
  assertEquals(seen, ["coarse", "unknown", "fine"]);
});

Deno.test("host: a clock of whole seconds was never set, however far its stamps lag", () => {
  const host = new Host();
  // Stamps are whole seconds: they lag by 0 to 999.7 ms.
  const lag = (index: number) => [0.1, 999.7, 400, 999.8][index % 4] as number;
  host.ask(40, lag);
  assert(host.results.every((result) => result));
  assertEquals([host.tracker.tick, host.tracker.isWithdrawn], ["unknown", false]);
  assert(host.bounds[0] <= 0 && host.bounds[1] >= 0, `${host.bounds}`);
});

Deno.test("host: a clock whose stamps happen to lie on a grid is doubted after sixteen, not before", () => {
  const host = new Host();
  // Asked each 100 ms sharp, just after a tick of whatever it is: nothing contradicts it, nothing shows it.
  const ask = () => {
    host.atMs += 100;
    host.tracker.add({
      atNs: host.atMs * 1e6,
      clockPairNs: 0,
      receiveMs: NOON + host.atMs,
      aheadMs: 0.1,
      behindMs: -0.1,
    });
  };
  for (let reply = 0; reply < 15; reply++) ask();
  assertEquals(host.tracker.tick, "assumed");
  ask();
  assertEquals([host.tracker.tick, host.tracker.tickMs], ["unknown", 101]);
});

Deno.test("host: what is withdrawn is not given for three seconds, and a fine tick is proved anew", () => {
  const host = new Host();
  host.ask(9);
  host.tracker.withdraw(host.atMs * 1e6);
  const withdrawnMs = host.atMs;
  assertEquals([host.tracker.isWithdrawn, host.tracker.offset], [true, undefined]);
  assertEquals(host.tracker.tick, "assumed");
  while (host.atMs + 131 < withdrawnMs + 3000) {
    host.ask(1);
    assertEquals(host.tracker.offset, undefined, `${host.atMs - withdrawnMs} ms later`);
  }
  host.ask(3);
  assert(host.atMs > withdrawnMs + 3000);
  assertEquals([host.tracker.isWithdrawn, host.tracker.tick], [false, "fine"]);
  assertBounds(host, -0.35, 0.85);
});

Deno.test("host: a clock that is set once keeps its tick, and its bounds begin anew", () => {
  const host = new Host();
  host.ask(9);
  host.offsetMs = 5000;
  host.ask(1);
  assertEquals([host.tracker.tick, host.results.at(-1)], ["fine", true]);
  assertBounds(host, 4999.65, 5000.85);
});

Deno.test("host: a clock that is set three times with fewer than eight replies in between is none", () => {
  // The reply that shows it is none of those in between.
  for (const [replies, isClock] of [[2, false], [8, false], [9, true], [20, true]] as const) {
    const host = new Host();
    host.ask(20);
    for (const offsetMs of [5000, 10_000, 15_000, 20_000]) {
      host.offsetMs = offsetMs;
      host.ask(replies);
    }
    assertEquals(host.results.every((result) => result), isClock, `${replies} each`);
    assertEquals(host.tracker.isWithdrawn, !isClock, `${replies} each`);
  }
});

Deno.test("host: what was no clock is one again after eight replies that fit", () => {
  const host = new Host();
  host.ask(20);
  for (const offsetMs of [5000, 10_000, 15_000]) {
    host.offsetMs = offsetMs;
    host.ask(2);
  }
  // The last reply was the first that fits.
  host.ask(10);
  assertEquals(host.results.slice(24), [...Array(8).fill(false), ...Array(4).fill(true)]);
});

Deno.test("host: where our own clock was set, the bounds begin anew without a contradiction", () => {
  const host = new Host();
  host.ask(9);
  // Ours went back by 4 ms: theirs is ahead by as much.
  host.pairNs = -4e6;
  host.offsetMs = 4;
  host.ask(2);
  assertEquals(host.tracker.tick, "fine");
  assertBounds(host, 3.65, 4.85);
  host.pairNs = 0;
  host.offsetMs = 0;
  host.ask(1);
  assertEquals(host.tracker.tick, "fine");
  assertBounds(host, -0.35, 0.85);
});

Deno.test("host: a stamp that has not moved for more than 100 ms shows no time", () => {
  const host = new Host();
  const add = (ms: number, receiveMs: number) =>
    host.tracker.add({ atNs: ms * 1e6, clockPairNs: 0, receiveMs, aheadMs: 0, behindMs: 0 });
  add(1000, NOON);
  add(1100, NOON);
  assertEquals([host.tracker.hasMoved, host.tracker.offset !== undefined], [true, true]);
  add(1101, NOON);
  assertEquals([host.tracker.hasMoved, host.tracker.offset], [false, undefined]);
  assertEquals(host.tracker.assumedOffset, undefined);
  add(1200, NOON + 1);
  assertEquals([host.tracker.hasMoved, host.tracker.offset !== undefined], [true, true]);
});

Deno.test("host: whole seconds are noted as long as every stamp is one", () => {
  const host = new Host();
  const add = (ms: number, receiveMs: number) =>
    host.tracker.add({ atNs: ms * 1e6, clockPairNs: 0, receiveMs, aheadMs: 0, behindMs: 0 });
  add(1000, NOON);
  add(2000, NOON + 1000);
  assertEquals([host.tracker.isWholeSeconds, host.tracker.stamps], [true, 2]);
  add(3000, NOON + 2001);
  add(4000, NOON + 3000);
  assertEquals([host.tracker.isWholeSeconds, host.tracker.stamps], [false, 4]);
});
