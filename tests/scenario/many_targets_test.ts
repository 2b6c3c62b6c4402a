/** Many targets in one run: exact counts, even spreading, phases off every grid, no bursts. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { countRun, judge, runSimulated, type SimulatedRun } from "../support/simulated_run.ts";

/** Realtime fractions of a millisecond at which each target's probes were handed over. */
function phasesByTarget(run: SimulatedRun): Map<number, number[]> {
  const phases = new Map<number, number[]>();
  for (const { destination, handedNs } of run.transport.requests) {
    const realtimeNs = run.transport.clock.trueRealtimeNs(handedNs);
    const list = phases.get(destination) ?? [];
    list.push((realtimeNs % 1e6) / 1e6);
    phases.set(destination, list);
  }
  return phases;
}

/** The widest part of the circle [0, 1) in which no phase lies. */
function widestGap(phases: readonly number[]): number {
  const sorted = phases.toSorted((a, b) => a - b);
  return sorted.reduce((widest, phase, i) => {
    const next = sorted[i + 1] ?? (sorted[0] as number) + 1;
    return Math.max(widest, next - phase);
  }, 0);
}

/** The largest number of probes handed over within any such stretch of time. */
function largestBurst(run: SimulatedRun, stretchNs: number): number {
  const times = run.transport.requests.map(({ handedNs }) => handedNs);
  let first = 0;
  let largest = 0;
  for (const [last, time] of times.entries()) {
    while ((times[first] as number) < time - stretchNs) first++;
    largest = Math.max(largest, last - first + 1);
  }
  return largest;
}

Deno.test("scenario: many targets: 1000 targets, 10 probes each, exact counts", async () => {
  const run = await runSimulated({
    seed: 5,
    rules: [
      { hosts: [7], fate: { lossOutRatio: 1 } },
      { hosts: [8], probes: [3], fate: { back: 1400 } },
      { hosts: [9], probes: [4, 5], fate: { duplicateRatio: 1 } },
      { hosts: [10], fate: { error: { type: 3, code: 1 } } },
      { hosts: [11], probes: [0], fate: { refuse: { code: "EPERM", errno: 1 } } },
    ],
  }, { targets: 1000 });
  judge(run, { clockIsTrue: true });
  // 198.18.0.1 and the 999 after it: last octets 7 to 11 stand there four times each.
  const { sent, received, lost, icmpErrors, unsent, duplicates, late } = countRun(run);
  assertEquals(
    { sent, received, lost, icmpErrors, unsent, duplicates, late },
    { sent: 9996, received: 9912, lost: 44, icmpErrors: 40, unsent: 4, duplicates: 8, late: 4 },
  );
  assertEquals(run.strays, []);
  assertEquals(largestBurst(run, 10e6) <= 14, true, `${largestBurst(run, 10e6)} in 10 ms`);
});

for (const targets of [1, 13, 610, 987, 1000, 4000]) {
  Deno.test(`scenario: many targets: each of ${targets} is asked at every phase of a millisecond`, async () => {
    const run = await runSimulated({}, { targets, count: 21 });
    for (const [address, phases] of phasesByTarget(run)) {
      assertEquals(phases.length, 21);
      // 21 phases of the golden ratio leave no gap above 0.09; a probe may wait for those before it.
      assertLess(widestGap(phases), 0.2, `${address}: ${phases}`);
    }
  });
}

Deno.test("scenario: many targets: they share the interval evenly", async () => {
  const run = await runSimulated({}, { targets: 250, count: 8 });
  const times = run.transport.requests.map(({ handedNs }) => handedNs / 1e6);
  for (let i = 1; i < times.length; i++) {
    const gapMs = (times[i] as number) - (times[i - 1] as number);
    // 4 ms each; between two rounds the dither changes by less than 2.
    assert(gapMs > 1.9 && gapMs < 6.1, `probe ${i} came ${gapMs} ms after the one before`);
  }
});

