/**
 * A lab for a test: a network namespace with a reflector in it.
 *
 * ```ts
 * await using lab = await Lab.open({ scenario: { defaults: { out: 10, back: 10 } } });
 * await lab.run(["ping", "-c", "3", "198.18.0.1"]);
 * const { requests } = await lab.log();
 * ```
 *
 * The namespace goes away with the reflector, and the reflector with its standard input, so
 * nothing stays behind even when the test is killed.
 */

import { type CommandOptions, type CommandResult } from "../support/command.ts";
import { mustRun, runCommand, RunningCommand } from "../support/command.ts";
import { enterNamespace } from "../support/enter_namespace.ts";
import { keepReceiveStamps } from "../support/receive_stamps.ts";
import { type SystemTest, systemTest } from "../support/tools.ts";
import { type LabLog, parseLog } from "./log.ts";
import { parseScenario } from "./scenario_file.ts";
import type { Scenario } from "./scenario.ts";

const REFLECTOR = new URL("./reflector.ts", import.meta.url).pathname;
const CONFIGURATION = new URL("../../deno.json", import.meta.url).pathname;
const DEFAULT_BLOCK = "198.18.0.0/15";
const DEFAULT_ADDRESS = "192.0.2.1";

/** How a lab is set up. */
export interface LabOptions {
  /** What the network does; a plain, immediate, faultless one by default. */
  readonly scenario?: Scenario;
  /** The addresses that answer; 198.18.0.0/15 by default. */
  readonly block?: string;
  /** Our own address on the lab's device; 192.0.2.1 by default. */
  readonly address?: string;
}

/** A running lab. */
export class Lab {
  /** Name of the network namespace, for `ip netns exec`. */
  readonly namespace: string;
  /** The addresses that answer. */
  readonly block: string;
  /** Our own address there. */
  readonly address: string;
  readonly #directory: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;
  #closing: Promise<void> | undefined;
  #isEnded = false;

  private constructor(
    namespace: string,
    options: LabOptions,
    directory: string,
    child: Deno.ChildProcess,
  ) {
    this.namespace = namespace;
    this.block = options.block ?? DEFAULT_BLOCK;
    this.address = options.address ?? DEFAULT_ADDRESS;
    this.#directory = directory;
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#lines = readLines(child.stdout);
    child.status.then(() => this.#isEnded = true);
  }

  /** Makes the namespace and starts the reflector in it; it answers when this resolves. Needs root. */
  static async open(options: LabOptions = {}): Promise<Lab> {
    const scenario = JSON.stringify(options.scenario ?? {});
    parseScenario(scenario);
    keepReceiveStamps();
    const namespace = `icmptime-lab-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
    const directory = await Deno.makeTempDir({ prefix: "icmptime-lab-" });
    await Deno.writeTextFile(`${directory}/scenario.json`, scenario);
    await mustRun(["ip", "netns", "add", namespace]);
    const reflector = ["run", "--quiet", "--no-lock", "-A", "--config", CONFIGURATION, REFLECTOR];
    // nsenter, not `ip netns exec`: the latter's own mount namespace could not remove the name.
    const args = [`--net=/run/netns/${namespace}`, Deno.execPath(), ...reflector];
    args.push("--scenario", `${directory}/scenario.json`, "--log", `${directory}/log.jsonl`);
    args.push("--block", options.block ?? DEFAULT_BLOCK);
    args.push("--address", options.address ?? DEFAULT_ADDRESS, "--remove-namespace", namespace);
    args.push("--orphan-directory", directory);
    const command = new Deno.Command("nsenter", {
      args,
      stdin: "piped",
      stdout: "piped",
      env: { DENO_NO_UPDATE_CHECK: "1" },
    });
    const lab = new Lab(namespace, options, directory, command.spawn());
    try {
      await lab.#expect("ready");
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  /** The argv that runs a program in the lab. */
  argv(argv: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.namespace, ...argv];
  }

  /** Runs a program in the lab to its end, whatever its exit code. */
  run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return runCommand(this.argv(argv), options);
  }

  /** Runs a program in the lab that must succeed. */
  mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return mustRun(this.argv(argv), options);
  }

  /** Starts a program in the lab. */
  spawn(argv: readonly string[], options: CommandOptions = {}): RunningCommand {
    return RunningCommand.spawn(this.argv(argv), options);
  }

  /** Moves the calling thread into the lab until the result is disposed; see `Namespace.enter`. */
  enter(): Disposable {
    return enterNamespace(this.namespace);
  }

  /** What the lab did so far. A reply that still waits for its moment has no departure yet. */
  async log(): Promise<LabLog> {
    if (!this.#isEnded) {
      await this.#input.write(new TextEncoder().encode("flush\n"));
      await this.#expect("flushed");
    }
    return parseLog(await Deno.readTextFile(`${this.#directory}/log.jsonl`));
  }

  /** Sends the reflector a signal and waits for its end; SIGTERM and SIGINT leave a whole log. */
  async signal(signal: Deno.Signal): Promise<void> {
    this.#child.kill(signal);
    await this.#child.status;
  }

  /** Ends the reflector and returns the whole log, its last line included. */
  async end(): Promise<LabLog> {
    await this.#stop();
    const log = parseLog(await Deno.readTextFile(`${this.#directory}/log.jsonl`));
    await this.close();
    return log;
  }

  /** Ends the reflector, if it runs, and removes namespace and files. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes the lab. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#stop();
    await this.#lines.return?.();
    // Gone already, unless the reflector was killed.
    await runCommand(["ip", "netns", "delete", this.namespace]);
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #stop(): Promise<void> {
    try {
      await this.#input.write(new TextEncoder().encode("stop\n"));
      await this.#input.close();
    } catch {
      // It has ended already.
    }
    await this.#child.status;
  }

  async #expect(line: string): Promise<void> {
    const { value, done } = await this.#lines.next();
    if (done || value !== line) {
      throw new Error(`Cannot read from the reflector: it said ${done ? "nothing" : value}`);
    }
  }
}

/**
 * Registers a test that opens a lab: root, namespaces, `nsenter` and a TUN device are asked for,
 * besides what the test itself needs. See `systemTest` for what happens where something is missing.
 */
export function labTest(
  test: SystemTest,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  systemTest(withLabNeeds(test), fn);
}

/** The test with what a lab needs of the machine added to its own needs. */
export function withLabNeeds(test: SystemTest): SystemTest {
  const tools = ["nsenter", ...test.tools ?? []];
  return { ...test, tools, namespaces: true, missing: test.missing ?? whyNoTun() };
}

function whyNoTun(): string | undefined {
  try {
    Deno.statSync("/dev/net/tun");
    return undefined;
  } catch {
    return "/dev/net/tun is not there";
  }
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
