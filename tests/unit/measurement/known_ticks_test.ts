import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { FRACTIONAL_TICKS_MS, KNOWN_TICKS_MS } from "../../../src/measurement/known_ticks.ts";

Deno.test("known ticks: those of timers by their rates, all whole ones up to 64 ms, the coarsest first", () => {
  // The timer of a PC divides 14.31818 MHz by 12 and by 65,536.
  const pcTimerHz = 14_318_180 / 12 / 65_536;
  const ratesHz = [15, 16, pcTimerHz, 30, 32, 60, 64, 128, 300];
  assertEquals(FRACTIONAL_TICKS_MS.length, ratesHz.length);
  for (const [index, tickMs] of FRACTIONAL_TICKS_MS.entries()) {
    assertAlmostEquals(tickMs, 1000 / (ratesHz[index] as number), 2e-4);
  }
  const whole = KNOWN_TICKS_MS.filter((tickMs) => !FRACTIONAL_TICKS_MS.includes(tickMs));
  assertEquals(whole, [1000, 100, ...Array.from({ length: 63 }, (_, index) => 64 - index)]);
  assert(
    KNOWN_TICKS_MS.every((tickMs, index) =>
      index === 0 || tickMs < (KNOWN_TICKS_MS[index - 1] as number)
    ),
  );
});
