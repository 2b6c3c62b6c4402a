/** What tools say, and how they run other programs. */

/** Writes a line to standard output. */
export function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Writes a line to standard error. */
export function warn(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** A trouble that is told in one line, without a stack trace. */
export class ToolError extends Error {
  /** The error's name. */
  override readonly name = "ToolError";
}

/** Runs a tool's body: a {@linkcode ToolError} becomes one line on standard error and exit code 1. */
export async function runTool(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    warn(error.message);
    Deno.exitCode = 1;
  }
}

/** Exit code and outputs of a program. */
export interface Ended {
  /** True for exit code 0. */
  readonly success: boolean;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** What it wrote to standard error. */
  readonly stderr: string;
}

/** Runs a program to its end and keeps what it says. */
export async function capture(
  argv: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<Ended> {
  const [program = "", ...args] = argv;
  try {
    const ended = await new Deno.Command(program, { args, stdin: "null", ...options }).output();
    const decoder = new TextDecoder();
    return {
      success: ended.success,
      stdout: decoder.decode(ended.stdout),
      stderr: decoder.decode(ended.stderr),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ToolError(`Cannot run ${program}: it is not in PATH`);
  }
}
