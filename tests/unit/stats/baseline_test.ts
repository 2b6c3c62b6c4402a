import { assertEquals, assertThrows } from "@std/assert";
import { DelayBaseline, RunningMinimum } from "../../../src/stats/mod.ts";

const SECOND = 1e9;

Deno.test("the running minimum forgets what left the window", () => {
  const minimum = new RunningMinimum({ windowNs: 10 * SECOND, parts: 5 });
  assertEquals(minimum.minimum, undefined);
  minimum.add(0, 5);
  minimum.add(3 * SECOND, 7);
  assertEquals(minimum.minimum, 5);
  minimum.add(9 * SECOND, 8);
  assertEquals(minimum.minimum, 5);
  minimum.add(10 * SECOND, 9);
  assertEquals(minimum.minimum, 7);
  minimum.add(1000 * SECOND, 20);
  assertEquals(minimum.minimum, 20);
  minimum.add(1 * SECOND, 1); // older than the window
  assertEquals(minimum.minimum, 20);
  minimum.clear();
  assertEquals(minimum.minimum, undefined);
});

Deno.test("a running minimum needs a window", () => {
  assertThrows(() => new RunningMinimum({ windowNs: 0 }), RangeError);
  assertThrows(() => new RunningMinimum({ parts: 0 }), RangeError);
});

Deno.test("queueing on one direction is attributed to it, whatever the clock offset", () => {
  for (const offsetMs of [0, 40_000_000, -40_000_000]) {
    const baseline = new DelayBaseline();
    for (let probe = 0; probe < 20; probe += 1) {
      baseline.add(probe * SECOND, 10 + offsetMs, 12 - offsetMs);
    }
    assertEquals(baseline.add(20 * SECOND, 10 + offsetMs, 62 - offsetMs), {
      outMs: 0,
      backMs: 50,
    });
    assertEquals(baseline.outMs, 10 + offsetMs);
    assertEquals(baseline.backMs, 12 - offsetMs);
  }
});

Deno.test("a stepped clock is not congestion", () => {
  const baseline = new DelayBaseline();
  for (let probe = 0; probe < 20; probe += 1) baseline.add(probe * SECOND, 10, 12);
  const change = baseline.add(20 * SECOND, 1010, -988);
  assertEquals(change, { outMs: 0, backMs: 0 });
  assertEquals(baseline.add(21 * SECOND, 1013, -988), { outMs: 3, backMs: 0 });
});

Deno.test("a longer route becomes the baseline after the window", () => {
  const baseline = new DelayBaseline({ windowNs: 10 * SECOND, parts: 10 });
  for (let probe = 0; probe < 20; probe += 1) baseline.add(probe * SECOND, 10, 10);
  assertEquals(baseline.add(20 * SECOND, 40, 10).outMs, 30);
  for (let probe = 21; probe < 30; probe += 1) baseline.add(probe * SECOND, 40, 10);
  assertEquals(baseline.add(30 * SECOND, 41, 10).outMs, 1);
});
