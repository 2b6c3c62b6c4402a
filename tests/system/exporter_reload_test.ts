/** What a reload of `icmptime exporter` changes: files of targets; address, certificate and limits of its port. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RunningExporter, valueOf } from "../support/exporter.ts";
import { Namespace } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { requireTool } from "../support/tools.ts";
import { until } from "../support/until.ts";

const NEEDS = { namespaces: true, tools: ["curl", "openssl"] };
const GROUPS = [{ name: "lab", targets: ["127.0.0.1"], interval: "100ms" }];
const UP = 'icmptime_up{group="lab",target="127.0.0.1"}';

/** A folder that any user may read, with a configuration. */
async function makeFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-exporter-" });
  await Deno.chmod(folder, 0o755);
  return folder;
}

async function writeConfig(folder: string, config: Record<string, unknown>): Promise<void> {
  const text = JSON.stringify({ groups: GROUPS, ...config });
  await Deno.writeTextFile(`${folder}/exporter.json`, text);
}

/** A certificate that says whose it is, and its key. */
async function makeCertificate(folder: string, name: string, mode: number): Promise<void> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const { success } = await new Deno.Command(requireTool("openssl"), {
    args: [
      ...["req", "-x509", ...key, "-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`],
      ...["-days", "2", "-subj", `/CN=${name}`],
    ],
    stderr: "null",
  }).output();
  assert(success);
  for (const file of ["key.pem", "cert.pem"]) await Deno.chmod(`${folder}/${file}`, mode);
}

/** Status of an answer, 0 without one, and whose certificate the server shows. */
async function ask(namespace: Namespace, url: string): Promise<readonly [number, string]> {
  const { stdout, stderr } = await namespace.run([
    ...["curl", "-skv", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "30", url],
  ]);
  return [Number(stdout), /subject: CN=(\S+)/.exec(stderr)?.[1] ?? ""];
}

