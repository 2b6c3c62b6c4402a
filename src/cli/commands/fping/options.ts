/** The options of `fping`: fping's own names and letters, and its bare numbers in milliseconds. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import { COLOR_OPTION, TARGET_OPTIONS, WRITE_OPTION } from "../../options/shared_options.ts";
import { choice } from "../../options/values.ts";
import { complainAsFping } from "./complaint.ts";
import { anyText, count, factor, milliseconds, octet, reportPeriod } from "./values.ts";

/** The version whose options and lines are ours. */
const FPING_VERSION = "5.5";

/** Table of the options of `fping`. */
export const FPING_OPTIONS = {
  ipv4: { short: "4", help: "Probe IPv4 addresses only: always so", group: "Probes" },
  ipv6: { short: "6", help: "Refuse every target: ICMPv6 has no timestamps", group: "Probes" },
  size: {
    short: "b",
    value: count("BYTES", 0),
    help: "Send this many payload bytes in an echo request",
    group: "Probes",
    defaultText: "56",
  },
  backoff: {
    short: "B",
    value: factor("N"),
    help: "Multiply the timeout by N for each retry, 1 to 5",
    group: "Probes",
    default: 1.5,
  },
  count: {
    short: "c",
    value: count("N", 1),
    help: "Send N probes to each target (count mode)",
    group: "Probes",
  },
  file: {
    ...TARGET_OPTIONS.file,
    value: anyText("FILE", "file"),
    help: "Read targets from FILE, the first word of each line",
  },
  generate: {
    short: "g",
    help: "Probe the hosts of a prefix, or from one address to another",
    group: "Targets",
  },
  ttl: {
    short: "H",
    value: count("N", 1),
    help: "Set the time to live",
    group: "Probes",
    default: 64,
  },
  iface: {
    short: "I",
    value: anyText("IFACE", "interface"),
    help: "Send from this interface",
    group: "Probes",
  },
  "icmp-timestamp": {
    help: "Send timestamp requests instead of echo requests",
    group: "Probes",
  },
  fwmark: {
    short: "k",
    value: count("N", 1),
    help: "Set the firewall mark of the socket",
    group: "Probes",
  },
  loop: { short: "l", help: "Send until interrupted (loop mode)", group: "Probes" },
  all: { short: "m", help: "Probe every address of a name, not only the first", group: "Targets" },
  dontfrag: { short: "M", help: "Set the don't-fragment bit", group: "Probes" },
  tos: {
    short: "O",
    value: octet("N"),
    help: "Set the DSCP and ECN byte",
    group: "Probes",
    default: 0,
  },
  period: {
    short: "p",
    value: milliseconds(),
    help: "Send to each target every TIME, in ms (count, loop mode)",
    group: "Probes",
    default: 1000,
  },
  retry: {
    short: "r",
    value: count("N", 0),
    help: "Retry at most N times, without count or loop mode",
    group: "Probes",
    default: 3,
  },
  random: { short: "R", help: "Send random payload bytes instead of zeros", group: "Probes" },
  src: { short: "S", value: anyText("ADDRESS"), help: "Send from this address", group: "Probes" },
  "seqmap-timeout": {
    value: milliseconds(),
    help: "Accept TIME; sequence numbers are reused after 65536",
    group: "Probes",
  },
  timeout: {
    short: "t",
    value: milliseconds(),
    help: "Wait this long for the reply to a probe, in ms",
    group: "Probes",
    defaultText: "500; in count and loop mode the period, at most 2000",
  },
  "select-timeout": {
    short: "T",
    value: anyText("N"),
    help: "Accept N for callers of fping 2",
    group: "Probes",
  },
  "check-source": {
    help: "Drop replies from other addresses than the target's",
    group: "Probes",
  },
  "stamp-at": {
    value: choice("queue|driver", ["queue", "driver"]),
    help: "Count delays from our queue or from the driver behind it",
    group: "Probes",
    default: "queue",
  },
  alive: { short: "a", help: "Print only the targets that reply", group: "Output" },
  addr: { short: "A", help: "Print targets by address", group: "Output" },
  vcount: {
    short: "C",
    value: count("N", 1),
    help: "Send N probes and print all round-trip times at the end",
    group: "Output",
  },
  rdns: { short: "d", help: "Print targets by the names of their addresses", group: "Output" },
  timestamp: { short: "D", help: "Print the UNIX time before each line", group: "Output" },
  "timestamp-format": {
    value: choice("FORMAT", ["ctime", "iso", "rfc3339"]),
    help: "Print the time of -D as ctime, iso or rfc3339",
    group: "Output",
  },
  elapsed: { short: "e", help: "Print the round-trip time of targets that reply", group: "Output" },
  interval: {
    short: "i",
    value: milliseconds(),
    help: "Wait this long between any two probes, in ms",
    group: "Probes",
    default: 10,
  },
  json: { short: "J", help: "Print JSON Lines (with -c, -C or -l)", group: "Output" },
  name: { short: "n", help: "Print targets that are addresses by their names", group: "Output" },
  netdata: { short: "N", help: "Print lines for Netdata (with -l and -Q)", group: "Output" },
  outage: { short: "o", help: "Print the lost probes times the period", group: "Output" },
  "print-tos": { help: "Print the DSCP and ECN byte of each reply", group: "Output" },
  "print-ttl": { help: "Print the time to live of each reply", group: "Output" },
  quiet: { short: "q", help: "Print only the summary", group: "Output" },
  squiet: {
    short: "Q",
    value: reportPeriod(),
    help: "Print only summaries, every SECS seconds, and at the end",
    group: "Output",
  },
  stats: { short: "s", help: "Print statistics of the whole run at its end", group: "Output" },
  unreach: {
    short: "u",
    help: "Print only the targets that do not reply",
    group: "Output",
  },
  reachable: {
    short: "x",
    value: count("N", 1),
    help: "Exit with 0 if N or more targets reply",
    group: "Output",
  },
  "fast-reachable": {
    short: "X",
    value: count("N", 1),
    help: "End with 0 as soon as N targets reply",
    group: "Output",
  },
  ...WRITE_OPTION,
  ...COLOR_OPTION,
  help: { short: "h", help: "Print this help", group: "General" },
  version: { short: "v", help: "Print the version", group: "General" },
} as const satisfies OptionTable;

