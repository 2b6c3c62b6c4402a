/** The options of `fping`: fping's own names and letters, and its bare numbers in milliseconds. */

import type { CommandSpec, OptionTable } from "../../option.ts";
import { choice, duration, integer, number, text } from "../../values.ts";

const DAY_MS = 86_400_000;

/** Table of the options of `fping`. */
export const FPING_OPTIONS = {
  "icmp-timestamp": {
    help: "Send ICMP Timestamp requests instead of echo",
    group: "Probes",
  },
  count: {
    short: "c",
    value: integer("N", 1, Number.MAX_SAFE_INTEGER),
    help: "Count mode: send N probes to each target",
    group: "Probes",
  },
  loop: { short: "l", help: "Loop mode: go on until interrupted", group: "Probes" },
  period: {
    short: "p",
    value: duration(0, DAY_MS, 1),
    help: "Count and loop mode: time between two probes to one target, in ms",
    group: "Probes",
    default: 1000,
  },
  interval: {
    short: "i",
    value: duration(0, DAY_MS, 1),
    help: "Time between two probes to any targets, in ms",
    group: "Probes",
    default: 10,
  },
  timeout: {
    short: "t",
    value: duration(0.001, DAY_MS, 1),
    help: "How long a probe waits for its answer, in ms",
    group: "Probes",
    defaultText: "500; in count and loop mode the period, at most 2000",
  },
  retry: {
    short: "r",
    value: integer("N", 0, 1000),
    help: "Tries after the first, without count and loop mode",
    group: "Probes",
    default: 3,
  },
  backoff: {
    short: "B",
    value: number("N", 1, 5),
    help: "Each further try waits this many times as long",
    group: "Probes",
    default: 1.5,
  },
  "stamp-at": {
    value: choice("queue|driver", ["queue", "driver"]),
    help: "Count times from before our own queue, or from the driver behind it",
    group: "Probes",
    default: "queue",
  },
  size: {
    short: "b",
    value: integer("BYTES", 0, 65_507),
    help: "Payload of an echo, in bytes",
    group: "Packet",
    defaultText: "56",
  },
  ttl: {
    short: "H",
    value: integer("N", 1, 255),
    help: "Time to live",
    group: "Packet",
    default: 64,
  },
  tos: {
    short: "O",
    value: integer("N", 0, 255),
    help: "Type-of-service byte",
    group: "Packet",
    default: 0,
  },
  iface: {
    short: "I",
    value: text("IFACE", "interface"),
    help: "Send from that interface",
    group: "Packet",
  },
  src: { short: "S", value: text("ADDRESS"), help: "Send from that address", group: "Packet" },
  dontfrag: { short: "M", help: "Set the don't-fragment bit", group: "Packet" },
  fwmark: {
    short: "k",
    value: integer("N", 0, 0xffffffff),
    help: "Firewall mark of the socket",
    group: "Packet",
  },
  file: {
    short: "f",
    value: text("FILE", "file"),
    help: "Read targets from FILE too; - is standard input",
    group: "Targets",
    repeatable: true,
  },
  all: { short: "m", help: "Ask every address of a name", group: "Targets" },
  alive: { short: "a", help: "Print the targets that answer, and nothing else", group: "Output" },
  unreach: {
    short: "u",
    help: "Print the targets that do not answer, and nothing else",
    group: "Output",
  },
  timestamp: { short: "D", help: "Print the UNIX time before each line", group: "Output" },
  quiet: { short: "q", help: "Print the summary only", group: "Output" },
  ipv4: { short: "4", help: "Accepted for habit: IPv4 is all there is", group: "General" },
  help: { short: "h", help: "Print this help", group: "General" },
  version: { short: "v", help: "Print the version", group: "General" },
} as const satisfies OptionTable;

/** The command `fping`. */
export const FPING_COMMAND: CommandSpec<typeof FPING_OPTIONS> = {
  name: "fping",
  summary: "Take the options of fping and print its lines",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Stands in for fping: the same options, the same lines, each written as soon as it is known. Sends ICMP echo, " +
    "or ICMP Timestamp requests with --icmp-timestamp, as fping 5.3 does. An option of fping that is not listed here " +
    "is an error that names it.",
  ],
  options: FPING_OPTIONS,
  conflicts: [["loop", "count"], ["alive", "unreach"]],
  examples: [
    [
      "icmptime fping --icmp-timestamp --timestamp --loop --period 300 --interval 60 --timeout 10000 A B",
      "what a bandwidth controller runs",
    ],
  ],
};
