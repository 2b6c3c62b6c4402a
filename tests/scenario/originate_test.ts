/** `ping` sends an early originate timestamp until a host has answered it: who copies it is known, who has a clock is not suspected. */

import { assert, assertEquals } from "@std/assert";
import { EARLY_MS } from "../../src/probe/originate_stamps.ts";
import { foldMs } from "../../src/time/day.ts";
import type { Network } from "../support/simulated_network.ts";
import {
  judge,
  repliesOf,
  type RunOptions,
  runSimulated,
  type SimulatedRun,
} from "../support/simulated_run.ts";

const NS_PER_DAY = 86_400e9;

/** How many milliseconds the originate of each request is older than its handing over, in order. */
function agesOf({ transport }: SimulatedRun): number[] {
  return transport.requests.map(({ request, handedNs }) => {
    const { realtimeNs } = transport.clock.at(handedNs, "user");
    return Math.round(foldMs(realtimeNs % NS_PER_DAY / 1e6 - request.originateMs - 0.5));
  });
}

/** The numbers of the probes whose originate was early, checking that all others were exact. */
function earlyProbes(run: SimulatedRun): number[] {
  return agesOf(run).flatMap((ageMs, number) => {
    if (ageMs === 0) return [];
    assertEquals(ageMs, EARLY_MS);
    return [number];
  });
}

function flagged(run: SimulatedRun): number {
  return repliesOf(run).filter(({ reply }) => reply.flags.includes("originate-copied")).length;
}

/** Ways on which the request is there within its millisecond, and the reply takes longer. */
const ASYMMETRIC: readonly Network[] = [
  { out: 0.02, back: 3 },
  { out: 0.3, back: 40 },
  {
    out: { kind: "uniform", minMs: 0.01, maxMs: 0.9 },
    back: { kind: "uniform", minMs: 2, maxMs: 90 },
  },
];

/** A run of ping over many hosts and over a day's time. */
const MANY: RunOptions = { targets: 40, count: 25, intervalMs: 977, spacingMs: 3.7 };

Deno.test("originate: synchronised hosts are not taken for copiers however uneven the ways are", async () => {
  for (const network of ASYMMETRIC) {
    for (const offsetMs of [0, 0.4, -0.6, -2, -5, 12]) {
      const run = await runSimulated({ ...network, clock: { offsetMs } }, MANY);
      judge(run, { clockIsTrue: true });
      assertEquals(flagged(run), 0, JSON.stringify({ network, offsetMs }));
      assertEquals(repliesOf(run).every(({ reply }) => reply.measurement?.out !== undefined), true);
    }
  }
});

Deno.test("originate: exact from the first probe on, such hosts are suspected: the early one is what clears them", async () => {
  const run = await runSimulated({ out: 0.02, back: 3 }, { ...MANY, originate: "sending" });
  assert(flagged(run) > 0);
});

Deno.test("originate: nor are hosts whose clock is right and as coarse as RFC 1122 allows", async () => {
  for (const tickMs of [4, 10, 15.625, 16, 64]) {
    const quirk = "coarse-tick" as const;
    const run = await runSimulated({ quirk, clock: { tickMs }, out: 0.3, back: 9 }, MANY);
    assertEquals(flagged(run), 0, `tick ${tickMs}`);
  }
});

Deno.test("originate: who copies it is known from the first reply, at any distance", async () => {
  for (const way of [0.01, 0.4, 4, 150]) {
    const run = await runSimulated({ quirk: "copy-originate", out: way, back: way }, MANY);
    assertEquals(flagged(run), repliesOf(run).length, `${way} ms`);
    assertEquals(repliesOf(run).length, 1000);
    assert(repliesOf(run).every(({ reply }) => reply.measurement?.offset === undefined));
  }
});

Deno.test("originate: early until a reply has come, exact from then on", async () => {
  assertEquals(earlyProbes(await runSimulated({})), [0]);
  // The reply to the first comes while the third is on its way.
  assertEquals(earlyProbes(await runSimulated({ out: 110, back: 110 }, { intervalMs: 100 })), [
    0,
    1,
    2,
  ]);
});

