/** The tick of a clock from a few timestamps; the chances are worked out by hand. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { commonStepMs, findTick } from "../../../src/behaviour/coarse_tick.ts";

const NOON_MS = 43_200_000;

/** Requests some ticks apart, each that much later than a tick begins, to a clock that is right but for its tick. */
const ask = (tickMs: number, phasesMs: readonly number[], setsMs: readonly number[] = []) =>
  phasesMs.map((phaseMs, i) => {
    const sentMs = NOON_MS + tickMs * i * (i + 100) + phaseMs;
    return { sentMs, shownMs: Math.floor(Math.floor(sentMs / tickMs) * tickMs) + (setsMs[i] ?? 0) };
  });

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("tick: eight requests in eight of ten cells show one of 10 ms, two in one cell do not", () => {
  // (1/8)^8 is 6e-8, (2/8)^2 (1/8)^6 is 2.4e-7, (1/7)^7 is 1.2e-6: a finer clock may do it once in ten million.
  assertEquals(findTick(ask(10, [0, 1, 2, 3, 4, 5, 6, 7])), { shownMs: 10, worstMs: 10 });
  assertEquals(findTick(ask(10, [0, 1, 2, 3, 4, 5, 6, 6])), { shownMs: undefined, worstMs: 10 });
  assertEquals(findTick(ask(10, [0, 1, 2, 3, 4, 5, 6])), { shownMs: undefined, worstMs: 10 });
  // What counts is the phase: the same cells in another order, and each some ticks later.
  const later = [7, 6, 15, 34, 23, 12, 61, 40];
  assertEquals(findTick(ask(10, later)), { shownMs: 10, worstMs: 10 });
  // Within a millisecond of each other they are one cell.
  assertEquals(findTick(ask(10, [0, 1, 2, 3, 4, 5, 6, 6.9])).shownMs, undefined);
});

Deno.test("tick: cells begin at the first request", () => {
  // From 0.5 on, 1.4 is in the first cell, and 9.6 in the last one of the tick.
  assertEquals(findTick(ask(10, [0.5, 1.4, 2, 3, 4, 5, 6, 7])).shownMs, undefined);
  assertEquals(findTick(ask(10, [0.5, 1.6, 2.6, 3.6, 4.6, 5.6, 6.6, 9.6])).shownMs, 10);
});

Deno.test("tick: whole milliseconds hide half the cells of a tick that is none", () => {
  // A second is 64 ticks of 15.625 ms, which have seven cells of 2.2 ms.
  const eight = [0, 1, 2, 3, 4, 5, 6, 7].map((phase) => 1.9 * phase);
  assertEquals(findTick(ask(15.625, eight)), { shownMs: undefined, worstMs: 15.625 });
  // Three cells with two and four with one: (2/10)^6 (1/10)^4 is 6e-9.
  const ten = [0, 2.3, 4.5, 6.7, 9, 11.2, 13.4, 0.5, 2.8, 5];
  assertEquals(findTick(ask(15.625, ten)), { shownMs: 15.625, worstMs: 15.625 });
});

Deno.test("tick: the coarsest that fits, whether it is a whole number or not", () => {
  const fifteenth = findTick(ask(1000 / 15, range(24).map((i) => 13.7 * i)));
  assertAlmostEquals(fifteenth.shownMs ?? NaN, 66.667, 1e-3);
  assertAlmostEquals(fifteenth.worstMs, 66.667, 1e-3);
  assertEquals(findTick(ask(500, range(12).map((i) => 41 * i))), { shownMs: 500, worstMs: 500 });
});

Deno.test("tick: a clock that was set once among them shows none", () => {
  const phases = range(24).map((i) => 3.7 * i);
  assertEquals(findTick(ask(15.625, phases)).shownMs, 15.625);
  const sets = phases.map((_, i) => i < 12 ? 0 : 7);
  assertEquals(findTick(ask(15.625, phases, sets)), { shownMs: undefined, worstMs: 1 });
});

Deno.test("tick: a clock of milliseconds shows none, and one that stands still allows a second", () => {
  assertEquals(findTick(ask(1, range(12).map((i) => 3.3 * i))), { shownMs: undefined, worstMs: 1 });
  const still = range(3).map((i) => ({ sentMs: NOON_MS + i, shownMs: NOON_MS }));
  assertEquals(findTick(still), { shownMs: undefined, worstMs: 1000 });
});

Deno.test("common step: of which all times are whole multiples apart, in any order", () => {
  assertEquals(commonStepMs([NOON_MS, NOON_MS + 30, NOON_MS - 45]), 15);
  assertEquals([commonStepMs([7, 7]), commonStepMs([7]), commonStepMs([])], [0, 0, 0]);
  assertEquals(commonStepMs([1, 5, 9]), 4);
});
