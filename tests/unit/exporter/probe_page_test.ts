/** The answer of /probe: bounds assume nothing. */

import { assertEquals } from "@std/assert";
import { Exposition } from "../../../src/exporter/exposition.ts";
import { writeProbePage } from "../../../src/exporter/probe_page.ts";
import type { HostOffset } from "../../../src/measurement/host_offset.ts";
import type { TargetSummary } from "../../../src/run/target_statistics.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { makeTargets } from "../../support/simulated_run.ts";

function summaryOf(host: HostOffset | undefined): TargetSummary {
  const [target] = makeTargets(1);
  if (target === undefined) throw new TypeError("Cannot make a target");
  const none = undefined;
  return {
    ...{ scope: "run", time: 0, target, counters: new ProbeCounters(), offset: host?.offset, host },
    ...{ rttMs: none, queueMs: none, outMs: none, backMs: none, outJitterMs: none },
    ...{ backJitterMs: none, outChangeMs: none, backChangeMs: none },
  };
}

/** Samples of the clock, by name. */
function clockOf(host: HostOffset | undefined): Record<string, number> {
  const out = new Exposition("text");
  writeProbePage(summaryOf(host), 1, out);
  const lines = out.takeText().split("\n").filter((line) => line.startsWith("icmptime_clock_"));
  return Object.fromEntries(lines.map((line) => {
    const [name = "", value = ""] = line.split(" ");
    return [name.replace("icmptime_clock_", ""), Number(value)];
  }));
}

const HOST: HostOffset = {
  ...{ tick: "assumed", tickMs: 1, stamps: 1, isWithdrawn: false },
  ...{ isWholeSeconds: false, hasMoved: true },
  offset: { valueMs: 500, lowerMs: -1, upperMs: 1001 },
  assumedOffset: { valueMs: 2, lowerMs: -1, upperMs: 5 },
};

Deno.test("probe page: the estimate may assume a tick of a millisecond, the bounds do not", () => {
  assertEquals(clockOf(HOST), {
    offset_seconds: 0.002,
    offset_lower_seconds: -0.001,
    offset_upper_seconds: 1.001,
  });
});

Deno.test("probe page: once the tick is known, estimate and bounds are of one kind", () => {
  const known = { ...HOST, tick: "fine" as const, assumedOffset: undefined };
  assertEquals(clockOf(known).offset_seconds, 0.5);
  assertEquals(clockOf(undefined), {});
});
