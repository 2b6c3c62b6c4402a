/** The answer of /probe: bounds assume nothing. */

import { assertEquals } from "@std/assert";
import { RunPage } from "../../../src/prometheus/run_page.ts";
import { writeProbePage } from "../../../src/prometheus/probe_page.ts";
import type { HostOffset } from "../../../src/measurement/host_offset.ts";
import { PingPage } from "../../../src/report/prometheus/ping_page.ts";
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
  const out = new RunPage();
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

Deno.test("probe page: the samples of a run's page without its labels, and those of a probe alone", () => {
  const spread = { min: 1, median: 2, mean: 2.5, p95: 3, max: 4, stddev: 0.5 };
  const summary: TargetSummary = {
    ...summaryOf(HOST),
    ...{ rttMs: spread, queueMs: spread, outChangeMs: spread, backChangeMs: spread },
    ...{ outJitterMs: spread, backJitterMs: spread },
  };
  const page = new RunPage("openmetrics");
  writeProbePage(summary, 1.5, page);
  const text = page.takeText();
  let run = "";
  const ping = new PingPage({ line: (line) => run += line, header() {} }, []);
  ping.summary(summary);
  ping.end();
  const samples = (all: string) => all.split("\n").filter((line) => /^[^#]/.test(line)).sort();
  const unlabelled = run.replaceAll(/\{group="ping",target="host-0",?/g, "{").replaceAll("{}", "");
  assertEquals(
    samples(text),
    samples(
      `${
        unlabelled.replace(/^icmptime_resolved .*$/m, "")
      }\nprobe_success 0\nprobe_duration_seconds 1.5
icmptime_clock_offset_seconds 0.002`,
    ),
  );
  assertEquals(text.endsWith("\n# EOF\n"), true);
});
