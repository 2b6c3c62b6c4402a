/** Runs programs as a black box: argv in; exit code, signal, stdout and stderr out. */

/** How a program is started. */
export interface CommandOptions {
  /** Working directory. */
  readonly cwd?: string;
  /** Variables added to the environment, or the whole of it with `clearEnv`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Start from an empty environment. */
  readonly clearEnv?: boolean;
  /** Text for standard input; without it standard input is empty. */
  readonly stdin?: string;
  /**
   * After this many milliseconds the program is killed and the call fails; 300 000 by default. A guard against hanging alone:
   * `TEST_PATIENCE` multiplies it.
   */
  readonly timeoutMs?: number;
}

/** How a program ended, and what it said. */
export interface CommandResult {
  /** Exit code; 128 + the signal's number when a signal ended it. */
  readonly code: number;
  /** The signal that ended it. */
  readonly signal: Deno.Signal | null;
  /** All that it wrote to standard output. */
  readonly stdout: string;
  /** All that it wrote to standard error. */
  readonly stderr: string;
}

const DEFAULT_TIMEOUT_MS = 300_000;

/** How much slower than others this machine is: more than 1 where it is emulated. */
function patience(): number {
  return Number(Deno.env.get("TEST_PATIENCE") ?? "1");
}

/** A started program. Disposing it kills it when it still runs. */
export class RunningCommand implements AsyncDisposable {
  readonly #argv: readonly string[];
  readonly #child: Deno.ChildProcess;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #waiters = new Set<() => void>();
  /** Settles when the program has ended and both its outputs are read to the end. */
  readonly #ended: Promise<Deno.CommandStatus>;
  #stdout = "";
  #stderr = "";
  #timedOut = false;
  #isEnded = false;

  private constructor(argv: readonly string[], child: Deno.ChildProcess, options: CommandOptions) {
    this.#argv = argv;
    this.#child = child;
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#kill();
    }, patience() * (options.timeoutMs ?? DEFAULT_TIMEOUT_MS));
    this.#ended = this.#end(options.stdin);
    // A caller that disposes without asking for the result has no use for its failure.
    this.#ended.catch(() => {});
  }

  /** Starts a program; `argv[0]` is looked up in PATH. */
  static spawn(argv: readonly string[], options: CommandOptions = {}): RunningCommand {
    const [program, ...args] = argv;
    if (program === undefined) throw new TypeError("Cannot start a program: argv is empty");
    const child = new Deno.Command(program, {
      args,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...options.env },
      clearEnv: options.clearEnv ?? false,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new RunningCommand(argv, child, options);
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it has written to standard output so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** What it has written to standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Sends a signal. Nothing happens when the program has ended. */
  sendSignal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It ended between the test's look and this call.
    }
  }

  /**
   * Waits until the output matches. Fails when the program ends, or its time is up, before it does.
   *
   * @param pattern Tested against all that was written so far.
   * @param stream Where to look.
   */
  async output(pattern: RegExp, stream: "stdout" | "stderr" = "stdout"): Promise<RegExpMatchArray> {
    while (true) {
      const match = this[stream].match(pattern);
      if (match !== null) return match;
      if (this.#isEnded) {
        throw new Error(this.#describe(`Cannot find ${pattern} in ${stream}: it ended without`));
      }
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
  }

  /** Waits for the end. */
  async result(): Promise<CommandResult> {
    const status = await this.#ended;
    if (this.#timedOut) {
      throw new Error(this.#describe("Cannot wait longer: killed at its time-out"));
    }
    return { code: status.code, signal: status.signal, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Kills it when it still runs, and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isEnded) this.#kill();
    await this.#ended.catch(() => {});
  }

  #kill(): void {
    this.sendSignal("SIGKILL");
  }

  async #end(stdin: string | undefined): Promise<Deno.CommandStatus> {
    try {
      const [status] = await Promise.all([
        this.#child.status,
        this.#read(this.#child.stdout, (text) => this.#stdout += text),
        this.#read(this.#child.stderr, (text) => this.#stderr += text),
        stdin === undefined ? undefined : this.#write(stdin),
      ]);
      return status;
    } finally {
      clearTimeout(this.#timer);
      this.#isEnded = true;
      this.#wake();
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      add(text);
      this.#wake();
    }
  }

  async #write(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(text));
      await writer.close();
    } catch {
      // A program may end without having read its input.
    }
  }

  #wake(): void {
    for (const resolve of this.#waiters) resolve();
    this.#waiters.clear();
  }

  #describe(trouble: string): string {
    return `${trouble}\nargv: ${this.#argv.join(" ")}\n` +
      `stdout:\n${this.#stdout}\nstderr:\n${this.#stderr}`;
  }
}

/** Runs a program to its end, whatever its exit code. */
export async function runCommand(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  await using command = RunningCommand.spawn(argv, options);
  return await command.result();
}

/** Runs a program that must succeed. Throws with its output when the exit code is not 0. */
export async function mustRun(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await runCommand(argv, options);
  if (result.code !== 0) {
    throw new Error(
      `Cannot run ${argv.join(" ")}: exit code ${result.code}, ` +
        `stderr: ${result.stderr.trim()}\n${result.stdout}`,
    );
  }
  return result;
}
