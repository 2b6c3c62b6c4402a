/** `icmptime exporter` over the kernel: what it serves, to which clients, and what it survives. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exporterArgv, RunningExporter, valueOf } from "../support/exporter.ts";
import { Namespace } from "../support/namespace.ts";
import {
  binaryTest,
  programTest,
  PUBLIC_BINARY_PROGRAM,
  SOURCE_PROGRAM,
} from "../support/program.ts";
import { requireTool, systemTest } from "../support/tools.ts";

const NEEDS = { namespaces: true, tools: ["curl", "openssl"] };

const CONFIG = {
  listen: "127.0.0.1:9877",
  reload_by_http: true,
  basic_auth: [{ user: "monitor", password_file: "password" }],
  tls: { certificate: "cert.pem", key: "key.pem" },
  probe: { allow: ["127.0.1.0/24"], modules: { quick: { count: 2, interval: "20ms" } } },
  groups: [{
    name: "lab",
    targets: ["127.0.0.1", "127.0.0.2"],
    labels: { site: 'a "b" \\ c\nd\u0000e' },
    interval: "100ms",
  }],
};
const SITE = 'site="a \\"b\\" \\\\ c\\nd�e"';
const USER = ["-u", "monitor:a:b secret"];

/** A folder with a configuration, which any user may read, and a key and a password, which only root may. */
async function makeFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-exporter-" });
  await Deno.chmod(folder, 0o755);
  await Deno.writeTextFile(`${folder}/password`, "a:b secret\n", { mode: 0o600 });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const { success } = await new Deno.Command(requireTool("openssl"), {
    args: [
      ...["req", "-x509", ...key, "-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`],
      ...["-days", "2", "-subj", "/CN=localhost"],
    ],
    stderr: "null",
  }).output();
  assert(success);
  await writeConfig(folder, CONFIG);
  return folder;
}

async function writeConfig(folder: string, config: unknown): Promise<void> {
  await Deno.writeTextFile(`${folder}/exporter.json`, JSON.stringify(config));
}

/** User of a process. */
async function uidOf(pid: number): Promise<string> {
  return /^Uid:\s+(.*)$/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1] ?? "";
}

