import { assertEquals } from "@std/assert";
import { RateWatch } from "../../../src/measurement/rate_watch.ts";

const MIDNIGHT_MS = 86_400_000;

/** A watch that has seen these stamps, each with the time at which it was asked for, milliseconds. */
function seen(...replies: readonly (readonly [atMs: number, stampMs: number])[]): RateWatch {
  const watch = new RateWatch();
  for (const [atMs, stampMs] of replies) watch.add(7e12 + atMs * 1e6, stampMs);
  return watch;
}

/** Whether the rate is called wrong after a first reply and one more. */
const isWrongAfter = (passedMs: number, movedMs: number) =>
  seen([0, 5000], [passedMs, 5000 + movedMs]).isWrong;

Deno.test("rate: stamps that advance as time does are right, across midnight too", () => {
  const watch = new RateWatch();
  for (let index = 0; index < 40; index++) {
    watch.add(index * 700e6, (MIDNIGHT_MS - 9000 + index * 700) % MIDNIGHT_MS);
    assertEquals(watch.isWrong, false, `${index}`);
  }
});

Deno.test("rate: nothing is said before 1.5 s have passed", () => {
  assertEquals(isWrongAfter(1499.9, 1.5), false);
  assertEquals(isWrongAfter(1500, 1.5), true);
  assertEquals(seen([0, 0], [700, 0], [1400, 1]).isWrong, false);
});

Deno.test("rate: of two replies alone, a clock that went by less than a twentieth counts in another unit", () => {
  assertEquals([isWrongAfter(2000, 99), isWrongAfter(2000, 100)], [true, false]);
  assertEquals([isWrongAfter(4000, 199), isWrongAfter(4000, 200)], [true, false]);
  assertEquals(isWrongAfter(2000, 0), true);
  // One that was set back, or ahead by an hour.
  assertEquals([isWrongAfter(2000, -1), isWrongAfter(2000, 3_600_000)], [false, false]);
});

Deno.test("rate: half of the time and half a second more or less are allowed", () => {
  // 2 s: 1500 ms. What differs in two stretches one after the other is no jump.
  const twice = (movedMs: number) => seen([0, 0], [2000, movedMs], [4000, 2 * movedMs]).isWrong;
  assertEquals([twice(500), twice(499)], [false, true]);
  assertEquals([twice(3500), twice(3501)], [false, true]);
  // 4 s: 2500 ms.
  const longer = (movedMs: number) => seen([0, 0], [4000, movedMs], [8000, 2 * movedMs]).isWrong;
  assertEquals([longer(1500), longer(1499)], [false, true]);
  // A stretch without fault in between takes it back.
  assertEquals(seen([0, 0], [2000, 400], [4000, 2400], [6000, 2800]).isWrong, false);
});

Deno.test("rate: one jump is no rate, where half of the time beside it explains the rest", () => {
  assertEquals(seen([0, 9000], [1000, 10_000], [2000, 6000]).isWrong, false);
  assertEquals(seen([0, 9000], [1000, 5000], [2000, 6000]).isWrong, false);
  assertEquals(seen([0, 9000], [1000, 9500], [2000, 5500]).isWrong, false);
  assertEquals(seen([0, 9000], [1000, 9499], [2000, 5499]).isWrong, true);
  assertEquals(seen([0, 9000], [1000, 10_500], [2000, 19_000]).isWrong, false);
  assertEquals(seen([0, 9000], [1000, 10_501], [2000, 19_001]).isWrong, true);
  // 1400 of 1600 ms were beside the jump.
  assertEquals(seen([0, 9000], [200, 5200], [1600, 5900]).isWrong, false);
  assertEquals(seen([0, 9000], [200, 5200], [1600, 5899]).isWrong, true);
  // A clock that stands still does so everywhere.
  assertEquals(seen([0, 0], [1000, 0], [2000, 0]).isWrong, true);
});

Deno.test("rate: after a restart what came before is not compared", () => {
  const watch = seen([0, 0], [2000, 0]);
  assertEquals(watch.isWrong, true);
  watch.restart();
  assertEquals(watch.isWrong, true);
  watch.add(7e12 + 9000e6, 77_000);
  assertEquals(watch.isWrong, false);
  // Less than 1.5 s, then a difference: the one before the restart was no first of two.
  watch.add(7e12 + 10_000e6, 77_000);
  watch.add(7e12 + 11_000e6, 79_000);
  assertEquals(watch.isWrong, false);
});
