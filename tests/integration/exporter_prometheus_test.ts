/** A real Prometheus scrapes the exporter in a lab: its answers are compared with the JSON of a run and with the lab. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import { RunningCommand } from "../support/command.ts";
import { RunningExporter } from "../support/exporter.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";

/** Debian's own, which sees Debian's modules. */
const PYTHON = "/usr/bin/python3";

const RIGHT = "198.18.0.1", AHEAD = "198.18.0.2", SILENT = "198.18.0.3", ECHO = "198.18.0.4";
/** As right as the first one. */
const OTHERS = ["198.18.0.5", "198.18.0.6", "198.18.0.7"];

const SCENARIO = {
  seed: 7,
  defaults: { out: 20, back: 30 },
  hosts: {
    [AHEAD]: { out: 20, back: 30, clock: { offsetMs: 5000 } },
    [SILENT]: { silent: true },
  },
} as const;

const CONFIG = {
  groups: [
    {
      ...{
        name: "lab",
        targets: [RIGHT, ...OTHERS, AHEAD, SILENT],
        interval: "200ms",
        timeout: "500ms",
      },
      labels: { note: 'a "b" \\ c\nd' },
    },
    { name: "echo", message: "echo", targets: [ECHO], interval: "200ms" },
  ],
};

const PROMETHEUS = `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: icmptime
    static_configs: [{ targets: ["127.0.0.1:9877"] }]
`;