programTest(
  { name: "exporter: users, /probe, reload, and root is given up", ...NEEDS },
  async (program) => {
    const folder = await makeFolder();
    await using namespace = await Namespace.open();
    try {
      await using exporter = await RunningExporter.open(
        namespace,
        ["--config", `${folder}/exporter.json`],
        { program },
      );
      assertEquals(exporter.url, "https://127.0.0.1:9877");
      assertEquals(await uidOf(exporter.command.pid), "65534\t65534\t65534\t65534");

      // Users.
      assertEquals((await exporter.get("/metrics")).status, 401);
      assertEquals((await exporter.get("/", "-u", "monitor:a")).status, 401);
      assertEquals((await exporter.get("/", "-u", "other:a:b secret")).status, 401);
      assertEquals((await exporter.get("/", "-u", "monitor:")).status, 401);
      const home = await exporter.get("/", ...USER);
      assertEquals(home.status, 200);
      assertStringIncludes(home.body, 'href="/metrics"');

      // Formats.
      const first = `icmptime_sent_total{group="lab",target="127.0.0.1",${SITE}}`;
      const before = valueOf(
        await exporter.metrics((text) => valueOf(text, first) >= 5, ...USER),
        first,
      );
      const { head, body } = await exporter.get(
        "/metrics",
        ...[...USER, "-H", "Accept: application/openmetrics-text"],
      );
      assertMatch(head, /content-type: application\/openmetrics-text; version=1\.0\.0/);
      assert(body.endsWith("\n# EOF\n"));
      assertEquals((await exporter.get("/metrics", ...USER, "-X", "DELETE")).status, 405);

      // Probes on request.
      const probe = await exporter.get("/probe?target=127.0.1.7&module=quick", ...USER);
      assertEquals(probe.status, 200);
      assertEquals(valueOf(probe.body, "probe_success"), 1);
      assertEquals(valueOf(probe.body, 'icmptime_run_probes{state="received"}'), 2);
      for (
        const [query, status] of [
          ["target=127.0.2.1", 403],
          ["target=127.0.1.7&module=other", 400],
          ["target=localhost", 400],
          ["target=127.0.1.7&target=192.0.2.1", 400],
          ["target=127.0.1.7%20", 400],
          ["", 400],
        ] as const
      ) assertEquals((await exporter.get(`/probe?${query}`, ...USER)).status, status, query);

      // A reload keeps the totals of the targets that it keeps.
      const [group] = CONFIG.groups;
      const more = { ...CONFIG, groups: [{ ...group, targets: ["127.0.0.1", "127.0.0.3"] }] };
      await writeConfig(folder, more);
      assertEquals((await exporter.get("/-/reload", ...USER)).status, 405);
      const reloaded = await exporter.get("/-/reload", ...USER, "-X", "POST");
      assertEquals([reloaded.status, reloaded.body], [200, "reloaded\n"]);
      const third = first.replace("127.0.0.1", "127.0.0.3");
      const after = await exporter.metrics((text) => valueOf(text, third) >= 3, ...USER);
      assert(valueOf(after, first) > before);
      assert(!after.includes('target="127.0.0.2"'));
      assertEquals(valueOf(after, 'icmptime_probe_refused_total{reason="target"}'), 5);
      assertEquals(valueOf(after, 'icmptime_probe_refused_total{reason="module"}'), 1);
      assertEquals(valueOf(after, "icmptime_config_last_reload_successful"), 1);

      // A wrong one changes nothing, and is reported.
      await writeConfig(folder, { ...CONFIG, groups: [{ ...group, interval: "soon" }] });
      const refused = await exporter.get("/-/reload", ...USER, "-X", "POST");
      assertEquals(refused.status, 500);
      assertStringIncludes(refused.body, "groups[0].interval");
      const still = await exporter.metrics((text) => valueOf(text, third) >= 6, ...USER);
      assertEquals(valueOf(still, "icmptime_config_last_reload_successful"), 0);

      // Another source needs a socket, which root could open and nobody cannot.
      await writeConfig(folder, { ...CONFIG, groups: [{ ...group, source: "127.0.0.9" }] });
      exporter.command.sendSignal("SIGHUP");
      await exporter.command.output(/not reloaded, the old one is in use: .*restart/, "stderr");
      await writeConfig(folder, CONFIG);
      exporter.command.sendSignal("SIGHUP");
      await exporter.command.output(
        /reloaded: 2 targets; the certificate is as before[^]*\n.*reloaded: 2 targets;.*\n/,
        "stderr",
      );
      const { code, stdout } = await exporter.end();
      assertEquals([code, stdout], [0, ""]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

programTest({ name: "exporter: hostile clients cost no probe", ...NEEDS }, async (program) => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-exporter-" });
  await Deno.chmod(folder, 0o755);
  await using namespace = await Namespace.open();
  try {
    await writeConfig(folder, {
      // A request of a busy machine is in time; what never comes is waited for.
      limits: { connections: 40, request_time: "5s", answer_time: "3s" },
      groups: [
        { name: "lab", targets: ["127.0.0.1"], interval: "50ms" },
        // Their answer is longer than what the kernel keeps for a client that does not read.
        { name: "many", targets: ["127.1.0.0/21"], interval: "1m" },
      ],
    });
    await using exporter = await RunningExporter.open(
      namespace,
      ["--config", `${folder}/exporter.json`],
      { program },
    );
    const script = new URL("../support/hostile_clients.ts", import.meta.url).pathname;
    const { stdout } = await namespace.mustRun(
      [Deno.execPath(), "run", "--quiet", "--no-lock", "--allow-net", script, "9877"],
      { timeoutMs: 600_000 },
    );
    const found = JSON.parse(stdout) as Readonly<Record<string, Readonly<Record<string, number>>>>;
    const statuses = (part: string) =>
      Object.entries(found[part] ?? {}).map(([line, count]) => [line.split(" ")[1] ?? "", count]);
    const malformed = new Map(statuses("malformed") as [string, number][]);
    for (const status of malformed.keys()) assert(["400", "413", "505"].includes(status), status);
    assertEquals([...malformed.values()].reduce((sum, count) => sum + count, 0), 10_000);
    // A flood is cut off with or without a word.
    for (const [status] of statuses("floods")) {
      assert(["431", "", "413"].includes(`${status}`), `${status}`);
    }
    assertEquals(statuses("paths"), [["404", 12]]);
    assertEquals(found["halfOpenClosed"] as unknown, 100);
    assertEquals(found["slowClosed"] as unknown, 60);
    assertEquals(found["after"] as unknown, "HTTP/1.1 200 OK");
    const refusalsOf = (text: string, reason: string) =>
      valueOf(text, `icmptime_http_refused_connections_total{reason="${reason}"}`);
    // The answer is whole where its last counter is: curl on a busy machine may be as slow as a client that does not read.
    const text = await exporter.metrics((each) => refusalsOf(each, "slow") >= 1);
    const labels = '{group="lab",target="127.0.0.1"}';
    assert(valueOf(text, `icmptime_sent_total${labels}`) > 20);
    for (const name of ["lost", "unsent", "late"]) {
      assertEquals(valueOf(text, `icmptime_${name}_total${labels}`), 0, name);
    }
    const refused = (reason: string) => refusalsOf(text, reason);
    assert(refused("malformed") >= 10_000);
    assert(refused("timeout") + refused("limit") >= 100);
    // Those that were given up cost nothing any more.
    await exporter.metrics((each) => valueOf(each, "icmptime_http_connections") === 1);
    assertEquals((await exporter.end("SIGINT")).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

binaryTest(
  { name: "exporter: CAP_NET_RAW alone is enough", ...NEEDS, tools: ["curl", "setpriv"] },
  async () => {
    await using namespace = await Namespace.open();
    const prefix = [
      ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"],
      ...[
        "--inh-caps=-all,+net_raw",
        "--ambient-caps=-all,+net_raw",
        "--bounding-set=-all,+net_raw",
      ],
    ];
    await using exporter = await RunningExporter.open(namespace, ["-i", "100ms", "127.0.0.1"], {
      prefix,
      program: PUBLIC_BINARY_PROGRAM,
    });
    const up = 'icmptime_up{group="default",target="127.0.0.1"}';
    const text = await exporter.metrics((each) => valueOf(each, up) === 1);
    assertEquals(valueOf(text, 'icmptime_stamps_info{group="default",source="kernel"}'), 1);
    assertEquals((await exporter.end()).code, 0);
  },
);

systemTest({ name: "exporter: what cannot be served is one line", namespaces: true }, async () => {
  await using namespace = await Namespace.open();
  const refuse = async (argv: readonly string[]) => {
    const { code, stdout, stderr } = await namespace.run(argv);
    assertEquals(stdout, "");
    return [code, stderr] as const;
  };
  const words = ["127.0.0.1"];
  assertEquals(await refuse(SOURCE_PROGRAM.argv("exporter", ...words)), [
    4,
    "icmptime: Cannot listen on 127.0.0.1:9877: deno was started without --allow-net\n",
  ]);
  await using _ = await RunningExporter.open(namespace, words);
  const [code, stderr] = await refuse(exporterArgv(SOURCE_PROGRAM, ...words));
  assertEquals(code, 4);
  assertMatch(stderr, /^icmptime: Cannot listen on 127\.0\.0\.1:9877: Address already in use\n$/);
  const wrong = exporterArgv(SOURCE_PROGRAM, "--config", "/dev/null");
  assertEquals(await refuse(wrong), [
    3,
    "icmptime: Cannot use /dev/null: the whole: null, expected a mapping\n",
  ]);
});
