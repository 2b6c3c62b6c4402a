/** A real terminal for a program: tmux(1) runs it, shows what is on its screen, and sends keys. */

import { mustRun, runCommand } from "./command.ts";

/** Size and surroundings of a window. */
export interface WindowOptions {
  /** Columns; 80 by default. */
  readonly columns?: number;
  /** Lines; 24 by default. */
  readonly rows?: number;
  /** Variables for the shell in it. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Longest wait for something to appear. */
const WAIT_MS = 20_000;
const LOOK_MS = 50;
let nextNumber = 1;

/** A window with a shell in it, in a tmux server of its own. */
export class TerminalWindow implements AsyncDisposable {
  readonly #socket = `icmptime-${Deno.pid}-${nextNumber++}`;

  private constructor() {}

  /** Opens a window with a bash whose prompt is `$ `. */
  static async open(
    { columns = 80, rows = 24, env = {} }: WindowOptions = {},
  ): Promise<TerminalWindow> {
    const opened = new TerminalWindow();
    const variables = Object.entries({ PS1: "$ ", DENO_NO_UPDATE_CHECK: "1", ...env });
    await opened.#tmux("-f", "/dev/null", ...[
      "new-session",
      "-d",
      "-x",
      String(columns),
      "-y",
      String(rows),
      "env",
      ...variables.map(([name, value]) => `${name}=${value}`),
      ...["bash", "--norc", "--noprofile"],
    ]);
    await opened.until(/^\$$/m);
    return opened;
  }

  /** Types text, and Enter behind it. */
  async enter(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
    await this.#tmux("send-keys", "Enter");
  }

  /** Types a command line, its words quoted, and Enter. */
  run(argv: readonly string[], before = ""): Promise<void> {
    const words = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    return this.enter(`${before}${words.join(" ")}`);
  }

  /** Presses keys, named as tmux names them: `q`, `Down`, `C-z`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** The lines on the screen now. */
  async lines(): Promise<string[]> {
    const text = (await this.#tmux("capture-pane", "-p")).stdout;
    return text.split("\n").slice(0, -1);
  }

  /** The screen with its colours, as escapes. */
  async colored(): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", "-e")).stdout;
  }

  /** Waits until the screen matches; fails when it does not in time. */
  async until(pattern: RegExp): Promise<string[]> {
    const endMs = performance.now() + WAIT_MS;
    let lines: string[] = [];
    while (performance.now() < endMs) {
      lines = await this.lines();
      if (pattern.test(lines.join("\n"))) return lines;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(`Cannot find ${pattern} on the screen:\n${lines.join("\n")}`);
  }

  /** Waits until the screen is the same twice: what was being drawn is there. */
  async settled(): Promise<string[]> {
    const endMs = performance.now() + WAIT_MS;
    let before: string[] | undefined;
    while (performance.now() < endMs) {
      const lines = await this.lines();
      if (before?.join("\n") === lines.join("\n")) return lines;
      before = lines;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(`The screen does not come to rest:\n${before?.join("\n")}`);
  }

  /** Gives the window another size. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What tmux knows of the window, such as `#{alternate_on}` or `#{cursor_flag}`. */
  async ask(format: string): Promise<string> {
    return (await this.#tmux("display-message", "-p", format)).stdout.trim();
  }

  /** Ends the shell, and what runs in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await runCommand(["tmux", "-L", this.#socket, "kill-server"]);
  }

  #tmux(...args: readonly string[]) {
    return mustRun(["tmux", "-L", this.#socket, ...args]);
  }
}
