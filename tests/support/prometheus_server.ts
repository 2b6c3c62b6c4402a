/** A real Prometheus with rules, inside a lab. */

import type { Lab } from "../lab/lab.ts";
import type { RunningCommand } from "./command.ts";

const ADDRESS = "127.0.0.1:9090";
const START_MS = 120_000;
const LOOK_MS = 500;

/** One series of an answer: its labels, and the value of its only or latest sample. */
export interface FoundSeries {
  /** Labels, the name of the metric as `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Value. */
  readonly value: number;
}

/** What a Prometheus is started with. */
export interface PrometheusOptions {
  /** Text of its configuration; the paths of rules count from the folder that it is written to. */
  readonly config: string;
  /** Texts of files beside it. */
  readonly files: Readonly<Record<string, string>>;
}

/** A running server. */
export class PrometheusServer implements AsyncDisposable {
  readonly #lab: Lab;
  readonly #server: RunningCommand;
  readonly #folder: string;

  private constructor(lab: Lab, server: RunningCommand, folder: string) {
    this.#lab = lab;
    this.#server = server;
    this.#folder = folder;
  }

  /** Starts it; resolves when it is ready. */
  static async open(lab: Lab, { config, files }: PrometheusOptions): Promise<PrometheusServer> {
    const folder = await Deno.makeTempDir({ prefix: "icmptime-prometheus-" });
    for (const [name, text] of Object.entries({ ...files, "prometheus.yml": config })) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const server = lab.spawn([
      "prometheus",
      ...[`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`],
      ...[`--web.listen-address=${ADDRESS}`, "--log.level=warn"],
    ], { timeoutMs: 1_200_000 });
    const opened = new PrometheusServer(lab, server, folder);
    try {
      await opened.until(
        "ready",
        START_MS,
        async () => (await opened.#get("/-/ready", "-f")).code === 0,
      );
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
    return opened;
  }

  /** The answer of an instant query. */
  async query(expr: string): Promise<FoundSeries[]> {
    const { stdout } = await this.#get("/api/v1/query", "-G", "--data-urlencode", `query=${expr}`);
    if (stdout === "") throw new Error(`Cannot ask for ${expr}: no answer`);
    const { status, data, error } = JSON.parse(stdout);
    if (status !== "success") throw new Error(`Cannot ask for ${expr}: ${error}`);
    const series: readonly { metric: Record<string, string>; value: [number, string] }[] =
      data.result;
    return series.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** Waits until something is so, and fails when it is not in time; `what` is named then. */
  async until(what: string, timeoutMs: number, isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await isSo())) {
      if (Date.now() > end) {
        throw new Error(`Cannot wait longer for Prometheus: ${what}\n${this.#server.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Ends it and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }

  #get(path: string, ...words: readonly string[]) {
    return this.#lab.run(["curl", "-s", "-m", "60", ...words, `http://${ADDRESS}${path}`]);
  }
}
