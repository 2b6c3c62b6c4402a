/** `icmptime exporter` in a namespace, for tests. */

import { type CommandResult, RunningCommand } from "./command.ts";
import type { Namespace } from "./namespace.ts";
import { type Program, SOURCE_PROGRAM } from "./program.ts";

/** What curl received. */
export interface HttpReply {
  /** Status code; 0 without an answer. */
  readonly status: number;
  /** Headers as they came. */
  readonly head: string;
  /** Body. */
  readonly body: string;
}

/** argv of the command; run from its source it needs one more permission than the other commands. */
export function exporterArgv(program: Program, ...words: readonly string[]): string[] {
  const argv = program.argv("exporter", ...words);
  if (program.name === "source") argv.splice(argv.indexOf("run") + 1, 0, "--allow-net");
  return argv;
}

/** The value of a series in an answer, by the text before it; NaN where it is absent. */
export function valueOf(text: string, series: string): number {
  const line = text.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? NaN : Number(line.slice(series.length + 1));
}

/** An exporter that serves. */
export class RunningExporter implements AsyncDisposable {
  /** The process. */
  readonly command: RunningCommand;
  /** Start of its URLs. */
  readonly url: string;
  readonly #namespace: Pick<Namespace, "run">;

  private constructor(
    namespace: Pick<Namespace, "run">,
    command: RunningCommand,
    url: string,
  ) {
    this.#namespace = namespace;
    this.command = command;
    this.url = url;
  }

  /** Starts one and waits until its port is open. */
  static async open(
    namespace: Pick<Namespace, "argv" | "run">,
    words: readonly string[],
    { program = SOURCE_PROGRAM, prefix = [], timeoutMs = 900_000 }: {
      readonly program?: Program;
      /** argv before that of the program, such as setpriv. */
      readonly prefix?: readonly string[];
      readonly timeoutMs?: number;
    } = {},
  ): Promise<RunningExporter> {
    const argv = namespace.argv([...prefix, ...exporterArgv(program, ...words)]);
    const command = RunningCommand.spawn(argv, { timeoutMs });
    try {
      const [, url = ""] = await command.output(/metrics at (\S+)\/metrics\n/, "stderr");
      return new RunningExporter(namespace, command, url);
    } catch (error) {
      await command[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Asks for a path, with further words for curl. */
  async get(path: string, ...words: readonly string[]): Promise<HttpReply> {
    const argv = ["curl", "-sk", "-i", "--path-as-is", "--max-time", "120", ...words];
    const { stdout } = await this.#namespace.run([...argv, this.url + path]);
    const end = stdout.indexOf("\r\n\r\n");
    const head = stdout.slice(0, Math.max(0, end));
    return {
      status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1] ?? 0),
      head,
      body: stdout.slice(end + 4),
    };
  }

  /** The answer of /metrics once it satisfies a condition. */
  async metrics(
    isEnough: (text: string) => boolean = () => true,
    ...words: readonly string[]
  ): Promise<string> {
    for (let tries = 0; tries < 400; tries++) {
      const { body } = await this.get("/metrics", ...words);
      if (isEnough(body)) return body;
      // Requests within a second share an answer.
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    throw new Error(`Cannot wait longer for metrics: stderr: ${this.command.stderr}`);
  }

  /** Ends it with a signal, and returns how it ended. */
  end(signal: Deno.Signal = "SIGTERM"): Promise<CommandResult> {
    this.command.sendSignal(signal);
    return this.command.result();
  }

  /** Kills it where it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.command[Symbol.asyncDispose]();
  }
}
