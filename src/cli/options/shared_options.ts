/** Options that mean the same in several commands. */

import type { OptionTable } from "./option.ts";
import type { ExitCode } from "../outcome.ts";
import { blocks, choice, duration, integer, text, words } from "./values.ts";

/** The hosts to probe. Files and exclusions have the syntax of `targets/list_words.ts`. */
export const TARGET_OPTIONS = {
  file: {
    short: "f",
    value: text("FILE", "file"),
    fileUse: "read",
    help: "Read targets from FILE too; - is standard input",
    group: "Targets",
    repeatable: true,
  },
  exclude: {
    value: blocks(),
    help: "Leave out these addresses, prefixes or ranges",
    group: "Targets",
    repeatable: true,
  },
  "exclude-file": {
    value: text("FILE", "file"),
    fileUse: "read",
    help: "Leave out the addresses, prefixes and ranges in FILE",
    group: "Targets",
    repeatable: true,
  },
} as const satisfies OptionTable;

const DAY_MS = 86_400_000;

/** How often each target is probed. */
export const INTERVAL_OPTION = {
  interval: {
    short: "i",
    value: duration(1, DAY_MS),
    help: "Send a probe to each target every TIME; a number is seconds",
    group: "Probes",
    default: 1000,
    defaultText: "1s",
  },
} as const satisfies OptionTable;

/** How long a probe, and the run, may take. */
export const WAIT_OPTIONS = {
  timeout: {
    short: "W",
    value: duration(0.001, DAY_MS),
    help: "Wait this long for the reply to a probe",
    group: "Probes",
    default: 1000,
    defaultText: "1s",
  },
  deadline: {
    short: "w",
    value: duration(0.001, 366 * DAY_MS),
    help: "End the run this long after its start",
    group: "Probes",
  },
} as const satisfies OptionTable;

/** Fields of the IPv4 header, and the interface. */
export const PACKET_OPTIONS = {
  ttl: {
    short: "t",
    value: integer("N", 1, 255),
    help: "Set the time to live",
    group: "Packet",
    default: 64,
  },
  tos: {
    short: "Q",
    value: integer("N", 0, 255),
    help: "Set the DSCP and ECN byte, decimal or 0x-hexadecimal",
    group: "Packet",
    default: 0,
  },
  interface: {
    short: "I",
    value: text("NAME|ADDRESS", "interface"),
    help: "Send from this interface or address; twice: one of each",
    group: "Packet",
    repeatable: true,
    defaultText: "as the kernel routes",
  },
  mark: {
    short: "m",
    value: integer("N", 0, 0xffffffff),
    help: "Set the firewall mark of the socket",
    group: "Packet",
  },
} as const satisfies OptionTable;

/** The packets of a run. */
export const WRITE_OPTION = {
  write: {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Write every packet to FILE too, in the pcapng format",
    group: "Output",
  },
} as const satisfies OptionTable;

/** Where records go, and which of their fields. */
export const OUTPUT_OPTIONS = {
  json: { help: "Print JSON Lines, as --format json", group: "Output" },
  output: {
    short: "o",
    value: text("FILE", "file"),
    fileUse: "append",
    help: "Append the output to FILE; - is standard output",
    group: "Output",
  },
  ...WRITE_OPTION,
  fields: {
    value: words("NAME,...", "field"),
    help: "Print only these fields, in this order (json and csv)",
    group: "Output",
    defaultText: "all",
  },
  "list-fields": { help: "List all fields with their meaning", group: "Output" },
} as const satisfies OptionTable;

/** {@linkcode OUTPUT_OPTIONS} of a command that has the format influx. */
export const SERIES_OUTPUT_OPTIONS = {
  ...OUTPUT_OPTIONS,
  fields: {
    ...OUTPUT_OPTIONS.fields,
    help: "Print only these fields, in this order (json, csv, influx)",
  },
} as const satisfies OptionTable;

/** Exit codes of commands that probe hosts, as fping has them. */
export const RUN_EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [0, "Every target answered"],
  [1, "Some target did not answer"],
  [2, "A name did not resolve, or a line of a file cannot be used"],
  [3, "The command line is wrong"],
  [4, "The system refused a call, or the output cannot be written"],
];

/** Exit codes of commands that only print text. */
export const TEXT_EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [0, "The text was printed"],
  [3, "The command line is wrong"],
  [4, "The output cannot be written"],
];

/** Colours, of every command. */
export const COLOR_OPTION = {
  color: {
    value: choice("WHEN", ["auto", "always", "never"]),
    help: "Use colours: auto is on a terminal, unless NO_COLOR",
    group: "General",
    default: "auto",
  },
} as const satisfies OptionTable;

/** Help, version and colours, of every command. */
export const GENERAL_OPTIONS = {
  ...COLOR_OPTION,
  help: { short: "h", help: "Print this help", group: "General" },
  version: { short: "V", help: "Print the version", group: "General" },
} as const satisfies OptionTable;
