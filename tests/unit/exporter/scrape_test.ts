import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Exposition, type ExpositionFormat } from "../../../src/prometheus/exposition.ts";
import { type GroupIdentity, GroupSeries } from "../../../src/exporter/group_series.ts";
import { METRIC_CHAPTERS, queryName } from "../../../src/prometheus/registry.ts";
import { RequestCounts } from "../../../src/exporter/request_counts.ts";
import { type ScrapeSources, writeScrape } from "../../../src/exporter/scrape.ts";
import type { TargetSeries } from "../../../src/exporter/target_series.ts";
import { Prober } from "../../../src/probe/prober.ts";
import { RunState } from "../../../src/run/run_state.ts";
import type { Network } from "../../support/simulated_network.ts";
import { makeTargets, proberOptions } from "../../support/simulated_run.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

const GROUP: GroupIdentity = {
  name: "lab",
  labels: { site: 'a "b"\n' },
  kind: "timestamp",
  intervalMs: 100,
  buckets: { rttS: [0.001, 0.01], changeS: [0.001] },
};

/** Of ten probes the second is lost, and a router answers the fourth with an ICMP error. */
const NETWORK: Network = {
  out: 1,
  back: 2,
  rules: [
    { probes: [1], fate: { lossOutRatio: 1 } },
    { probes: [3], fate: { error: { type: 3, code: 13, reporter: 0xc0000a01 } } },
  ],
};

/** What a scrape shows after ten probes to each of the targets. */
async function probed(
  targets: number,
  group = GROUP,
  former?: GroupSeries,
): Promise<ScrapeSources> {
  const transport = new SimulatedTransport(NETWORK);
  const list = makeTargets(targets);
  const series = new GroupSeries(group, list, former);
  const state = new RunState(list, transport.clock, series);
  const options = proberOptions({ count: 10, intervalMs: 100, timeoutMs: 500, targets }, list);
  await new Prober(options, transport, {
    outcome(outcome) {
      const target = outcome.kind === "unsent" ? outcome.target : outcome.probe.target;
      state.add(outcome, state.of(target));
    },
    extra: (extra) => void state.addExtra(extra),
    stray: ({ kind }) => state.strays.add(kind),
    idle() {},
  }).run();
  const { clock } = transport;
  return {
    groups: [{
      series,
      nowNs: clock.now().realtimeNs,
      baseUnixMs: clock.baseUnixMs,
      stampSource: "kernel",
      kernelDrops: 0,
      failedCalls: 0,
      strays: state.strays,
    }],
    isOwnAddress: () => false,
    program: {
      version: "1",
      runtime: "test",
      reload: { isSuccessful: true, loadedAtS: 1.5 },
      requests: new RequestCounts(),
      localClock: {
        synchronised: true,
        offsetUs: 5,
        maximumErrorUs: 20,
        estimatedErrorUs: 10,
        frequencyPpm: -3,
      },
      process: { cpuS: 1, residentBytes: 2, openFiles: 3, maxFiles: 4, startTimeS: 5 },
    },
  };
}

function write(sources: ScrapeSources, format: ExpositionFormat): string {
  const out = new Exposition(format);
  for (const _ of writeScrape(sources, out));
  return out.takeText();
}

const LABELS = 'group="lab",target="192.0.2.1",site="a \\"b\\"\\n"';

Deno.test("scrape: the series of a target", async () => {
  const text = write(await probed(2), "text");
  const first = /target="([^"]+)"/.exec(text)?.[1] ?? "";
  const labels = LABELS.replace("192.0.2.1", first);
  for (
    const [name, value] of [
      ["sent_total", 10],
      ["received_total", 8],
      ["lost_total", 1],
      ["icmp_errors_total", 1],
      ["unsent_total", 0],
      ["rtt_seconds_count", 8],
      ["up", 1],
      ["resolved", 1],
      ["latest_rtt_seconds", 0.003],
    ] as const
  ) assertStringIncludes(text, `\nicmptime_${name}{${labels}} ${value}\n`);
  assertStringIncludes(text, `icmptime_rtt_seconds_bucket{${labels},le="0.001"} 0\n`);
  assertStringIncludes(text, `icmptime_rtt_seconds_bucket{${labels},le="0.01"} 8\n`);
  assertStringIncludes(text, `icmptime_rtt_seconds_bucket{${labels},le="+Inf"} 8\n`);
  assertStringIncludes(text, `icmptime_delay_change_seconds_count{${labels},direction="out"} 8\n`);
  assertStringIncludes(text, 'icmptime_targets{group="lab"} 2\n');
});

