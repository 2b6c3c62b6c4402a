import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { ExtraReply, ProbeOutcome } from "../../../src/probe/outcome.ts";
import type { InFlightProbe } from "../../../src/probe/probe.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { makeProbe } from "../../support/probes.ts";

const TARGET = { index: 0, label: "host", address: 1 };

/** What a host has shown, as far as statistics look at it. */
interface Host {
  readonly tick?: "assumed" | "fine" | "coarse" | "unknown";
  readonly tickMs?: number;
  readonly isWithdrawn?: boolean;
}

/** An answer whose request took 10 ms and more, and its reply 20, by a clock that ticks each millisecond. */
function reply(outMs: number, backMs: number, host: Host | undefined = {}, flags: string[] = []) {
  const known = { tick: "fine", tickMs: 1, isWithdrawn: false, offset: undefined, ...host };
  return {
    rttNs: (outMs + backMs) * 1e6,
    flags,
    receivedAt: { realtimeNs: 0, monotonicNs: 0, source: "kernel" },
    measurement: {
      host: known,
      out: { lowerMs: outMs - 0.5, upperMs: outMs + 0.5, valueMs: outMs },
      back: { lowerMs: backMs - 0.5, upperMs: backMs + 0.5, valueMs: backMs },
    },
  };
}

function outcome(
  probe: InFlightProbe,
  ...answer: Parameters<typeof reply>
): ProbeOutcome {
  return { kind: "reply", probe, reply: reply(...answer) } as unknown as ProbeOutcome;
}

Deno.test("statistics: each outcome is counted as what it is", () => {
  const statistics = new TargetStatistics(TARGET);
  const probe = makeProbe({ index: 0 });
  statistics.add(outcome(probe, 10, 20));
  statistics.add({ kind: "timedOut", probe });
  statistics.add({ kind: "timedOut", probe, mayBeDropped: true });
  statistics.add({ kind: "icmpError", probe } as unknown as ProbeOutcome);
  statistics.add({ kind: "unsent", target: TARGET } as unknown as ProbeOutcome);
  statistics.addPending();
  const { counters } = statistics;
  assertEquals([counters.sent, counters.received, counters.lost, counters.icmpErrors], [
    5,
    1,
    2,
    1,
  ]);
  assertEquals([counters.unsent, counters.droppedByUs, counters.pending], [1, 1, 1]);
  for (const kind of ["duplicate", "late", "late", "afterError"] as const) {
    statistics.addExtra({ kind, probe, reply: reply(1, 1) } as unknown as ExtraReply);
  }
  assertEquals([counters.duplicates, counters.late], [1, 3]);
});

Deno.test("statistics: delays, and how far they are above what they were", () => {
  const statistics = new TargetStatistics(TARGET);
  const changes = [[10, 20], [14, 20], [10, 29]].map(([outMs = 0, backMs = 0], index) => {
    const probe = makeProbe({ index });
    probe.queuedAt = { realtimeNs: 0, monotonicNs: 0, source: "kernel" };
    probe.leftAt = {
      realtimeNs: 2e6 * (index + 1),
      monotonicNs: 2e6 * (index + 1),
      source: "kernel",
    };
    return statistics.add(outcome(probe, outMs, backMs));
  });
  assertEquals(changes.map((change) => [change?.outMs, change?.backMs]), [[0, 0], [4, 0], [0, 9]]);
  const summary = statistics.summary(7);
  assertAlmostEquals(summary.rttMs?.mean ?? NaN, (30 + 34 + 39) / 3, 1e-9);
  assertEquals([summary.time, summary.from, summary.scope], [7, undefined, "run"]);
  assertEquals([summary.rttMs?.min, summary.rttMs?.median, summary.rttMs?.max], [30, 34, 39]);
  assertEquals([summary.queueMs?.min, summary.queueMs?.max], [2, 6]);
  assertEquals([summary.outMs?.min, summary.outMs?.max], [10, 14]);
  assertEquals([summary.backMs?.min, summary.backMs?.max], [20, 29]);
  // From one probe to the next: out by 4 and 4, back by 0 and 9.
  assertEquals([summary.outJitterMs?.min, summary.outJitterMs?.max], [4, 4]);
  assertEquals([summary.backJitterMs?.min, summary.backJitterMs?.max], [0, 9]);
  assertEquals([summary.outChangeMs?.max, summary.backChangeMs?.max], [4, 9]);
});

Deno.test("statistics: a change that is known already is taken as it is", () => {
  const statistics = new TargetStatistics(TARGET, "interval");
  const change = { outMs: 3, backMs: 0.25 };
  assertEquals(statistics.add(outcome(makeProbe({}), 10, 20), change), change);
  const summary = statistics.summary(9, 4);
  assertEquals([summary.scope, summary.from], ["interval", 4]);
  assertEquals([summary.outChangeMs?.mean, summary.backChangeMs?.mean], [3, 0.25]);
});

Deno.test("statistics: a coarse tick moves the middles by half of it, and withdrawn or unknown ones are none", () => {
  const summaryOf = (host: Host) => {
    const statistics = new TargetStatistics(TARGET);
    statistics.add(outcome(makeProbe({ index: 0 }), 10, 20, host));
    statistics.add(outcome(makeProbe({ index: 1 }), 12, 20, host));
    return statistics.summary(0);
  };
  const coarse = summaryOf({ tick: "coarse", tickMs: 11 });
  // A stamp lags by up to 11 ms instead of 1: by 5 ms more in the middle.
  assertEquals([coarse.outMs?.min, coarse.outMs?.median, coarse.outMs?.max], [15, 16, 17]);
  assertEquals([coarse.outMs?.mean, coarse.outMs?.p95], [16, 16.9]);
  assertEquals([coarse.backMs?.min, coarse.backMs?.max], [15, 15]);
  assertAlmostEquals(coarse.outMs?.stddev ?? NaN, Math.SQRT2, 1e-9);
  for (const host of [{ tick: "unknown" }, { isWithdrawn: true }] as const) {
    const summary = summaryOf(host);
    assertEquals([summary.outMs, summary.backMs, summary.outJitterMs], [
      undefined,
      undefined,
      undefined,
    ]);
    assertEquals([summary.outChangeMs, summary.backChangeMs], [undefined, undefined]);
    assertEquals(summary.rttMs?.min, 30);
  }
  assertEquals(summaryOf({ tick: "assumed" }).outMs?.min, 10);
  const three = summaryOf({ tick: "coarse", tickMs: 3 });
  assertEquals([three.outMs?.min, three.backMs?.min], [11, 19]);
});

Deno.test("statistics: flags are counted, of extra replies too, but for those of the tick", () => {
  const statistics = new TargetStatistics(TARGET);
  assertEquals(statistics.summary(0).flags, undefined);
  const probe = makeProbe({});
  statistics.add(outcome(probe, 1, 1, {}, ["tick-assumed", "odd-code"]));
  statistics.add(outcome(probe, 1, 1, {}, ["odd-code", "bad-checksum"]));
  const extra = { kind: "late", probe, reply: reply(1, 1, {}, ["odd-code", "coarse-tick"]) };
  statistics.addExtra(extra as unknown as ExtraReply);
  assertEquals([...statistics.summary(0).flags ?? []], [["odd-code", 3], ["bad-checksum", 1]]);
});
