/** From argv to exit code: finds the command, gives it the machine, and turns what goes wrong into one line. */

import { complain } from "./complain.ts";
import { cureFor, isSystemError } from "./cure.ts";
import { ExitCode } from "./exit_code.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";

type CommandRunner = (words: readonly string[], system: System) => Promise<ExitCode>;

/** Commands by name. Each is loaded only when it runs: start-up time is part of the tool. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandRunner>>> = {
  ping: async () => (await import("./ping_command.ts")).runPing,
  clock: async () => (await import("./clock_command.ts")).runClock,
  fping: async () => (await import("./fping_command.ts")).runFping,
  tsping: async () => (await import("./tsping_command.ts")).runTsping,
  scan: async () => (await import("./scan_command.ts")).runScan,
  decode: async () => (await import("./decode_command.ts")).runDecode,
  doctor: async () => (await import("./doctor_command.ts")).runDoctor,
  completions: async () => (await import("./completions_command.ts")).runCompletions,
  help: async () => (await import("./help_command.ts")).runHelp,
};

/** Runs the command that the words name and returns the exit code. Never rejects for the user's or the system's fault. */
export async function dispatch(args: readonly string[], system: System): Promise<ExitCode> {
  try {
    const [first = "", ...rest] = args;
    const isCommand = Object.hasOwn(COMMANDS, first);
    if (args.length === 0) return (await import("./help_command.ts")).showUsage(system);
    const wantsOverview = first === "--help" || first === "-h";
    const name = wantsOverview ? "help" : isCommand ? first : "ping";
    const runCommand = await (COMMANDS[name] as () => Promise<CommandRunner>)();
    return await runCommand(isCommand ? rest : args, system);
  } catch (error) {
    return explain(error, system);
  }
}

function explain(error: unknown, system: System): ExitCode {
  if (error instanceof UsageError) {
    complain(system, error.message);
    return ExitCode.Usage;
  }
  if (error instanceof Deno.errors.BrokenPipe) return ExitCode.Ok;
  if (error instanceof Deno.errors.NotCapable) {
    complain(system, `${error.message} (Deno was started without that permission)`);
    return ExitCode.System;
  }
  if (isSystemError(error)) {
    complain(system, `${error.message}${cureFor(error)}`);
    return ExitCode.System;
  }
  throw error;
}