/** `icmptime fping`: its usage, options, and the rules between them. */
export const FPING_COMMAND: CommandSpec<typeof FPING_OPTIONS> = {
  name: "fping",
  summary: "Take the options of fping and print its lines",
  operands: "[TARGET...]",
  completeOperand: "host",
  description: [
    `Replaces fping ${FPING_VERSION} for IPv4: same options, same lines on the same streams, same exit codes, each ` +
    "line written at once. Targets come from the command line, from -f, from -g, or else from standard input.",
    "Sends ICMP echo requests, or ICMP Timestamp requests with --icmp-timestamp. An IPv6 target is reported and the " +
    "others are probed.",
  ],
  options: FPING_OPTIONS,
  exitCodes: [
    [0, "Every target replied, or as many as -x or -X ask for"],
    [1, "Some target did not reply, or the command line is wrong"],
    [2, "A target cannot be probed: an unknown name, an IPv6 address"],
    [4, "The system refused a call, or a file cannot be read or written"],
  ],
  complain: complainAsFping,
  versionText: (version) => `fping: Version ${FPING_VERSION} (icmptime ${version})`,
  examples: [
    ["icmptime fping < hosts.txt", "which of these reply?"],
    ["icmptime fping -C 20 -q -i 10 A B", "every round-trip time, as a monitor reads them"],
    [
      "icmptime fping --icmp-timestamp --timestamp --loop --period 300 --interval 60 --timeout 10000 A B",
      "the command of a bandwidth controller",
    ],
  ],
};
