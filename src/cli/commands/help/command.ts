/** `icmptime help [COMMAND]`, and what a bare `icmptime` shows. */

import { COMMAND_SPECS } from "../../commands.ts";
import { ExitCode } from "../../exit_code.ts";
import { formatHelp, formatOverview } from "../../help.ts";
import { nearest } from "../../nearest.ts";
import { print } from "../../print.ts";
import type { System } from "../../system.ts";
import { UsageError } from "../../usage_error.ts";

/** Prints the overview to standard error: nothing was asked for, and that is a usage error. */
export function showUsage(system: System): ExitCode {
  print({ stdout: system.stderr, stderr: system.stderr }, formatOverview(COMMAND_SPECS));
  return ExitCode.Usage;
}

/**
 * Prints the overview, or the help of the command named.
 *
 * @throws {UsageError} No such command.
 */
export function runHelp(words: readonly string[], system: System): Promise<ExitCode> {
  const [name, ...others] = words.filter((word) => !word.startsWith("-"));
  if (others.length > 0) {
    throw new UsageError("Cannot explain several commands: want one at most");
  }
  if (name === undefined) {
    return Promise.resolve(print(system, formatOverview(COMMAND_SPECS)));
  }
  const command = COMMAND_SPECS.find((spec) => spec.name === name);
  if (command === undefined) {
    const close = nearest(name, COMMAND_SPECS.map((spec) => spec.name));
    const hint = close === undefined ? "" : `, the nearest is ${close}`;
    throw new UsageError(`Cannot explain ${name}: no such command${hint}`, undefined, name);
  }
  return Promise.resolve(print(system, formatHelp(command)));
}
