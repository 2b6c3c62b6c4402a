import { assert, assertEquals } from "@std/assert";
import { KNOWN_TICKS_MS } from "../../../src/measurement/mod.ts";
import { askTickingHost, type TickingHost } from "./tick_simulation.ts";

/** As fine as can be simulated. */
const FINE_MS = 0.001;

/** Runs over which something false was said without a flag, of all. */
function falseRuns(hosts: readonly Partial<TickingHost>[], seeds: number): [number, number] {
  let runs = 0, wrong = 0;
  for (const host of hosts) {
    for (const rttMs of [0.2, 10, 40]) {
      for (let seed = 1; seed <= seeds; seed++) {
        const usual = { intervalMs: 130, replies: 40, tickMs: FINE_MS, rttMs, seed: seed * 7919 };
        const replies = [...askTickingHost({ ...usual, jitterMs: rttMs / 20, ...host })];
        const isWrong = replies.some(({ measured, isTrue, isHostTrue }) =>
          !isHostTrue || !isTrue && !measured.flags.includes("tick-assumed")
        );
        runs++;
        if (isWrong) wrong++;
      }
    }
  }
  return [wrong, runs];
}

Deno.test("whatever the tick, no bound is false but those that are flagged tick-assumed", () => {
  const hosts = [FINE_MS, ...KNOWN_TICKS_MS, 70, 80, 90, 128, 300, 400, 750].flatMap((tickMs) =>
    [130, 1000].map((intervalMs) => ({ tickMs, intervalMs }))
  );
  assertEquals(falseRuns(hosts, 2)[0], 0);
});

Deno.test("a coarse clock whose ticks are not quite as long as they should be is seldom taken for a fine one", () => {
  const sliding = (slidePpm: number, intervalMs: number) =>
    [10, 15.625, 16, 64].map((tickMs) => ({ tickMs, slidePpm, intervalMs, replies: 60 }));
  // The rates that docs/method.md states.
  assertEquals(falseRuns(sliding(50, 1000), 20)[0], 0);
  const [wrong, runs] = falseRuns(sliding(100, 1000), 20);
  assert(wrong <= runs * 0.01, `${wrong} of ${runs} with 100 ppm`);
  const [slow, slowRuns] = falseRuns(sliding(50, 10_000), 20);
  assert(slow <= slowRuns * 0.15, `${slow} of ${slowRuns} with ten seconds between`);
});

Deno.test("no two bounds of a host exclude each other once its tick is contradicted", () => {
  for (const tickMs of [10, 15.625, 64, 1000]) {
    for (let seed = 1; seed <= 20; seed++) {
      let lowerMs = -Infinity, upperMs = Infinity;
      const host = { seed, replies: 40, intervalMs: 130, tickMs, rttMs: 0.3 };
      for (const { measured } of askTickingHost(host)) {
        const { flags, offset } = measured;
        assert(offset !== undefined);
        if (flags.includes("tick-assumed")) continue;
        lowerMs = Math.max(lowerMs, offset.lowerMs);
        upperMs = Math.min(upperMs, offset.upperMs);
      }
      assert(lowerMs < upperMs && upperMs < Infinity, `${tickMs} ms, seed ${seed}`);
    }
  }
});

Deno.test("assumed bounds never exclude each other: the first reply that would is not assumed any more", () => {
  for (const tickMs of [10, 64, 1000]) {
    for (let seed = 1; seed <= 20; seed++) {
      let lowerMs = -Infinity, upperMs = Infinity;
      const host = { seed, replies: 40, intervalMs: 130, tickMs, rttMs: 0.3 };
      for (const { measured: { flags, offset } } of askTickingHost(host)) {
        if (!flags.includes("tick-assumed") || offset === undefined) continue;
        lowerMs = Math.max(lowerMs, offset.lowerMs);
        upperMs = Math.min(upperMs, offset.upperMs);
        // A clock may drift by 0.5 ms a second.
        assert(lowerMs <= upperMs + 2, `${tickMs} ms, seed ${seed}: ${lowerMs} to ${upperMs}`);
      }
    }
  }
});

Deno.test("once the tick is known, the bounds by all replies are at least as narrow as those of each", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const host = { seed, replies: 60, intervalMs: 130, tickMs: FINE_MS, rttMs: 4, jitterMs: 1 };
    for (const { measured: { flags, offset, host: known } } of askTickingHost(host)) {
      if (flags.length > 0) continue;
      assertEquals(known.tick, "fine");
      assert(offset !== undefined && known.offset !== undefined);
      const widthMs = known.offset.upperMs - known.offset.lowerMs;
      assert(widthMs <= offset.upperMs - offset.lowerMs + 1e-6, `${widthMs} ms`);
    }
  }
});