Deno.test("scrape: every metric of the table is there once, with its type, help and unit", async () => {
  for (const format of ["text", "openmetrics"] as const) {
    const sources = await probed(3);
    sources.program.requests.addAnswer("/metrics", 200);
    sources.program.requests.renderMs = 1;
    const text = write(sources, format);
    const heads = text.split("\n").filter((line) => line.startsWith("# TYPE "));
    assertEquals(new Set(heads).size, heads.length, "a family stands twice");
    const chapters = METRIC_CHAPTERS.filter(({ title }) => title !== "One run");
    const names = chapters.flatMap(({ metrics }) => metrics.map(queryName));
    const suffix = format === "openmetrics" ? "_total" : "";
    assertEquals(
      heads.map((line) => line.split(" ")[2]).sort(),
      names.map((name) => suffix === "" ? name : name.replace(/_total$/, "")).sort(),
    );
    assertEquals(text.endsWith("\n# EOF\n"), format === "openmetrics");
    assertEquals(text.includes("\n# UNIT icmptime_rtt_seconds seconds\n"), suffix !== "");
    assert(!/NaN|undefined|null|Infinity/.test(text), "a value that is none");
  }
});

Deno.test("scrape: no two samples have the same labels, and families are not mixed", async () => {
  const lines = write(await probed(3), "text").split("\n");
  const samples = lines.filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.slice(0, line.lastIndexOf(" ")));
  assertEquals(new Set(samples).size, samples.length);
});

Deno.test("scrape: echo has no clock and no direction", async () => {
  const text = write(await probed(1, { ...GROUP, kind: "echo" }), "text");
  const samples = text.split("\n").filter((line) => !line.startsWith("#")).join("\n");
  assert(!/icmptime_(?:clock_|delay_change|consensus)/.test(samples));
});

Deno.test("scrape: a group that is reloaded goes on counting; what is asked otherwise starts again", async () => {
  const { groups: [source] } = await probed(2);
  const series = source?.series as GroupSeries;
  const targets = series.targets.map((each) => each.series.target);
  const more = [...targets, { index: 2, label: "new.example", address: 0xc0000299 }];
  const sent = (group: GroupSeries) => group.targets.map((each) => each.series.counters.sent);
  assertEquals(sent(new GroupSeries({ ...GROUP, labels: {} }, more, series)), [10, 10, 0]);
  assertEquals(sent(new GroupSeries({ ...GROUP, kind: "echo" }, more, series)), [0, 0, 0]);
});

Deno.test("scrape: a reload that makes probes more frequent makes clocks take fewer of them", async () => {
  const taken = ({ groups: [source] }: ScrapeSources) =>
    source?.series.targets[0]?.series.clock(source.nowNs, source.baseUnixMs)?.state.probes ?? NaN;
  const rare = await probed(300, { ...GROUP, intervalMs: 60_000 });
  const before = taken(rare);
  assertEquals(before, 8);
  const former = rare.groups[0]?.series;
  // All replies of the second run fall into one stretch of 1.5 s, whose quickest one is taken at its end.
  const often = await probed(300, { ...GROUP, intervalMs: 1000 }, former);
  assertEquals(taken(often) - before <= 1, true, `${taken(often)}`);
});

Deno.test("scrape: a name that moves keeps its totals, and nothing else of the host that it was", async () => {
  const sources = await probed(1);
  const series = sources.groups[0]?.series as GroupSeries;
  const { target } = series.targets[0]?.series as TargetSeries;
  const labels = `{group="lab",target="${target.label}",${LABELS.split(",").at(-1)}}`;
  const before = write(sources, "text");
  assertStringIncludes(before, `icmptime_clock_tick_seconds${labels}`);
  series.move({ ...target, address: target.address + 1 });
  const after = write(sources, "text");
  for (const name of ["sent_total", "rtt_seconds_count"]) {
    const line = before.split("\n").find((each) => each.startsWith(`icmptime_${name}${labels}`));
    assertStringIncludes(after, `\n${line}\n`);
  }
  for (const name of ["up", "latest_rtt_seconds", "clock_tick_seconds", "clock_offset_seconds"]) {
    assert(!after.includes(`icmptime_${name}${labels}`), name);
  }
  assertStringIncludes(after, `icmptime_clock_usable${labels.slice(0, -1)},reason="no_reply"} 0\n`);
});
