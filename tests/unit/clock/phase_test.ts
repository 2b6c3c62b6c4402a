import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { sendPhaseMs, steeredPhaseMs } from "../../../src/clock/mod.ts";

function largestGap(values: number[], circle: number): number {
  const sorted = values.map((value) => value % circle).sort((one, other) => one - other);
  let gap = (sorted[0] ?? 0) + circle - (sorted[sorted.length - 1] ?? 0);
  for (let index = 1; index < sorted.length; index += 1) {
    gap = Math.max(gap, (sorted[index] ?? 0) - (sorted[index - 1] ?? 0));
  }
  return gap;
}

Deno.test("phases divide the millisecond nearly evenly, at every length of run", () => {
  for (const probes of [5, 20, 100, 1000]) {
    for (const seed of [0, 0.123, 0.9]) {
      const phases = Array.from(
        { length: probes },
        (_, index) => index * 50 + sendPhaseMs(index, { intervalMs: 50, seed }),
      );
      // A perfect division would leave 1 / probes; chance leaves about ln(probes) times as much.
      assert(largestGap(phases, 1) < 2 / probes, `${probes} probes, seed ${seed}`);
    }
  }
});

Deno.test("phases meet coarse ticks everywhere although the interval is a multiple of them", () => {
  for (const tick of [10, 16, 15.625]) {
    const phases = Array.from(
      { length: 100 },
      (_, index) => index * 80 + sendPhaseMs(index, { intervalMs: 80 }),
    );
    assert(largestGap(phases, tick) < tick / 8, `tick ${tick}`);
  }
});

Deno.test("phases stay in the first half of the interval", () => {
  for (const intervalMs of [2, 10, 50, 1000]) {
    for (let index = 0; index < 200; index += 1) {
      const phase = sendPhaseMs(index, { intervalMs });
      assert(phase >= 0 && phase <= Math.min(64, Math.max(1, intervalMs / 2)));
    }
  }
  assertThrows(() => sendPhaseMs(0, { intervalMs: 0 }), RangeError);
});

Deno.test("steering moves later, to within the spread of the edge, or not at all", () => {
  for (let index = 0; index < 50; index += 1) {
    const inTickMs = (index * 0.37) % 1;
    const phase = steeredPhaseMs(index, 3, {
      intervalMs: 50,
      tickMs: 1,
      inTickMs,
      spreadMs: 0.05,
    });
    assert(phase >= 3 && phase < 4);
    const arrival = inTickMs + phase - 3;
    assertAlmostEquals(Math.round(arrival), arrival, 0.0501);
  }
  // The edge of a slow tick is out of reach.
  const far = { intervalMs: 20, tickMs: 64, inTickMs: 10, spreadMs: 0.05 };
  assertEquals(steeredPhaseMs(0, 5, far), 5);
});
