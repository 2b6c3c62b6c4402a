/** The rules live: the exporter probes the lab, a real Prometheus scrapes it and evaluates packaging/prometheus. */

import { assert, assertEquals } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { Lab, labTest } from "../lab/lab.ts";
import type { HostBehaviour } from "../lab/scenario.ts";
import { dashboardQueries, fillIn } from "../support/dashboard.ts";
import { hasten } from "../support/hasten.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { PrometheusServer } from "../support/prometheus_server.ts";

const PACKAGING = `${PROJECT_FOLDER}packaging/`;
/** How long alerts may take to fire, in milliseconds; they take a few seconds. */
const PATIENCE_MS = 240_000;
const STEP_MS = 18_000;
const LIAR = "198.18.0.5";
const SILENT = "198.18.2.2";

const wrong: HostBehaviour = { clock: { offsetMs: 5000 } };
const HOSTS: Readonly<Record<string, HostBehaviour>> = {
  // One liar among five.
  [LIAR]: wrong,
  // Four of five that disagree with us.
  ...Object.fromEntries([1, 2, 3, 4].map((host) => [`198.18.1.${host}`, wrong])),
  // A device whose clock steps.
  "198.18.2.1": { clock: { steps: [{ afterMs: STEP_MS, byMs: 5000 }] } },
  [SILENT]: { silent: true },
};

const range = (start: string, count: number) =>
  Array.from({ length: count }, (_, place) => `${start}.${place + 1}`);

const CONFIG = {
  probe: {
    allow: ["198.18.0.0/16"],
    modules: { icmp_timestamp: { count: 2, interval: "100ms", timeout: "300ms" } },
  },
  groups: [
    { name: "liar", targets: range("198.18.0", 5) },
    { name: "majority", targets: range("198.18.1", 5) },
    { name: "devices", targets: range("198.18.2", 3) },
  ].map((group) => ({ ...group, interval: "200ms", timeout: "500ms" })),
};

/** The example of a configuration for /probe, which scrapes /metrics too: hosts of the lab, and intervals of seconds. */
async function hastyConfig(): Promise<string> {
  const text = await Deno.readTextFile(`${PACKAGING}prometheus/prometheus.probe.yml`);
  const hasty = text.replace(
    /(scrape_interval|scrape_timeout|evaluation_interval): \d+s/g,
    "$1: 2s",
  )
    .replace("192.0.2.7", LIAR).replace("192.0.2.8", SILENT);
  assert(
    hasty.includes(LIAR) && hasty.includes(SILENT) && !/\b\d\ds|192\.0\.2/.test(hasty),
    hasty,
  );
  return hasty;
}

labTest({
  name: "alerts: a clock that steps, a liar among five, four of five, a silent host",
  tools: ["prometheus", "curl"],
}, async () => {
  await using lab = await Lab.open({ scenario: { defaults: { out: 2, back: 2 }, hosts: HOSTS } });
  const config = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(config, JSON.stringify(CONFIG));
    await Deno.chmod(config, 0o644);
    const argv = SOURCE_PROGRAM.argv("exporter", "--config", config);
    argv.splice(argv.indexOf("run") + 1, 0, "--allow-net");
    await using exporter = lab.spawn(argv, { timeoutMs: 1_200_000 });
    await exporter.output(/metrics at /, "stderr");
    await using prometheus = await PrometheusServer.open(lab, {
      config: await hastyConfig(),
      files: {
        "icmptime.rules.yml": hasten(
          await Deno.readTextFile(`${PACKAGING}prometheus/icmptime.rules.yml`),
        ),
      },
    });
    await checkAlerts(prometheus);
    await checkDashboard(prometheus);
    assert(!exporter.stderr.includes("rror"), exporter.stderr);
  } finally {
    await Deno.remove(config);
  }
});

async function checkAlerts(prometheus: PrometheusServer): Promise<void> {
  const firing = async (name: string) =>
    (await prometheus.query(`ALERTS{alertname="${name}", alertstate="firing"}`))
      .map(({ labels }) => labels["target"] ?? labels["group"] ?? `/probe of ${labels["instance"]}`)
      .toSorted();
  const waitFor = async (name: string, expected: readonly string[]) => {
    await prometheus.until(`${name} of ${expected}`, PATIENCE_MS, async () => {
      const found = await firing(name);
      return JSON.stringify(found) === JSON.stringify(expected);
    });
  };
  await waitFor("IcmptimeHostDown", [SILENT]);
  await waitFor("IcmptimeOwnClockWrong", ["majority"]);
  // The fifth of those shows our time: against the majority it is the wrong one. The device has stepped by then.
  await waitFor("IcmptimeClockWrong", [
    ...[`/probe of ${LIAR}`, LIAR, "198.18.1.5", "198.18.2.1"],
  ]);
  await waitFor("IcmptimeProbeFailed", [`/probe of ${SILENT}`]);
  assertEquals(await firing("IcmptimeOwnClockWrong"), ["majority"]);

  // These were never even about to fire. Others may be, on a machine that is too busy to be scraped in time.
  const ever = async (selector: string) =>
    await prometheus.query(`max_over_time(ALERTS{${selector}}[5m])`);
  assertEquals(await ever('alertname="IcmptimeOwnClockWrong", group="liar"'), []);
  for (const name of ["IcmptimeConfigReloadFailed", "IcmptimeUnsent"]) {
    assertEquals(await ever(`alertname="${name}"`), []);
  }

  // The device was right before, and is wrong by what its clock stepped by.
  const device = 'target="198.18.2.1"';
  const [before] = await prometheus.query(
    `min_over_time(icmptime_clock_offset_upper_seconds{${device}}[5m])`,
  );
  const [now] = await prometheus.query(`target:icmptime_clock_error:seconds{${device}}`);
  assert(before !== undefined && Math.abs(before.value) < 0.1, `${before?.value}`);
  assert(now !== undefined && now.value > 4.9 && now.value <= 5, `${now?.value}`);
  const [error] = await prometheus.query(
    'group:icmptime_own_clock_error:seconds{group="majority"}',
  );
  assert(error !== undefined && error.value < -4.9 && error.value >= -5, `${error?.value}`);
  const [liar] = await prometheus.query('group:icmptime_own_clock_error:seconds{group="liar"}');
  assertEquals(liar?.value, 0);
}

/** Every expression of the dashboard finds something by now; its windows reach back to the start. */
async function checkDashboard(prometheus: PrometheusServer): Promise<void> {
  const empty: string[] = [];
  for (const expr of (await dashboardQueries()).exprs) {
    const found = await prometheus.query(fillIn(expr, "5m"));
    if (found.length === 0) empty.push(expr);
  }
  assertEquals(empty, []);
}
