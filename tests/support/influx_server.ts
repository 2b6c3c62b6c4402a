/** A real InfluxDB inside a network namespace: it judges lines of the line protocol. */

import type { CommandResult } from "./command.ts";
import type { RunningCommand } from "./command.ts";

const URL = "http://127.0.0.1:8086";
const START_MS = 120_000;
const TRY_MS = 50;

/** Where programs run: a namespace or a lab. */
export interface Place {
  /** Runs a program to its end. */
  run(argv: readonly string[], options?: { readonly stdin?: string }): Promise<CommandResult>;
  /** Starts a program. */
  spawn(argv: readonly string[], options?: { readonly timeoutMs?: number }): RunningCommand;
}

/** A point as InfluxDB gives it back: `time` in microseconds, tags and fields by name; null where it has none. */
export type Point = Readonly<Record<string, string | number | boolean | null>>;

/** A running server with one empty database. */
export class InfluxServer implements AsyncDisposable {
  readonly #place: Place;
  readonly #server: RunningCommand;
  readonly #directory: string;

  private constructor(place: Place, server: RunningCommand, directory: string) {
    this.#place = place;
    this.#server = server;
    this.#directory = directory;
  }

  /** Starts it; fails when it does not answer. */
  static async open(place: Place): Promise<InfluxServer> {
    const directory = await Deno.makeTempDir({ prefix: "icmptime-influx-" });
    await Deno.writeTextFile(
      `${directory}/influxdb.conf`,
      `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "${directory}/meta"
[data]
dir = "${directory}/data"
wal-dir = "${directory}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:8086"
`,
    );
    const argv = ["influxd", "-config", `${directory}/influxdb.conf`];
    const server = place.spawn(argv, { timeoutMs: 1_200_000 });
    const opened = new InfluxServer(place, server, directory);
    try {
      await opened.#wait();
      await opened.#query("CREATE DATABASE test");
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
    return opened;
  }

  /** Writes lines; fails unless every one is taken. */
  async write(lines: string): Promise<void> {
    const { stdout } = await this.#curl(
      ["-w", "%{http_code}", "--data-binary", "@-", `${URL}/write?db=test`],
      lines,
    );
    if (stdout !== "204") throw new Error(`Cannot write points: ${stdout}`);
  }

  /** All points of a measurement in the order of their times. */
  async points(measurement: string): Promise<Point[]> {
    const found = await this.#query(`SELECT * FROM ${measurement}`);
    const { columns, values } = found.results[0]?.series?.[0] ?? { columns: [], values: [] };
    return values.map((row) =>
      Object.fromEntries(columns.map((name, place) => [name, row[place] ?? null]))
    );
  }

  /** Ends it and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #wait(): Promise<void> {
    const end = Date.now() + START_MS;
    while ((await this.#curl(["-f", `${URL}/ping`])).code !== 0) {
      if (Date.now() > end) throw new Error(`Cannot start influxd: ${this.#server.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    }
  }

  async #query(query: string): Promise<InfluxAnswer> {
    const { stdout } = await this.#curl(
      ["--data-urlencode", `q=${query}`, `${URL}/query?db=test&epoch=u`],
    );
    const answer = JSON.parse(stdout);
    if (answer.error !== undefined || answer.results?.[0]?.error !== undefined) {
      throw new Error(`Cannot ask InfluxDB: ${stdout}`);
    }
    return answer;
  }

  #curl(args: readonly string[], stdin = ""): Promise<CommandResult> {
    return this.#place.run(["curl", "-s", "-m", "60", ...args], { stdin });
  }
}

interface InfluxAnswer {
  readonly results: readonly {
    readonly series?: readonly {
      readonly columns: readonly string[];
      readonly values: readonly (readonly (string | number | boolean | null)[])[];
    }[];
  }[];
}
