import { assert, assertEquals } from "@std/assert";
import { METRIC_CHAPTERS, queryName } from "../../../src/prometheus/registry.ts";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import { AUDIT_METRICS } from "../../../src/report/prometheus/audit_metrics.ts";
import { PingPage } from "../../../src/report/prometheus/ping_page.ts";
import { labelTargets } from "../../../src/prometheus/run_page.ts";
import type { Target } from "../../../src/targets/target.ts";
import { EVENTFUL, QUEUED, reportRun } from "../../support/reported_run.ts";

/** Samples by name and labels, as a text has them. */
function samplesOf(lines: readonly string[]): Map<string, number> {
  return new Map(
    lines.filter((line) => !line.startsWith("#")).map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))] as const;
    }),
  );
}

const LABELS = ["plain", 'with "quotes" and \\'];
const WRITTEN = ["plain", 'with \\"quotes\\" and \\\\'];

for (const [name, network] of Object.entries({ eventful: EVENTFUL, queued: QUEUED })) {
  Deno.test(`prometheus: the summary of JSON as metrics, in seconds: ${name}`, async () => {
    const run = { count: 8, targets: 2, labels: LABELS };
    const { output: json } = await reportRun(
      network,
      run,
      (lines) => new JsonReporter(lines, { quiet: true }),
    );
    const { output } = await reportRun(
      network,
      run,
      (lines) => new PingPage(lines, ["nowhere.example"]),
    );
    const samples = samplesOf(output.lines);
    const summaries = json.lines.map((line) => JSON.parse(line))
      .filter(({ type }) => type === "summary");
    assertEquals(summaries.length, 2);
    let compared = 0;
    for (const [place, summary] of summaries.entries()) {
      const labels = `group="ping",target="${WRITTEN[place]}"`;
      const check = (metric: string, more: string, expected: number | undefined, unit: number) => {
        const found = samples.get(`icmptime_${metric}{${labels}${more}}`);
        assertEquals([metric, more, found === undefined], [metric, more, expected === undefined]);
        if (found === undefined || expected === undefined) return;
        compared++;
        // JSON has microseconds, bounds rounded outwards.
        const tolerance = unit === 1 ? 0 : 1.1e-6;
        assert(Math.abs(found - expected * unit) <= tolerance, `${metric}${more} ${found}`);
      };
      const states = { icmp_errors: "icmp_error", duplicates: "duplicate" };
      for (
        const count of ["sent", "received", "lost", "unsent", "late", "icmp_errors", "duplicates"]
      ) {
        const state = states[count as keyof typeof states] ?? count;
        check("run_probes", `,state="${state}"`, summary[count], 1);
      }
      for (const stat of ["min", "median", "mean", "p95", "max", "stddev"]) {
        check("run_rtt_seconds", `,stat="${stat}"`, summary[`rtt_${stat}_ms`], 1e-3);
        for (const direction of ["out", "back"]) {
          for (const quantity of ["change", "jitter"]) {
            const metric = quantity === "change"
              ? "run_delay_change_seconds"
              : "run_jitter_seconds";
            const more = `,direction="${direction}",stat="${stat}"`;
            check(metric, more, summary[`${direction}_${quantity}_${stat}_ms`], 1e-3);
          }
        }
      }
      for (const stat of ["median", "p95", "max"]) {
        check("run_queue_seconds", `,stat="${stat}"`, summary[`queue_${stat}_ms`], 1e-3);
      }
      for (const bound of ["lower", "upper"]) {
        check(`clock_offset_${bound}_seconds`, "", summary[`offset_${bound}_ms`], 1e-3);
      }
    }
    assert(compared > 50, `${compared}`);
    assertEquals(samples.get('icmptime_resolved{group="ping",target="nowhere.example"}'), 0);
    assertEquals(samples.get('icmptime_resolved{group="ping",target="plain"}'), 1);
  });
}

Deno.test("prometheus: every family once, with its help and type; every sample once", async () => {
  const { output: { lines } } = await reportRun(
    EVENTFUL,
    { count: 8, targets: 2 },
    (sink) => new PingPage(sink, []),
  );
  const families = lines.filter((line) => line.startsWith("# TYPE ")).map((line) =>
    line.split(" ")[2]
  );
  assertEquals(new Set(families).size, families.length);
  assertEquals(lines.filter((line) => line.startsWith("# HELP ")).length, families.length);
  const names = lines.filter((line) => !line.startsWith("#")).map((line) =>
    line.replace(/ \S+$/, "")
  );
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assert(families.includes(name.split("{")[0]), name);
});

Deno.test("prometheus: names of an audit are none of the exporter's", () => {
  const names = METRIC_CHAPTERS.flatMap(({ metrics }) => metrics).map(queryName);
  for (const metric of Object.values(AUDIT_METRICS)) assert(!names.includes(queryName(metric)));
});

Deno.test("prometheus: targets that are written alike have their addresses", () => {
  const target = (label: string, address: number): Target => ({ index: address, label, address });
  const labelled = labelTargets(
    "ping",
    [target("a", 1), target("b", 2), target("a", 3), target("b", 2)],
    (each) => each,
  );
  assertEquals(labelled.map(({ labels }) => labels["target"]), ["a 0.0.0.1", "b", "a 0.0.0.3"]);
});
