/** `icmptime help`: its usage, options, and the rules between them. */

import type { CommandSpec } from "../../options/option.ts";
import { GENERAL_OPTIONS, TEXT_EXIT_CODES } from "../../options/shared_options.ts";

/** Table of the options of `help`. */
export const HELP_OPTIONS: typeof GENERAL_OPTIONS = GENERAL_OPTIONS;

/** `icmptime help`: its usage, options, and the rules between them. */
export const HELP_COMMAND: CommandSpec<typeof HELP_OPTIONS> = {
  name: "help",
  summary: "Explain a command",
  operands: "[COMMAND]",
  completeOperand: "command",
  description: ["Prints the help of a command, or the list of commands."],
  options: HELP_OPTIONS,
  exitCodes: TEXT_EXIT_CODES,
  examples: [["icmptime help scan", "explain scan and its options"]],
};