/** Reads an answer with the parser of the reference client, and prints its families by name with the number of samples. */
const PARSER = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(sys.stdin.read()))
print(json.dumps({f.name: [f.type, f.unit, len(f.samples)] for f in families}))
`;

type Rec = Readonly<Record<string, unknown>>;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Values of an instant query by target. */
async function query(lab: Lab, expression: string): Promise<Map<string, number>> {
  const { stdout } = await lab.mustRun([
    ...["curl", "-sG", "--max-time", "60", "http://127.0.0.1:9090/api/v1/query"],
    ...["--data-urlencode", `query=${expression}`],
  ]);
  const { status, data } = JSON.parse(stdout);
  assertEquals(status, "success", stdout);
  return new Map(
    (data.result as Series[]).map((
      { metric, value },
    ) => [metric["target"] ?? "", Number(value[1])]),
  );
}

/** Waits until a query has a series that is not 0. */
async function until(lab: Lab, expression: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const found = await query(lab, expression).catch(() => new Map<string, number>());
    if ([...found.values()].some((value) => value > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`Cannot wait longer for ${expression}`);
}

labTest({
  name:
    "exporter: what Prometheus answers is what a run reports, and foreign parsers accept the formats",
  tools: ["prometheus", "promtool", "curl", PYTHON.split("/").at(-1) ?? ""],
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-prometheus-" });
  await Deno.chmod(folder, 0o755);
  await Deno.writeTextFile(`${folder}/exporter.json`, JSON.stringify(CONFIG));
  await Deno.writeTextFile(`${folder}/prometheus.yml`, PROMETHEUS);
  await using lab = await Lab.open({ scenario: SCENARIO });
  try {
    await using exporter = await RunningExporter.open(lab, ["--config", `${folder}/exporter.json`]);
    await using prometheus = RunningCommand.spawn(
      lab.argv([
        ...["prometheus", `--config.file=${folder}/prometheus.yml`, "--log.level=error"],
        ...[`--storage.tsdb.path=${folder}/data`, "--web.listen-address=127.0.0.1:9090"],
      ]),
      { timeoutMs: 1_200_000 },
    );
    const run = lab.run(
      SOURCE_PROGRAM.argv(
        ...["ping", "--json", "-q", "-c", "40", "-i", "200ms", "-W", "500ms", RIGHT, AHEAD, SILENT],
      ),
    );
    await checkFormats(lab, exporter);
    const records = (await run).stdout.trim().split("\n").map((line) => JSON.parse(line) as Rec);
    const summaries = records.filter(({ type }) => type === "summary");
    const of = (address: string) => summaries.find((each) => each["address"] === address) ?? {};
    await until(lab, `icmptime_received_total{target="${RIGHT}"} > bool 50`);
    assertEquals(prometheus.stderr, "");

    // Every probe ends as one thing, at each scrape.
    const rest = await query(
      lab,
      "icmptime_sent_total - icmptime_received_total - icmptime_lost_total - icmptime_icmp_errors_total",
    );
    assertEquals([...rest.values()], [0, 0, 0, 0, 0, 0, 0]);
    assertEquals(await query(lab, "icmptime_lost_total == icmptime_sent_total").then(keys), [
      SILENT,
    ]);
    assertEquals(await query(lab, "icmptime_up == 0").then(keys), [SILENT]);
    assertEquals(
      await query(lab, "icmptime_rtt_seconds_count - icmptime_received_total").then(values),
      [0, 0, 0, 0, 0, 0, 0],
    );

    // Round-trip times, jitter and clocks are those of the run.
    const mean = await query(lab, "icmptime_rtt_seconds_sum / icmptime_rtt_seconds_count");
    const lower = await query(lab, "icmptime_clock_offset_lower_seconds");
    const upper = await query(lab, "icmptime_clock_offset_upper_seconds");
    const offset = await query(lab, "icmptime_clock_offset_seconds");
    for (const address of [RIGHT, AHEAD]) {
      const summary = of(address) as Readonly<Record<string, number>>;
      // Two means of two times: a busy machine adds to each what it will, and none is below the lab's 50 ms.
      const meanS = mean.get(address) ?? NaN;
      assert(meanS >= 0.05 && (summary["rtt_mean_ms"] ?? NaN) >= 50);
      assertAlmostEquals(meanS, (summary["rtt_mean_ms"] ?? NaN) / 1e3, 0.04);
      const truthS = address === AHEAD ? 5 : 0;
      assert((lower.get(address) ?? NaN) <= truthS && (upper.get(address) ?? NaN) >= truthS);
      assert((lower.get(address) ?? NaN) <= (summary["offset_upper_ms"] ?? NaN) / 1e3);
      assert((upper.get(address) ?? NaN) >= (summary["offset_lower_ms"] ?? NaN) / 1e3);
      // The way back takes 10 ms more, which no reply can show: the estimate is off by half of that.
      // The fastest reply counts; a busy machine may make that one late by some milliseconds, too.
      assertAlmostEquals(offset.get(address) ?? NaN, truthS - 0.005, 0.008);
    }
    assertEquals(
      await query(lab, 'icmptime_clock_usable{reason="no_reply"} == 0').then(keys),
      [SILENT],
    );
    assertEquals(
      await query(lab, 'icmptime_up{note="a \\"b\\" \\\\ c\\nd"}').then((found) => found.size),
      6,
    );
    // One liar among five: our own clock is right.
    assertEquals(await query(lab, "icmptime_consensus_local_clock_off").then(values), [0]);
    assertEquals(await query(lab, 'icmptime_consensus_clocks{state="agreeing"}').then(values), [4]);
    assertEquals(await query(lab, 'icmptime_consensus_clocks{state="outside"}').then(values), [1]);
    assertEquals((await exporter.end()).code, 0);

    // The lab counted what arrived: all that was counted as sent, and those that were on their way.
    const sent = await query(lab, "max_over_time(icmptime_sent_total[10m])");
    const { requests } = await lab.log();
    const arrived = requests.filter(({ host }) => host === ECHO).length;
    assert((sent.get(ECHO) ?? NaN) <= arrived && (sent.get(ECHO) ?? NaN) > 20);
    prometheus.sendSignal("SIGTERM");
    assertEquals((await prometheus.result()).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** promtool finds nothing to say about the text, and the reference parser reads OpenMetrics. */
async function checkFormats(lab: Lab, exporter: RunningExporter): Promise<void> {
  const text = await exporter.metrics((each) => each.includes("icmptime_clock_offset_seconds{"));
  const lint = await lab.run(["promtool", "check", "metrics"], { stdin: text });
  assertEquals([lint.code, lint.stdout, lint.stderr], [0, "", ""]);
  const { head, body } = await exporter.get(
    "/metrics",
    ...["-H", "Accept: application/openmetrics-text; version=1.0.0"],
  );
  assert(head.includes("application/openmetrics-text"));
  const parsed = await lab.mustRun([PYTHON, "-c", PARSER], { stdin: body });
  const families = JSON.parse(parsed.stdout) as Readonly<Record<string, unknown>>;
  assertEquals(families["icmptime_sent"], ["counter", "", 7]);
  assertEquals((families["icmptime_rtt_seconds"] as unknown[]).slice(0, 2), [
    "histogram",
    "seconds",
  ]);
  assertEquals(Object.keys(families).length, body.match(/^# TYPE /gm)?.length);
}

function keys(found: ReadonlyMap<string, number>): string[] {
  return [...found.keys()];
}

function values(found: ReadonlyMap<string, number>): number[] {
  return [...found.values()];
}
