import { assert, assertEquals } from "@std/assert";
import { KNOWN_TICKS_MS, TickDetector } from "../../../src/measurement/mod.ts";

import { Random } from "../../lab/random.ts";

const MS_PER_DAY = 86_400_000;

/** Stamps of a clock with a tick, probed at spread times; `delay` varies the arrival. */
function feed(
  detector: TickDetector,
  tickMs: number,
  probes: number,
  options: { phaseMs?: number; delay?: (index: number) => number; startMs?: number } = {},
): { stampMs: number; remoteMs: number }[] {
  const { phaseMs = 0, delay = () => 7, startMs = 43_200_000 } = options;
  const seen: { stampMs: number; remoteMs: number }[] = [];
  for (let index = 0; index < probes; index += 1) {
    const sentMs = startMs + index * 50 + (index * 0.6180339887 * 25) % 25;
    const remoteMs = sentMs + delay(index);
    const shownMs = tickMs === 0
      ? remoteMs
      : Math.floor((remoteMs - phaseMs) / tickMs) * tickMs + phaseMs;
    const stampMs = Math.floor(shownMs) % MS_PER_DAY;
    detector.add(sentMs % MS_PER_DAY, stampMs);
    seen.push({ stampMs, remoteMs });
  }
  return seen;
}

Deno.test("ticks are found exactly, and 15.625 is not 16", () => {
  for (const tick of [2, 4, 10, 1000 / 64, 16, 20, 64, 7, 1000 / 60, 1000 / 128]) {
    const detector = new TickDetector();
    feed(detector, tick, 150);
    assertEquals(detector.tickMs, tick);
    assertEquals(detector.settled, true);
  }
});

Deno.test("a whole-millisecond clock is never called coarse, and is settled soon", () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const detector = new TickDetector();
    const random = new Random(seed);
    const jitter = () => seed * 0.311 + random.unit() * (seed % 5) * 4;
    feed(detector, 0, 40, { delay: jitter });
    assertEquals(detector.tickMs, 1, `seed ${seed}`);
    assertEquals(detector.settled, true, `seed ${seed}`);
  }
});

Deno.test("before anything is known every tick is possible and none is claimed", () => {
  const detector = new TickDetector();
  assertEquals(detector.tickMs, 1);
  assertEquals(detector.settled, false);
  assertEquals(detector.worstTickMs, Math.max(...KNOWN_TICKS_MS));
  assertEquals(detector.span(1234).upperMs > 1000, true);
  assertEquals(detector.likelySpan(1234), { lowerMs: 0, upperMs: 1 });
});

Deno.test("probes on a grid of the tick show nothing, and nothing is claimed", () => {
  const detector = new TickDetector();
  for (let index = 0; index < 500; index += 1) {
    detector.add(43_200_000.3 + index * 50, 43_200_007 + index * 50);
  }
  assertEquals(detector.tickMs, 1);
  assertEquals(detector.settled, false);
  assertEquals(detector.worstTickMs >= 50, true);
});

Deno.test("a clock of whole seconds probed once a second is not mistaken for a finer one", () => {
  const detector = new TickDetector();
  for (let index = 0; index < 300; index += 1) {
    const sentMs = 43_200_000 + index * 1000 + (index * 38.2) % 64;
    detector.add(sentMs, Math.floor((sentMs + 7 + 870) / 1000) * 1000);
  }
  assertEquals([detector.tickMs, detector.settled, detector.worstTickMs], [1, false, 1000]);
});

Deno.test("spans hold the truth at every moment, settled or not", () => {
  for (const tick of [0, 2, 3, 10, 15.625, 16, 50 / 3, 64, 1000]) {
    for (const phaseMs of [0, 0.4, 0.999, 7.3]) {
      const detector = new TickDetector();
      const all = feed(new TickDetector(), tick, 200, { phaseMs });
      for (const { stampMs, remoteMs } of all) {
        detector.add((remoteMs - 7) % MS_PER_DAY, stampMs);
        for (const seen of all) {
          const { lowerMs, upperMs } = detector.span(seen.stampMs);
          const above = (seen.remoteMs % MS_PER_DAY) - seen.stampMs;
          if (seen.remoteMs > remoteMs) break;
          assert(
            above >= lowerMs - 1e-6 && above <= upperMs + 1e-6,
            `tick ${tick} phase ${phaseMs}: ${above} outside ${lowerMs}..${upperMs}`,
          );
        }
      }
    }
  }
});

Deno.test("midnight does not disturb ticks that divide a day", () => {
  for (const tick of [10, 15.625, 64]) {
    const detector = new TickDetector();
    feed(detector, tick, 200, { startMs: MS_PER_DAY - 5000 });
    assertEquals(detector.tickMs, tick);
  }
});

Deno.test("an announced tick survives one odd stamp and is withdrawn when stamps are fine", () => {
  const detector = new TickDetector();
  feed(detector, 10, 100);
  detector.add(43_300_000, 43_300_003);
  assertEquals(detector.tickMs, 10);
  feed(detector, 0, 30, { startMs: 44_000_000 });
  assertEquals(detector.tickMs, 1);
});

/** A clock of 10 ms whose stamps are so far ahead of our time, and from which stamp on they are on one grid. */
function lagging(aheadsMs: readonly number[], onGridFrom: number): number {
  const detector = new TickDetector();
  for (const [index, aheadMs] of aheadsMs.entries()) {
    const offGridMs = index < onGridFrom ? index * 3 % 10 : 0;
    const stampMs = 43_200_000 + 5 * index * (index + 1) + offGridMs;
    detector.add(stampMs - aheadMs, stampMs);
  }
  return detector.tickMs;
}

Deno.test("a stamp lags behind the one that was most ahead, by however little it was", () => {
  // 8 of 24 stamps lag by half a tick behind the others, which are that much ahead of the first.
  for (const mostMs of [1, 0.5, 0.25]) {
    const lags = Array<number>(8).fill(mostMs - 5), others = Array<number>(14).fill(mostMs);
    assertEquals(lagging([0, mostMs, ...lags, ...others], 0), 10, `${mostMs} ms`);
    assertEquals(lagging([0, mostMs, ...lags.slice(1), ...others, mostMs], 0), 1, `${mostMs} ms`);
  }
});

Deno.test("how far ahead stamps were is known of the last 64 to 128 of them", () => {
  /** The first stamp is 5 ms ahead of all others. On one grid are that one and 24 more. */
  const after = (from: number) =>
    lagging(Array.from({ length: from + 25 }, (_, index) => index === 0 ? 5 : 0), from);
  // Eight of the 24 must lag: the numbers 120 to 127, as the second 64 stamps end there.
  assertEquals(after(119), 10);
  assertEquals(after(120), 1);
});
