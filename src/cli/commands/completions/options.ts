/** `icmptime completions`: its usage, options, and the rules between them. */

import type { CommandSpec } from "../../options/option.ts";
import { GENERAL_OPTIONS, TEXT_EXIT_CODES } from "../../options/shared_options.ts";

/** Shells that completions are written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell that completions are written for. */
export type Shell = typeof SHELLS[number];

/** Table of the options of `completions`. */
export const COMPLETIONS_OPTIONS: typeof GENERAL_OPTIONS = GENERAL_OPTIONS;

/** `icmptime completions`: its usage, options, and the rules between them. */
export const COMPLETIONS_COMMAND: CommandSpec<typeof COMPLETIONS_OPTIONS> = {
  name: "completions",
  summary: "Print a completion script for a shell, or the man page",
  operands: "bash|zsh|fish|man",
  completeOperand: [...SHELLS, "man"],
  description: [
    "Prints a script with which the shell completes commands, options and values, or the man page in roff.",
  ],
  options: COMPLETIONS_OPTIONS,
  exitCodes: TEXT_EXIT_CODES,
  examples: [
    ["icmptime completions bash >/etc/bash_completion.d/icmptime", "for all users of bash"],
    ["icmptime completions zsh >~/.zfunc/_icmptime", "for zsh, with ~/.zfunc in fpath"],
    ["icmptime completions fish >~/.config/fish/completions/icmptime.fish", "for fish"],
    ["icmptime completions man >/usr/local/share/man/man1/icmptime.1", "the man page"],
  ],
};
