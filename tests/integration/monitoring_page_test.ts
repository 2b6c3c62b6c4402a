/** docs/monitoring.md: its commands are run, and print what it says. Rules wait seconds here instead of minutes. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { programFlags, PROJECT_FOLDER } from "../../tools/project.ts";
import type { RunningCommand } from "../support/command.ts";
import { hasten } from "../support/hasten.ts";
import { InfluxServer } from "../support/influx_server.ts";
import { Namespace } from "../support/namespace.ts";
import { systemTest } from "../support/tools.ts";

const page = await Deno.readTextFile(`${PROJECT_FOLDER}docs/monitoring.md`);
const PATIENCE_MS = 240_000;

interface Block {
  readonly language: string;
  /** The word after the language: a name, or of a file. */
  readonly kind: string;
  readonly text: string;
}

/** The code of a section in order. */
function blocksOf(title: string): Block[] {
  const [, section = ""] = page.split(`\n## ${title}\n`);
  const [own = ""] = section.split(/^## /m);
  return [...own.matchAll(/^( *)```(\w+) ?(\S*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, , language = "", kind = "", text = ""]) => ({ language, kind, text }),
  );
}

/** A folder, a network, and an icmptime in PATH. */
class Desk implements AsyncDisposable {
  readonly namespace: Namespace;
  readonly folder: string;
  readonly #programs: RunningCommand[] = [];

  private constructor(namespace: Namespace, folder: string) {
    this.namespace = namespace;
    this.folder = folder;
  }

  static async open(): Promise<Desk> {
    const folder = await Deno.makeTempDir({ prefix: "icmptime-page-" });
    await Deno.chmod(folder, 0o777);
    await Deno.symlink(`${PROJECT_FOLDER}packaging`, `${folder}/packaging`);
    const flags = ["--quiet", "--config", `${PROJECT_FOLDER}deno.json`, ...programFlags()];
    const argv = [Deno.execPath(), "run", "--allow-net", ...flags, `${PROJECT_FOLDER}main.ts`];
    await Deno.writeTextFile(`${folder}/icmptime`, `#!/bin/sh\nexec ${argv.join(" ")} "$@"\n`);
    await Deno.chmod(`${folder}/icmptime`, 0o755);
    return new Desk(await Namespace.open(), folder);
  }

  get #options() {
    const env = { PATH: `${this.folder}:${Deno.env.get("PATH")}` };
    return { cwd: this.folder, env, timeoutMs: 1_200_000 };
  }

  #argv(text: string): string[] {
    return ["sh", "-c", text.replaceAll("sudo ", "")];
  }

  write(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(`${this.folder}/${name}`, text);
  }

  /** Starts a program, which ends with the desk, and waits until it says something. */
  async start(text: string, said: RegExp, stream: "stdout" | "stderr"): Promise<void> {
    const program = this.namespace.spawn(this.#argv(`exec ${text}`), this.#options);
    this.#programs.push(program);
    await program.output(said, stream);
  }

  async run(text: string): Promise<string> {
    const { stdout, stderr, code } = await this.namespace.run(this.#argv(text), this.#options);
    assertEquals(code, 0, `${text}${stderr}`);
    return stdout;
  }

  /** Runs commands until they print all of these lines, whatever their numbers. */
  async runUntil(text: string, expected: string): Promise<string> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const { stdout } = await this.namespace.run(this.#argv(text), this.#options);
      const lines = stdout.split("\n").map(withoutNumbers);
      const missing = expected.trim().split("\n").filter((line) =>
        !lines.includes(withoutNumbers(line))
      );
      if (missing.length === 0) return stdout;
      assert(Date.now() < end, `no line like ${missing} in\n${stdout}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs.toReversed()) await program[Symbol.asyncDispose]();
    await this.namespace.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const withoutNumbers = (line: string) => line.replace(/\d+(?:\.\d+)?(?=m?s\b)/g, "#").trim();

systemTest({
  name: "monitoring.md: from nothing to an alert",
  tools: ["prometheus", "promtool", "curl", "jq"],
  namespaces: true,
}, async () => {
  await using desk = await Desk.open();
  const blocks = blocksOf("Ten minutes");
  assertEquals(blocks.map(({ language, kind }) => kind || language), [
    ...["hosts.json", "hosts", "exporter.yml", "exporter", "sh", "text"],
    ...["copy", "sh", "prometheus", "alerts", "text"],
  ]);
  for (const [place, { language, kind, text }] of blocks.entries()) {
    const next = blocks[place + 1];
    if (language === "json" || language === "yaml") await desk.write(kind, text);
    else if (kind === "hosts") await desk.start(text, /Answering for /, "stdout");
    else if (kind === "exporter") await desk.start(text, /metrics at /, "stderr");
    else if (kind === "prometheus") await desk.start(text, /ready to receive/, "stderr");
    else if (next?.language === "text") {
      const found = await desk.runUntil(text, next.text);
      assert(!found.includes("itself is wrong"), found);
    } else if (language === "sh") await desk.run(text);
    if (kind === "copy") {
      for (const name of ["icmptime.rules.yml", "prometheus.static.yml"]) {
        const path = `${desk.folder}/${name}`;
        const copied = hasten(await Deno.readTextFile(path));
        await Deno.writeTextFile(path, copied.replaceAll(": 15s", ": 1s"));
      }
    }
  }
});

systemTest({
  name: "monitoring.md: a textfile by cron, InfluxDB",
  tools: ["promtool", "prometheus-node-exporter", "influxd", "curl"],
  namespaces: true,
}, async () => {
  await using desk = await Desk.open();
  await desk.write("hosts.txt", "127.0.0.1\n127.0.0.2\n");
  await Deno.mkdir(`${desk.folder}/textfile`);
  const [textfile] = blocksOf("By cron, with node_exporter").filter(({ kind }) =>
    kind === "textfile"
  );
  const lines = textfile?.text.trim().split("\n") ?? [];
  assertEquals(lines.length, 4);
  for (const line of lines.slice(0, -1)) await desk.run(line);
  await desk.start(lines.at(-1) ?? "", /Listening on/, "stderr");
  assertMatch(
    await desk.run("curl -s http://127.0.0.1:9100/metrics"),
    /^icmptime_run_probes\{group="ping",state="received",target="127.0.0.1"\} 5$/m,
  );
  const [influx] = blocksOf("Telegraf, Vector, InfluxDB").filter(({ kind }) => kind === "influx");
  await using server = await InfluxServer.open(desk.namespace);
  await desk.run(influx?.text.replace("db=net", "db=test") ?? "");
  assertEquals((await server.points("icmptime_reply")).length, 10);
});

Deno.test("monitoring.md: every alert is explained, and no other", async () => {
  const rules = await Deno.readTextFile(`${PROJECT_FOLDER}packaging/prometheus/icmptime.rules.yml`);
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const rows = [...page.matchAll(/^\| `(Icmptime\w+)`/gm)].map(([, name]) => name);
  assertEquals(rows, rows.toSorted((a, b) => alerts.indexOf(a) - alerts.indexOf(b)));
  assertEquals(rows.toSorted(), alerts.toSorted());
});
