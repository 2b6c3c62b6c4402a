/** `icmptime completions`: scripts for shells and the man page, from the option tables. */

import type { CommandLine } from "../../options/option.ts";
import { type ExitCode, UsageError, VERSION } from "../../outcome.ts";
import { printText } from "../../output/output_file.ts";
import { loadSpecs } from "../../registry.ts";
import type { System } from "../../system.ts";
import { formatManPage } from "./man_page.ts";
import { type COMPLETIONS_OPTIONS, SHELLS } from "./options.ts";
import { completionScript } from "./script.ts";
import { shellCommands } from "./shell_command.ts";

/**
 * Prints the script for a shell, or the man page.
 *
 * @throws {UsageError} No shell, or an unknown one.
 */
export async function runCompletions(
  { operands }: CommandLine<typeof COMPLETIONS_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const [name = "no shell", ...others] = operands;
  if (others.length > 0) {
    throw new UsageError("Cannot write completions for several shells: expected one");
  }
  if (name === "man") return printText(system, formatManPage(await loadSpecs(), VERSION));
  const shell = SHELLS.find((each) => each === name);
  if (shell === undefined) {
    throw new UsageError(
      `Cannot write completions for ${name}: expected bash, zsh, fish or man`,
    );
  }
  return printText(system, completionScript(shell, await shellCommands(await loadSpecs())));
}
