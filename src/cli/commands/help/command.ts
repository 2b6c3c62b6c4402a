/** `icmptime help [COMMAND]`, and what a bare `icmptime` shows. */

import { nearest } from "../../options/command_line.ts";
import { formatHelp, formatOverview, helpColumns } from "../../options/help.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import { printText } from "../../output/output_file.ts";
import { COMMANDS, loadSpecs } from "../../registry.ts";
import type { System } from "../../system.ts";
import type { HELP_OPTIONS } from "./options.ts";

/** Prints the overview to standard error, as for any command line that lacks something. */
export async function showUsage(system: System): Promise<ExitCode> {
  const text = formatOverview(await loadSpecs(), helpColumns());
  await printText({ stdout: system.stderr, stderr: system.stderr }, text);
  return ExitCode.Usage;
}

/**
 * Prints the overview, or the help of the command named.
 *
 * @throws {UsageError} No such command.
 */
export async function runHelp(
  { operands }: CommandLine<typeof HELP_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const [name, ...others] = operands;
  if (others.length > 0) {
    throw new UsageError("Cannot explain several commands: expected one at most");
  }
  if (name === undefined) {
    return printText(system, formatOverview(await loadSpecs(), helpColumns()));
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    const close = nearest(name, COMMANDS.map((each) => each.name));
    const hint = close === undefined ? "" : `, the nearest is ${close}`;
    throw new UsageError(`Cannot explain ${name}: no such command${hint}`);
  }
  return printText(system, formatHelp(await command.spec(), helpColumns()));
}
