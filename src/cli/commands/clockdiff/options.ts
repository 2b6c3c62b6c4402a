/** The options of `clockdiff`: those of clockdiff of iputils, with its letters. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import { COLOR_OPTION } from "../../options/shared_options.ts";
import { choice } from "../../options/values.ts";

/** The version whose options and lines are ours. */
const IPUTILS_VERSION = "20221126";

/** Table of the options of `clockdiff`. */
export const CLOCKDIFF_OPTIONS = {
  "ip-option": {
    short: "o",
    help: "Send echo with an IP Timestamp option instead",
    group: "Probes",
  },
  "three-term": {
    short: "1",
    help: "Make room for one time of the host alone; -o1 does too",
    group: "Probes",
  },
  "time-format": {
    short: "T",
    value: choice("FORMAT", ["ctime", "iso"]),
    help: "Write the time as ctime or iso",
    group: "Output",
    default: "ctime",
  },
  iso: { short: "I", help: "Write the time in ISO 8601", group: "Output" },
  ...COLOR_OPTION,
  help: { short: "h", help: "Print this help", group: "General" },
  version: { short: "V", help: "Print the version", group: "General" },
} as const satisfies OptionTable;

/** `icmptime clockdiff`: its usage, options, and the rules between them. */
export const CLOCKDIFF_COMMAND: CommandSpec<typeof CLOCKDIFF_OPTIONS> = {
  name: "clockdiff",
  summary: "Take the options of clockdiff and print its lines",
  operands: "HOST",
  completeOperand: "host",
  description: [
    "Replaces clockdiff of iputils: same options, same lines, same exit codes. Sends 50 probes, each as soon as the last " +
    "one is answered. Prints the UNIX time, the offset by all probes and the offset by the fastest one, in whole " +
    "milliseconds; on a terminal, one line with the round-trip times too. For microseconds and bounds see " +
    "icmptime clock --fast.",
  ],
  options: CLOCKDIFF_OPTIONS,
  complain: (error) =>
    error instanceof UsageError
      ? { text: `clockdiff: ${error.message}`, exitCode: ExitCode.Unanswered }
      : undefined,
  versionText: (version) => `clockdiff from iputils ${IPUTILS_VERSION} (icmptime ${version})`,
  exitCodes: [
    [0, "The offset was printed"],
    [1, "It is not known, the command line is wrong, or the system refused a call"],
  ],
  examples: [
    ["icmptime clockdiff 192.0.2.7", "print the offset of a clock"],
    ["icmptime clockdiff -o 192.0.2.7", "the same of a host that answers echo only"],
  ],
};