Deno.test("originate: where the first probes are lost, the next ones are early", async () => {
  const run = await runSimulated({ rules: [{ probes: [0, 1, 2], fate: { lossOutRatio: 1 } }] });
  assertEquals(earlyProbes(run), [0, 1, 2, 3]);
  const silent = await runSimulated({ lossBackRatio: 1 });
  assertEquals(earlyProbes(silent), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("originate: a reply that proves nothing leaves the next one early", async () => {
  const fate = { mangling: "originate-changed" } as const;
  const run = await runSimulated({ rules: [{ probes: [0], fate }] }, { timeoutMs: 300 });
  assertEquals(earlyProbes(run), [0, 1]);
});

Deno.test("originate: late and repeated replies to the early one count as its proof", async () => {
  const late = await runSimulated({ rules: [{ probes: [0], fate: { back: 1500 } }] }, {
    timeoutMs: 900,
  });
  assertEquals(earlyProbes(late), [0, 1]);
  judge(late, { clockIsTrue: true });
  const twice = await runSimulated({ duplicateRatio: 1, out: 0.1, back: 5 }, MANY);
  assertEquals(flagged(twice), 0);
});

Deno.test("originate: each target is proven by itself", async () => {
  const silent = { hosts: [2], fate: { lossBackRatio: 1 } };
  const run = await runSimulated({ rules: [silent] }, { targets: 3, count: 4 });
  const early = agesOf(run).flatMap((ageMs, i) =>
    ageMs === 0 ? [] : [run.transport.requests[i]?.destination ?? 0]
  );
  assertEquals(early.map((address) => address & 0xff), [1, 2, 3, 2, 2, 2]);
});

Deno.test("originate: delays count from the true departure, however early the originate is", async () => {
  for (const clock of [{ offsetMs: 0 }, { offsetMs: -EARLY_MS }, { offsetMs: 5000.3 }]) {
    const run = await runSimulated({ clock, out: 7.2, back: 3.1 }, { count: 1, targets: 30 });
    assertEquals(earlyProbes(run).length, 30);
    judge(run, { clockIsTrue: true });
    for (const { reply } of repliesOf(run)) {
      assertEquals(reply.rttNs, 10.3e6);
      const { out } = reply.measurement ?? {};
      assert(
        out === undefined || Math.abs(foldMs(out.lowerMs + 0.5 - 7.2 - clock.offsetMs)) <= 0.5,
      );
    }
  }
});

Deno.test("originate: a host that is just as slow as the early one was old is cleared by its second reply", async () => {
  const network: Network = { clock: { offsetMs: -EARLY_MS - 0.3 }, out: 0.1, back: 5 };
  const run = await runSimulated(network, { count: 6, targets: 20 });
  const suspected = repliesOf(run).filter(({ reply }) => reply.flags.includes("originate-copied"));
  assert(suspected.length > 0);
  assertEquals(suspected.every(({ probe }) => probe.index === 0), true);
});

Deno.test("originate: just after midnight the early one is of the day before", async () => {
  const run = await runSimulated({ startOfDayMs: 20, out: 0.1, back: 5 }, { count: 3 });
  assertEquals(run.transport.requests[0]?.request.originateMs, 86_400_000 - EARLY_MS + 20);
  assertEquals([earlyProbes(run), flagged(run)], [[0], 0]);
  judge(run, { clockIsTrue: true });
});

Deno.test("originate: a clock that is set by an hour while it is asked stays a clock", async () => {
  for (const byMs of [-3_600_000, -EARLY_MS, EARLY_MS]) {
    const clock = { offsetMs: 0, steps: [{ afterMs: 4500, byMs }] };
    const run = await runSimulated({ clock, out: 0.1, back: 5 }, { count: 12 });
    assertEquals([flagged(run), earlyProbes(run)], [0, [0]]);
  }
});
