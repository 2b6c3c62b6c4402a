/** packaging/prometheus and packaging/grafana, by promtool: rules and their tests, scrape configurations, every expression of the dashboard. */

import { assert, assertEquals } from "@std/assert";
import { METRIC_CHAPTERS, queryName } from "../../src/prometheus/registry.ts";
import { icmptimeDashboard } from "../../tools/grafana_dashboard.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { mustRun } from "../support/command.ts";
import { DASHBOARD, dashboardQueries, fillIn } from "../support/dashboard.ts";
import { systemTest } from "../support/tools.ts";

const RULES = `${PROJECT_FOLDER}packaging/prometheus/`;
/** The tests of rules write whole databases, in memory where they can. */
const FOR_DATABASES = { timeoutMs: 180_000, env: { TMPDIR: await findMemory() } };

async function findMemory(): Promise<string> {
  const { isDirectory } = await Deno.stat("/dev/shm").catch(() => ({ isDirectory: false }));
  return isDirectory ? "/dev/shm" : "/tmp";
}

const read = (path: string) => Deno.readTextFile(path);

systemTest(
  { name: "monitoring: promtool finds the rules right", tools: ["promtool"] },
  async () => {
    await mustRun([
      "promtool",
      "check",
      "rules",
      "--lint=all",
      "--lint-fatal",
      `${RULES}icmptime.rules.yml`,
    ]);
  },
);

systemTest({ name: "monitoring: the tests of the rules pass", tools: ["promtool"] }, async () => {
  await mustRun(["promtool", "test", "rules", `${RULES}icmptime.rules.test.yml`], FOR_DATABASES);
});

Deno.test("monitoring: rules, their tests and the dashboard name metrics of the table alone", async () => {
  const known = new Set(
    METRIC_CHAPTERS.flatMap(({ metrics }) => metrics).flatMap((metric) => {
      const name = queryName(metric);
      return metric.type === "histogram"
        ? ["bucket", "sum", "count"].map((end) => `${name}_${end}`)
        : [name];
    }),
  );
  const { exprs, variables } = await dashboardQueries();
  const texts = [
    await read(`${RULES}icmptime.rules.yml`),
    await read(`${RULES}icmptime.rules.test.yml`),
    ...exprs,
    ...variables,
  ];
  // Not what a rule records: target:icmptime_loss:ratio5m.
  const named = texts.flatMap((text) =>
    text.match(/(?<![:\w])(?:icmptime|process|probe)_\w+/g) ?? []
  );
  const unknown = new Set(named.filter((name) => !known.has(name)));
  assertEquals([...unknown], []);
  assert(new Set(named).size > 25);
});

Deno.test("monitoring: every alert has a test in which it fires", async () => {
  const alerts = [...(await read(`${RULES}icmptime.rules.yml`)).matchAll(/- alert: (\w+)/g)]
    .map(([, name]) => name);
  const tests = await read(`${RULES}icmptime.rules.test.yml`);
  const fired = [...tests.matchAll(/- alertname: (\w+)\n +eval_time: \w+\n +exp_alerts:\n/g)]
    .map(([, name]) => name);
  assertEquals([...new Set(fired)].toSorted(), alerts.toSorted());
  assert(alerts.length > 10);
});

systemTest({
  name: "monitoring: Prometheus takes the scrape configurations",
  tools: ["promtool"],
}, async () => {
  for (const name of ["prometheus.static.yml", "prometheus.probe.yml"]) {
    const { stdout } = await mustRun(["promtool", "check", "config", RULES + name]);
    // The rules that it names are found beside it.
    assert(stdout.includes("1 rule files found"), stdout);
  }
});

Deno.test("monitoring: the dashboard is what Grafana's builders make", async () => {
  assertEquals(await read(DASHBOARD), icmptimeDashboard());
});

systemTest({
  name: "monitoring: Prometheus parses every expression of the dashboard",
  tools: ["promtool"],
}, async () => {
  const { exprs, variables } = await dashboardQueries();
  const selectors = variables.map((query) => query.replace(/^label_values\((.*), \w+\)$/, "$1"));
  const rules = [...exprs, ...selectors].map((expr, place) => ({
    record: `expression_${place}`,
    expr: fillIn(expr, "5m"),
  }));
  assert(exprs.length > 30 && selectors.length === 3);
  const path = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    // YAML contains JSON.
    await Deno.writeTextFile(path, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    const { stdout } = await mustRun(["promtool", "check", "rules", path]);
    assert(stdout.includes(`SUCCESS: ${rules.length} rules found`), stdout);
  } finally {
    await Deno.remove(path);
  }
});
