/** `icmptime completions`: scripts for shells and the man page, from the option tables. */

import { parseCommandLine } from "../../command_line.ts";
import { COMMAND_SPECS } from "../../commands.ts";
import { COMPLETIONS_COMMAND, COMPLETIONS_OPTIONS, SHELLS } from "./options.ts";
import { completionScript } from "./script.ts";
import type { ExitCode } from "../../exit_code.ts";
import { formatHelp } from "../../help.ts";
import { formatManPage } from "./man_page.ts";
import { print } from "../../print.ts";
import type { System } from "../../system.ts";
import { UsageError } from "../../usage_error.ts";
import { VERSION } from "../../version.ts";

/**
 * Prints what is asked for.
 *
 * @throws {UsageError} No shell, or an unknown one.
 */
export function runCompletions(words: readonly string[], system: System): Promise<ExitCode> {
  const { options, operands } = parseCommandLine(words, COMPLETIONS_OPTIONS);
  const [name = ""] = operands;
  const shell = SHELLS.find((each) => each === name);
  if (!options.help && operands.length > 1) {
    throw new UsageError("Cannot write completions for several shells: want one");
  }
  if (!options.help && (shell === undefined && name !== "man")) {
    throw new UsageError(
      `Cannot write completions for ${name || "no shell"}: want bash, zsh, fish or man`,
      undefined,
      name,
    );
  }
  const text = options.help
    ? formatHelp(COMPLETIONS_COMMAND)
    : shell === undefined
    ? formatManPage(COMMAND_SPECS, VERSION)
    : completionScript(shell, COMMAND_SPECS);
  return Promise.resolve(print(system, text));
}