/** Asks for a reload, and returns the line about it. */
async function reload(exporter: RunningExporter): Promise<string> {
  const before = exporter.command.stderr.length;
  exporter.command.sendSignal("SIGHUP");
  const rest = () => /configuration .*\n/.exec(exporter.command.stderr.slice(before))?.[0];
  for (let tries = 0; tries < 600 && rest() === undefined; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return rest() ?? "";
}

programTest({
  name: "exporter: a reload moves the port, and open connections stay",
  ...NEEDS,
}, async (program) => {
  const folder = await makeFolder();
  await using namespace = await Namespace.open();
  try {
    await writeConfig(folder, { listen: "127.0.0.1:9877" });
    const words = ["--config", `${folder}/exporter.json`];
    await using exporter = await RunningExporter.open(namespace, words, { program });
    const script = new URL("../support/kept_connection.ts", import.meta.url).pathname;
    await using kept = namespace.spawn(
      [Deno.execPath(), "run", "--quiet", "--no-lock", "--allow-net", script, "9877"],
      { timeoutMs: 120_000 },
    );
    await kept.output(/200\n/);

    await writeConfig(folder, { listen: "127.0.0.1:9878" });
    assertMatch(
      await reload(exporter),
      /reloaded: 1 target; metrics at http:\/\/127\.0\.0\.1:9878/,
    );
    assertEquals(await ask(namespace, "http://127.0.0.1:9877/metrics"), [0, ""]);
    assertEquals(await ask(namespace, "http://127.0.0.1:9878/metrics"), [200, ""]);

    // The same port at all addresses: the old one is in the way until it is closed.
    await writeConfig(folder, { listen: ":9878" });
    assertMatch(await reload(exporter), /metrics at http:\/\/0\.0\.0\.0:9878/);
    assertEquals(await ask(namespace, "http://127.0.0.2:9878/metrics"), [200, ""]);

    // What cannot be opened leaves everything as it was.
    await writeConfig(folder, { listen: "192.0.2.1:9878", groups: [{ ...GROUPS[0], name: "x" }] });
    assertMatch(await reload(exporter), /not reloaded, .*Cannot listen on 192\.0\.2\.1:9878: /);
    const { stdout } = await namespace.mustRun(["curl", "-s", "http://127.0.0.1:9878/metrics"]);
    assertEquals(valueOf(stdout, UP), 1);
    assertEquals(valueOf(stdout, "icmptime_config_last_reload_successful"), 0);

    const seen = kept.stdout.length;
    await kept.output(new RegExp(`^[^]{${seen},}200\n`));
    assertEquals(/[^2\n0]/.test(kept.stdout), false, kept.stdout);
    assertEquals((await exporter.end()).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

programTest({
  name: "exporter: a reload reads the files of the command line again",
  ...NEEDS,
}, async (program) => {
  const folder = await makeFolder();
  await using namespace = await Namespace.open();
  try {
    const file = `${folder}/targets`;
    const write = (...lines: readonly string[]) => Deno.writeTextFile(file, lines.join("\n"));
    await write("# one", "127.0.0.1");
    const words = ["--file", file, "-i", "100ms"];
    await using exporter = await RunningExporter.open(namespace, words, { program });
    await write("127.0.0.1", "127.0.0.2", "127.0.0.3");
    assertMatch(await reload(exporter), /reloaded: 3 targets\n/);
    const ups = async () => {
      const { body } = await exporter.get("/metrics");
      return [1, 2, 3].map((host) =>
        valueOf(body, `icmptime_up{group="default",target="127.0.0.${host}"}`)
      );
    };
    await until("new targets answer", async () => `${await ups()}` === "1,1,1");

    // A file without a target is a mistake, at least as often as it is meant.
    await write("# none");
    assertMatch(
      await reload(exporter),
      /not reloaded, .*No target given in group default: expected at least one host/,
    );
    assertEquals(await ups(), [1, 1, 1]);
    await write("127.0.0.3");
    assertMatch(await reload(exporter), /reloaded: 1 target\n/);
    assertEquals((await ups()).map(Number.isNaN), [true, true, false]);
    assertEquals((await exporter.end()).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

programTest({
  name: "exporter: a reload takes a renewed certificate, and limits at once",
  ...NEEDS,
}, async (program) => {
  const folder = await makeFolder();
  await using namespace = await Namespace.open();
  const tls = { certificate: "cert.pem", key: "key.pem" };
  const url = "https://127.0.0.1:9877/metrics";
  try {
    await makeCertificate(folder, "first", 0o644);
    await writeConfig(folder, { tls });
    const words = ["--config", `${folder}/exporter.json`];
    await using exporter = await RunningExporter.open(namespace, words, { program });
    assertEquals(await ask(namespace, url), [200, "first"]);
    assertEquals(await reload(exporter), "configuration reloaded: 1 target\n");

    await makeCertificate(folder, "second", 0o644);
    assertEquals(
      await reload(exporter),
      "configuration reloaded: 1 target; metrics at https://127.0.0.1:9877/metrics\n",
    );
    assertEquals(await ask(namespace, url), [200, "second"]);

    // One that cannot be used is not taken.
    await Deno.writeTextFile(`${folder}/cert.pem`, "no certificate");
    assertStringIncludes(await reload(exporter), "not reloaded");
    assertEquals(await ask(namespace, url), [200, "second"]);

    // One that only root may read stays as it was, and that is reported.
    await makeCertificate(folder, "third", 0o600);
    assertStringIncludes(await reload(exporter), "the certificate is as before");
    assertEquals(await ask(namespace, url), [200, "second"]);

    // Without one from now on, and with a limit that curl does not keep.
    await writeConfig(folder, { limits: { header_bytes: 512 } });
    assertStringIncludes(await reload(exporter), "metrics at http://127.0.0.1:9877/metrics");
    const plain = url.replace("https", "http");
    assertEquals(await ask(namespace, plain), [200, ""]);
    const { stdout } = await namespace.run([
      ...["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", `X: ${"y".repeat(600)}`],
      plain,
    ]);
    assertEquals(stdout, "431");
    assertEquals((await exporter.end()).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
