import { assertEquals } from "@std/assert";
import {
  type ClockSample,
  isConsistent,
  rebased,
  referenceOf,
  relativeSample,
} from "../../../src/clock/sample.ts";

const HOUR = 3_600_000;

/** A request at 1 h UT, answered 20 ms later by a clock whose stamps are so far ahead. */
function sample(receiveAheadMs: number, transmitAheadMs: number): ClockSample {
  return {
    sentAt: { realtimeNs: HOUR * 1e6, monotonicNs: 5e9, source: "kernel" },
    receivedAt: { realtimeNs: (HOUR + 20) * 1e6, monotonicNs: 5.02e9, source: "kernel" },
    receiveMs: (HOUR + receiveAheadMs + 24 * HOUR) % (24 * HOUR),
    transmitMs: (HOUR + transmitAheadMs + 24 * HOUR) % (24 * HOUR),
  };
}

Deno.test("a sample is relative to the first one's offset, also across midnight", () => {
  for (const offsetMs of [0, 300, -2 * HOUR, 11 * HOUR, -11 * HOUR]) {
    const first = sample(offsetMs, offsetMs + 1);
    const reference = referenceOf(first);
    assertEquals(reference, { referenceNs: HOUR * 1e6, referenceMs: offsetMs });
    const relative = relativeSample(first, 7, reference.referenceMs);
    assertEquals(relative, {
      label: 7,
      sentNs: HOUR * 1e6,
      receivedNs: (HOUR + 20) * 1e6,
      receiveMs: first.receiveMs,
      transmitMs: first.transmitMs,
      outMs: 0,
      minusBackMs: -19,
    });
    assertEquals(rebased(relative, offsetMs - 5), { ...relative, outMs: 5, minusBackMs: -14 });
  }
});

/*
 * A round trip of 20 ms: the clock may be 10 % fast, its tick may be counted once more, and each stamp is cut off by
 * less than a millisecond. So the second stamp is 1 ms earlier at most, and 20 × 1.1 + tick + 1 ms later.
 */
const CONSISTENT: readonly (readonly [laterMs: number, tickMs: number, isConsistent: boolean])[] = [
  [0, 1, true],
  [-1, 1, true],
  [-2, 1, false],
  [-2, 64, false],
  [24, 1, true],
  [25, 1, false],
  [33, 10, true],
  [34, 10, false],
];

for (const [laterMs, tickMs, expected] of CONSISTENT) {
  const what = expected ? "is possible" : "contradicts itself";
  Deno.test(`a second stamp ${laterMs} ms later at a tick of ${tickMs} ms ${what}`, () => {
    assertEquals(isConsistent(sample(100, 100 + laterMs), tickMs), expected);
  });
}