Deno.test("scenario: many targets: a spacing of one's own", async () => {
  const run = await runSimulated({}, { targets: 10, count: 2, spacingMs: 20 });
  const times = run.transport.requests.map(({ handedNs }) => Math.round(handedNs / 1e6));
  assertEquals(times.slice(0, 10), Array.from({ length: 10 }, (_, i) => i * 20));
  assertEquals(Math.floor((times[10] ?? 0) / 10), 100);
});

Deno.test("scenario: many targets: a spacing too wide for the interval makes it longer", async () => {
  const run = await runSimulated({}, { targets: 10, count: 2, intervalMs: 100, spacingMs: 20 });
  const times = run.transport.requests.map(({ handedNs }) => handedNs / 1e6);
  const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
  assert(Math.min(...gaps) > 15, `${gaps}`);
});

Deno.test("scenario: many targets: half a second without the processor is no burst afterwards", async () => {
  const run = await runSimulated({ sleeps: [{ atMs: 1300, forMs: 500 }] }, {
    targets: 2000,
    count: 3,
  });
  judge(run, { clockIsTrue: true });
  assertEquals(countRun(run).received, 6000);
  // 20 are due in 10 ms; a burst of 64 may be caught up with.
  assertLess(largestBurst(run, 10e6), 100);
});

Deno.test("scenario: many targets: an hour of sleep is no burst afterwards", async () => {
  const run = await runSimulated({ sleeps: [{ atMs: 2500, forMs: 3_600_000 }] }, { count: 8 });
  const times = run.transport.requests.map(({ handedNs }) => Math.floor(handedNs / 1e6));
  assertEquals(times.slice(0, 4), [0, 1002, 2003, 3_602_500]);
  for (let i = 4; i < times.length; i++) {
    assertLess(Math.abs((times[i] as number) - (times[i - 1] as number) - 1000), 5);
  }
});

Deno.test("scenario: many targets: probes in groups go in groups, and are measured as well", async () => {
  const options = { targets: 1000, count: 3, groupMs: 5 };
  const grouped = await runSimulated({ clock: { offsetMs: 3.3 } }, options, { canPause: true });
  const single = await runSimulated({ clock: { offsetMs: 3.3 } }, { ...options, groupMs: 0 });
  for (const run of [grouped, single]) {
    judge(run, { clockIsTrue: true });
    assertEquals(countRun(run).received, 3000);
  }
  assertLess(grouped.transport.waits * 3, single.transport.waits);
});

Deno.test("scenario: many targets: a hundred thousand probes out at once", async () => {
  const run = await runSimulated({ out: 10_000, back: 10_000 }, {
    targets: 20_000,
    count: 5,
    intervalMs: 1000,
    timeoutMs: 60_000,
  });
  judge(run, { clockIsTrue: true });
  assertEquals(countRun(run).received, 100_000);
  const lastSentNs = run.sent.at(-1)?.sentAt.monotonicNs ?? Infinity;
  assertLess(
    lastSentNs,
    run.transport.delivered[0]?.atNs ?? 0,
    "all were out before any came back",
  );
});

Deno.test("scenario: many targets: a group lasts as long as was asked for, where targets are not close", async () => {
  // A probe each 10 ms, in groups of 25 ms and of the fraction of a millisecond that keeps them off every grid.
  const options = { targets: 50, intervalMs: 500, count: 2, groupMs: 25 };
  const { transport: { requests } } = await runSimulated({}, options, { canPause: true });
  const leftMs = requests.map(({ handedNs }) => handedNs / 1e6);
  const gaps = leftMs.slice(1).map((ms, index) => ms - (leftMs[index] as number))
    .filter((ms) => ms > 1);
  assertEquals(requests.length, 100);
  // Two or three go together: the next group leaves with its first probe, or when the last one's time is over.
  assertLess(Math.max(...gaps), 32);
  assertLess(20, Math.min(...gaps));
});
