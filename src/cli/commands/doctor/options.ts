/** The options of `doctor`. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import { GENERAL_OPTIONS } from "../../options/shared_options.ts";

/** Table of the options of `doctor`. */
export const DOCTOR_OPTIONS = {
  json: { help: "Print JSON Lines: one record for each finding", group: "Output" },
  "list-fields": { help: "List the fields of --json", group: "Output" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime doctor`: its usage, options, and the rules between them. */
export const DOCTOR_COMMAND: CommandSpec<typeof DOCTOR_OPTIONS> = {
  name: "doctor",
  summary: "Check what this machine can measure, and how well",
  operands: "[TARGET]",
  completeOperand: "host",
  description: [
    "Checks the permission to open raw sockets, the source of stamps, the synchronisation of the local clock and, " +
    "for a target, the interface and source address. Says what to do about each problem. Sends nothing.",
  ],
  options: DOCTOR_OPTIONS,
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    return { records: recordsOf("doctor"), flags: {} };
  },
  exitCodes: [
    [0, "Measuring works"],
    [2, "The target does not resolve"],
    [3, "The command line is wrong"],
    [4, "Measuring does not work"],
  ],
  examples: [["icmptime doctor 192.0.2.7", "check everything that a run needs"]],
};
