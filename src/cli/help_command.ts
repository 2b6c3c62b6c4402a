/** `icmptime help [COMMAND]`, and what a bare `icmptime` shows. */

import { COMMAND_SPECS } from "./commands.ts";
import { ExitCode } from "./exit_code.ts";
import { formatHelp, formatOverview } from "./help.ts";
import { nearest } from "./nearest.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Prints the overview, or the help of the command named. Without any words it ends with the usage code.
 *
 * @throws {UsageError} No such command.
 */
export function runHelp(words: readonly string[], system: System): Promise<ExitCode> {
  const [name] = words.filter((word) => !word.startsWith("-"));
  const encoder = new TextEncoder();
  if (words.length === 0) {
    system.stderr.writeSync(encoder.encode(formatOverview(COMMAND_SPECS)));
    return Promise.resolve(ExitCode.Usage);
  }
  if (name === undefined) {
    system.stdout.writeSync(encoder.encode(formatOverview(COMMAND_SPECS)));
    return Promise.resolve(ExitCode.Ok);
  }
  const command = COMMAND_SPECS.find((spec) => spec.name === name);
  if (command === undefined) {
    const close = nearest(name, COMMAND_SPECS.map((spec) => spec.name));
    const hint = close === undefined ? "" : `, the nearest is ${close}`;
    throw new UsageError(`Cannot explain ${name}: no such command${hint}`, undefined, name);
  }
  system.stdout.writeSync(encoder.encode(formatHelp(command)));
  return Promise.resolve(ExitCode.Ok);
}
