import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { TickCandidate } from "../../../src/measurement/tick_candidate.ts";

const NOON = 43_200_000;

/** A candidate of a tick that has seen these stamps, milliseconds since noon, none lagging. */
function seen(tickMs: number, ...stampsMs: readonly number[]): TickCandidate {
  const candidate = new TickCandidate(tickMs);
  for (const stampMs of stampsMs) candidate.add(NOON + stampMs, 0);
  return candidate;
}

/** A number of stamps 10 ms apart, of which some lag by half the tick, and which change so often. */
function counted(stamps: number, lagging: number, changes = stamps): TickCandidate {
  const candidate = new TickCandidate(10);
  for (let index = 0; index < stamps; index++) {
    const stampMs = Math.min(index, changes - 1) * 10;
    candidate.add(NOON + stampMs, index < lagging ? 5 : 4.9);
  }
  return candidate;
}

Deno.test("tick candidate: stamps a whole number of ticks apart, to the millisecond they are cut to, are on its grid", () => {
  assert(!seen(10, 3, 13, 43, 993).ruledOut);
  // A phase of 3.x: a tick of 10.5 ms shows 3 and 13 and 24.
  assert(!seen(10.5, 3, 13, 24).ruledOut);
  assert(seen(10, 3, 14).ruledOut);
  assert(seen(10, 3, 12).ruledOut);
  assert(!seen(10, 3).ruledOut);
  // 10.5 ms: after 3 and 13 the clock is in [3, 3.5) of its tick; 34 would need [3.5, 4).
  assert(seen(10.5, 3, 13, 35).ruledOut);
  assert(!seen(10.5, 3, 13, 34).ruledOut);
});

Deno.test("tick candidate: across midnight", () => {
  const candidate = new TickCandidate(10);
  for (const stampMs of [86_399_985, 86_399_995, 5, 25]) candidate.add(stampMs, 0);
  assert(!candidate.ruledOut);
});

Deno.test("tick candidate: shown by 24 stamps on the grid of which 8 lag by half the tick and 4 differ", () => {
  assert(counted(24, 8).announced);
  assert(!counted(23, 8).announced);
  assert(!counted(24, 7).announced);
  assert(counted(24, 24, 4).announced);
  assert(!counted(24, 24, 3).announced);
});

Deno.test("tick candidate: what is shown is withdrawn after four contradictions without new evidence", () => {
  const candidate = counted(24, 8);
  for (const [number, stampMs] of [301, 402, 503].entries()) {
    candidate.add(NOON + stampMs, 0);
    assert(candidate.announced && candidate.ruledOut, `contradiction ${number + 1}`);
  }
  candidate.add(NOON + 604, 0);
  assert(!candidate.announced);
});

Deno.test("tick candidate: after a contradiction everything is counted again", () => {
  const after = (stamps: number, lagging: number, changes = stamps) => {
    const candidate = counted(23, 23);
    // The contradiction itself is the first of nothing.
    candidate.add(NOON + 1003, 5);
    for (let index = 1; index <= stamps; index++) {
      candidate.add(NOON + 1003 + Math.min(index, changes) * 10, index <= lagging ? 5 : 4.9);
    }
    return candidate.announced;
  };
  assertEquals([after(24, 8), after(23, 8), after(24, 7)], [true, false, false]);
  assertEquals([after(24, 24, 4), after(24, 24, 3)], [true, false]);
});

Deno.test("tick candidate: new evidence takes older contradictions away", () => {
  const candidate = counted(24, 8);
  for (const stampMs of [301, 402, 503]) candidate.add(NOON + stampMs, 0);
  for (let index = 1; index <= 24; index++) candidate.add(NOON + 503 + index * 10, 5);
  for (const stampMs of [1001, 1102, 1203]) candidate.add(NOON + stampMs, 0);
  assert(candidate.announced);
  candidate.add(NOON + 1304, 0);
  assert(!candidate.announced);
});

Deno.test("tick candidate: the clock was within a tick of the stamp, and within what the stamps leave of its phase", () => {
  // One stamp leaves a phase anywhere in its millisecond.
  assertEquals(seen(10, 3).span(NOON + 3), { lowerMs: 0, upperMs: 11 });
  assertEquals(seen(10, 3).span(NOON + 23), { lowerMs: 0, upperMs: 11 });
  // Stamps of 3 and 13 at a tick of 10.5 ms: a phase in [3, 3.5).
  const half = seen(10.5, 3, 13);
  assertEquals(half.span(NOON + 3), { lowerMs: 0, upperMs: 11 });
  assertEquals(half.span(NOON + 13), { lowerMs: 0.5, upperMs: 11.5 });
  // What is on no grid may be anywhere in a tick and a millisecond.
  assertEquals(half.span(NOON + 19), { lowerMs: 0, upperMs: 11.5 });
});

Deno.test("tick candidate: likeliest are multiples of the tick since midnight where the stamps allow them", () => {
  // 43,200,000 is a multiple of 10 ms: a stamp of 10 was cut from nothing.
  assertEquals(seen(10, 10).likelySpan(NOON + 10), { lowerMs: 0, upperMs: 10 });
  // A stamp of 13 is at no multiple: the middle of its millisecond.
  assertEquals(seen(10, 13).likelySpan(NOON + 13), { lowerMs: 0.5, upperMs: 10.5 });
  // Nor is one of 9, which was cut from less than 10.
  assertEquals(seen(10, 9).likelySpan(NOON + 9), { lowerMs: 0.5, upperMs: 10.5 });
  // 15.625 ms: the multiple after the stamp of 15 is at 15.625.
  const timer = seen(15.625, 15).likelySpan(NOON + 15);
  assertAlmostEquals(timer.lowerMs, 0.625, 1e-6);
  assertAlmostEquals(timer.upperMs, 16.25, 1e-6);
});

Deno.test("tick candidate: the phase is the time since the last tick", () => {
  const candidate = seen(10, 10);
  const phases = [[10, 0], [14, 4], [19.5, 9.5], [20, 0], [3, 3], [9, 9]] as const;
  for (const [afterMs, phaseMs] of phases) {
    assertAlmostEquals(candidate.phaseOf(NOON + afterMs), phaseMs, 1e-9, `${afterMs}`);
  }
  assertAlmostEquals(seen(10, 13).phaseOf(NOON + 14), 0.5, 1e-9);
});
