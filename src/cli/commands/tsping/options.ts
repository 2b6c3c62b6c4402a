/** The options of `tsping`: tsping's own names and letters, and its bare numbers in milliseconds. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import { COLOR_OPTION, RUN_EXIT_CODES, WRITE_OPTION } from "../../options/shared_options.ts";
import { choice, duration, integer, separator, text } from "../../options/values.ts";

const DAY_MS = 86_400_000;

/** Table of the options of `tsping`. */
export const TSPING_OPTIONS = {
  "icmp-ts": {
    short: "t",
    help: "Send timestamp requests (the default)",
    group: "Probes",
  },
  "icmp-echo": { short: "e", help: "Send echo requests", group: "Probes" },
  "sleep-time": {
    short: "s",
    value: duration(0, DAY_MS, 1),
    help: "Wait this long between two rounds, in ms",
    group: "Probes",
    default: 100,
  },
  "target-spacing": {
    short: "r",
    value: duration(0, DAY_MS, 1),
    help: "Wait this long between two targets, in ms",
    group: "Probes",
    default: 0,
  },
  "stamp-at": {
    value: choice("queue|driver", ["queue", "driver"]),
    help: "Count delays from our queue or from the driver behind it",
    group: "Probes",
    default: "queue",
  },
  interface: {
    short: "i",
    value: text("INTERFACE", "interface"),
    help: "Send from this interface",
    group: "Packet",
  },
  "fw-mark": {
    short: "f",
    value: integer("MARK", 0, 0xffffffff),
    help: "Set the firewall mark of the socket",
    group: "Packet",
  },
  "machine-readable": {
    short: "m",
    value: separator(),
    optionalValue: ",",
    help: "Print fields between separators instead of text",
    group: "Output",
  },
  "print-timestamps": { short: "D", help: "Print the UNIX time of each reply", group: "Output" },
  ...WRITE_OPTION,
  ...COLOR_OPTION,
  usage: { help: "Print the options in a few lines", group: "General" },
  help: { short: "?", help: "Print this help", group: "General" },
} as const satisfies OptionTable;

/** `icmptime tsping`: its usage, options, and the rules between them. */
export const TSPING_COMMAND: CommandSpec<typeof TSPING_OPTIONS> = {
  name: "tsping",
  summary: "Take the options of tsping and print its lines",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Replaces tsping: same options, same lines, each written at once, until interrupted. Unlike tsping, differences " +
    "are right across midnight, and a reply with unusable timestamps has no line.",
  ],
  options: TSPING_OPTIONS,
  conflicts: [["icmp-ts", "icmp-echo"]],
  exitCodes: RUN_EXIT_CODES,
  examples: [
    [
      "icmptime tsping --print-timestamps --machine-readable=, --sleep-time 0 --target-spacing 60 A B C",
      "the command of a bandwidth controller",
    ],
  ],
};
