/** From argv to exit code: finds the command, gives it the machine, and turns what goes wrong into one line. */

import { complain } from "./complain.ts";
import { cureFor, isSystemError } from "./cure.ts";
import { ExitCode } from "./exit_code.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";

type CommandRunner = (words: readonly string[], system: System) => Promise<ExitCode>;

/** Commands by name. Each is loaded only when it runs: start-up time is part of the tool. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandRunner>>> = {
  ping: async () => (await import("./commands/ping/command.ts")).runPing,
  clock: async () => (await import("./commands/clock/command.ts")).runClock,
  fping: async () => (await import("./commands/fping/command.ts")).runFping,
  tsping: async () => (await import("./commands/tsping/command.ts")).runTsping,
  scan: async () => (await import("./commands/scan/command.ts")).runScan,
  decode: async () => (await import("./commands/decode/command.ts")).runDecode,
  doctor: async () => (await import("./commands/doctor/command.ts")).runDoctor,
  completions: async () => (await import("./commands/completions/command.ts")).runCompletions,
  help: async () => (await import("./commands/help/command.ts")).runHelp,
};

/** Runs the command that the words name and returns the exit code. Never rejects for the user's or the system's fault. */
export async function dispatch(args: readonly string[], system: System): Promise<ExitCode> {
  try {
    const [first = "", ...rest] = args;
    const isCommand = Object.hasOwn(COMMANDS, first);
    if (args.length === 0) return (await import("./commands/help/command.ts")).showUsage(system);
    const wantsOverview = first === "--help" || first === "-h";
    const name = wantsOverview ? "help" : isCommand ? first : "ping";
    if (name === "ping" && !isCommand) await checkMistyped(first, system);
    const runCommand = await (COMMANDS[name] as () => Promise<CommandRunner>)();
    return await runCommand(isCommand ? rest : args, system);
  } catch (error) {
    return explain(error, system);
  }
}

/**
 * Looks at a first word that may be a mistyped command. It costs no time where the word is like none.
 *
 * @throws {UsageError} It is like a command, and no host has that name.
 */
async function checkMistyped(word: string, system: System): Promise<void> {
  const meant = /^[a-z]{3,}$/i.test(word) ? Object.keys(COMMANDS).find(isLike(word)) : undefined;
  if (meant === undefined || (await system.resolver.resolve(word)).ok) return;
  throw new UsageError(`No host '${word}'; did you mean 'icmptime ${meant}'?`, undefined, word);
}

/** One letter is missing, too many or another one, or two have changed places. */
function isLike(word: string): (command: string) => boolean {
  const lower = word.toLowerCase();
  const sorted = (text: string) => [...text].sort().join("");
  return (command) => {
    if (sorted(command) === sorted(lower)) return true;
    const [short, long] = [command, lower].sort((a, b) => a.length - b.length) as [string, string];
    if (long.length - short.length > 1) return false;
    let start = 0;
    while (start < short.length && short[start] === long[start]) start++;
    const rest = long.slice(start + 1);
    return rest === short.slice(start) || rest === short.slice(start + 1);
  };
}

function explain(error: unknown, system: System): ExitCode {
  if (error instanceof UsageError || error instanceof Error && error.name === "PlanError") {
    complain(system, error.message);
    return ExitCode.Usage;
  }
  if (error instanceof Deno.errors.BrokenPipe) return ExitCode.Ok;
  if (error instanceof Deno.errors.NotCapable) {
    complain(system, `${error.message} (Deno was started without that permission)`);
    return ExitCode.System;
  }
  if (isSystemError(error)) {
    complain(system, `${error.message}${cureFor(error, system.diagnostics)}`);
    return ExitCode.System;
  }
  throw error;
}
