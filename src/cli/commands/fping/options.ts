/** The options of `fping`: fping's own names and letters, and its bare numbers in milliseconds. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import {
  COLOR_OPTION,
  RUN_EXIT_CODES,
  TARGET_OPTIONS,
  WRITE_OPTION,
} from "../../options/shared_options.ts";
import { choice, duration, integer, number, text } from "../../options/values.ts";

const DAY_MS = 86_400_000;

/** Table of the options of `fping`. */
export const FPING_OPTIONS = {
  "icmp-timestamp": {
    help: "Send timestamp requests instead of echo requests",
    group: "Probes",
  },
  count: {
    short: "c",
    value: integer("N", 1, Number.MAX_SAFE_INTEGER),
    help: "Send N probes to each target (count mode)",
    group: "Probes",
  },
  loop: { short: "l", help: "Send until interrupted (loop mode)", group: "Probes" },
  period: {
    short: "p",
    value: duration(0, DAY_MS, 1),
    help: "Send to each target every TIME, in ms (count, loop mode)",
    group: "Probes",
    default: 1000,
  },
  interval: {
    short: "i",
    value: duration(0, DAY_MS, 1),
    help: "Wait this long between any two probes, in ms",
    group: "Probes",
    default: 10,
  },
  timeout: {
    short: "t",
    value: duration(0.001, DAY_MS, 1),
    help: "Wait this long for the reply to a probe, in ms",
    group: "Probes",
    defaultText: "500; in count and loop mode the period, at most 2000",
  },
  retry: {
    short: "r",
    value: integer("N", 0, 1000),
    help: "Retry at most N times, without count or loop mode",
    group: "Probes",
    default: 3,
  },
  backoff: {
    short: "B",
    value: number("N", 1, 5),
    help: "Multiply the timeout by N for each retry",
    group: "Probes",
    default: 1.5,
  },
  "stamp-at": {
    value: choice("queue|driver", ["queue", "driver"]),
    help: "Count delays from our queue or from the driver behind it",
    group: "Probes",
    default: "queue",
  },
  size: {
    short: "b",
    value: integer("BYTES", 0, 65_507),
    help: "Send this many payload bytes in an echo request",
    group: "Packet",
    defaultText: "56",
  },
  ttl: {
    short: "H",
    value: integer("N", 1, 255),
    help: "Set the time to live",
    group: "Packet",
    default: 64,
  },
  tos: {
    short: "O",
    value: integer("N", 0, 255),
    help: "Set the DSCP and ECN byte",
    group: "Packet",
    default: 0,
  },
  iface: {
    short: "I",
    value: text("IFACE", "interface"),
    help: "Send from this interface",
    group: "Packet",
  },
  src: { short: "S", value: text("ADDRESS"), help: "Send from this address", group: "Packet" },
  dontfrag: { short: "M", help: "Set the don't-fragment bit", group: "Packet" },
  fwmark: {
    short: "k",
    value: integer("N", 0, 0xffffffff),
    help: "Set the firewall mark of the socket",
    group: "Packet",
  },
  file: TARGET_OPTIONS.file,
  all: { short: "m", help: "Probe every address of a name, not only the first", group: "Targets" },
  alive: { short: "a", help: "Print only the targets that reply", group: "Output" },
  unreach: {
    short: "u",
    help: "Print only the targets that do not reply",
    group: "Output",
  },
  timestamp: { short: "D", help: "Print the UNIX time before each line", group: "Output" },
  quiet: { short: "q", help: "Print only the summary", group: "Output" },
  ...WRITE_OPTION,
  ipv4: {
    short: "4",
    help: "Use IPv4, the only protocol with a Timestamp message",
    group: "General",
  },
  ...COLOR_OPTION,
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
    "Replaces fping: same options, same lines, each written at once. Sends ICMP echo requests, or with " +
    "--icmp-timestamp ICMP Timestamp requests, as fping 5.3 does. An option of fping that is not listed here is an " +
    "error. A word that cannot be a target is reported and the others are probed.",
  ],
  options: FPING_OPTIONS,
  conflicts: [["loop", "count"], ["alive", "unreach"]],
  exitCodes: RUN_EXIT_CODES,
  examples: [
    [
      "icmptime fping --icmp-timestamp --timestamp --loop --period 300 --interval 60 --timeout 10000 A B",
      "the command of a bandwidth controller",
    ],
  ],
};
