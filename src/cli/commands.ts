/** All commands, for help, completions and the man page. */

import { CLOCK_COMMAND } from "./commands/clock/options.ts";
import { COMPLETIONS_COMMAND } from "./commands/completions/options.ts";
import { DECODE_COMMAND } from "./commands/decode/options.ts";
import { DOCTOR_COMMAND } from "./commands/doctor/options.ts";
import { FPING_COMMAND } from "./commands/fping/options.ts";
import type { CommandSpec } from "./option.ts";
import { PING_COMMAND } from "./commands/ping/options.ts";
import { SCAN_COMMAND } from "./commands/scan/options.ts";
import { TSPING_COMMAND } from "./commands/tsping/options.ts";

/** The commands in the order in which help lists them. */
export const COMMAND_SPECS: readonly CommandSpec[] = [
  PING_COMMAND,
  CLOCK_COMMAND,
  FPING_COMMAND,
  TSPING_COMMAND,
  SCAN_COMMAND,
  DECODE_COMMAND,
  DOCTOR_COMMAND,
  COMPLETIONS_COMMAND,
  {
    name: "help",
    summary: "Explain a command",
    operands: "[COMMAND]",
    completeOperand: [
      "ping",
      "clock",
      "fping",
      "tsping",
      "scan",
      "decode",
      "doctor",
      "completions",
    ],
    description: ["Prints the help of a command, or the list of commands."],
    options: {},
    examples: [],
  },
];
