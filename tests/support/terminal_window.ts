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

/** Longest wait for something to appear: a machine that is busy with other work has time for it. */
const WAIT_MS = 60_000;
const LOOK_MS = 50;
/** A screen that is unchanged for this time has come to rest: what runs shows its seconds. */
const REST_MS = 1_200;
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
    await opened.#untilPrompt(true);
    return opened;
  }

  /**
   * Types text at the prompt of the shell, and Enter behind it. Waits for the prompt: what is typed before it is there is
   * shown twice, the first time within the output of the program before.
   */
  async enter(text: string): Promise<void> {
    await this.#untilPrompt(true);
    await this.#tmux("send-keys", "-l", text);
    await this.#untilPrompt(false);
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

  /** Waits until the screen matches, or its lines satisfy a condition; fails when they do not in time. */
  until(pattern: RegExp | ((lines: readonly string[]) => boolean)): Promise<string[]> {
    return typeof pattern === "function"
      ? this.#lookUntil("find what is expected on", pattern)
      : this.#lookUntil(`find ${pattern} on`, (lines) => pattern.test(lines.join("\n")));
  }

  /** Waits until the screen is the same twice, a second apart: what was being drawn is there, and nothing changes any more. */
  async settled(): Promise<string[]> {
    let before: string | undefined;
    return await this.#lookUntil("find rest on", async (lines) => {
      if (before === lines.join("\n")) return true;
      before = lines.join("\n");
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      return false;
    });
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

  /** Waits until the shell has printed its prompt and nothing stands behind it, or until that is no longer so. */
  async #untilPrompt(isExpected: boolean): Promise<void> {
    await this.#lookUntil(isExpected ? "find the prompt on" : "type on", async (lines) => {
      const [column, row] = (await this.ask("#{cursor_x} #{cursor_y}")).split(" ").map(Number);
      return (column === 2 && lines[row ?? 0]?.startsWith("$") === true) === isExpected;
    });
  }

  async #lookUntil(
    task: string,
    isThere: (lines: readonly string[]) => boolean | Promise<boolean>,
  ): Promise<string[]> {
    const endMs = performance.now() + WAIT_MS;
    while (true) {
      const lines = await this.lines();
      if (await isThere(lines)) return lines;
      if (performance.now() > endMs) {
        throw new Error(`Cannot ${task} the screen:\n${lines.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  #tmux(...args: readonly string[]) {
    return mustRun(["tmux", "-L", this.#socket, ...args]);
  }
}
