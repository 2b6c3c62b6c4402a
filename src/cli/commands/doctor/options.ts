/** The options of `doctor`. */

import type { CommandSpec, OptionTable } from "../../option.ts";

/** Table of the options of `doctor`. */
export const DOCTOR_OPTIONS = {
  json: { help: "Print one JSON object", group: "Output" },
  help: { short: "h", help: "Print this help", group: "General" },
} as const satisfies OptionTable;

/** The command `doctor`. */
export const DOCTOR_COMMAND: CommandSpec<typeof DOCTOR_OPTIONS> = {
  name: "doctor",
  summary: "Tell whether this machine can ask for the time, and how well",
  operands: "[TARGET]",
  completeOperand: "host",
  description: [
    "Checks the permission to open raw sockets (and names the cure), where stamps come from, how the local " +
    "clock is kept, and, for a target, which interface and source address would be used. Sends nothing. " +
    "Ends with 0 when asking works, with 4 when it does not.",
  ],
  options: DOCTOR_OPTIONS,
  examples: [["icmptime doctor 192.0.2.7", "check everything a run against that host needs"]],
};
