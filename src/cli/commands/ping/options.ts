/** The options of `ping`. The letters are those that users of ping and fping know. */

import { FLAG_NAMES } from "../../../record/flags.ts";
import { METRICS, parseCondition } from "../../../run/condition.ts";
import type { CommandSpec, OptionTable } from "../../options/option.ts";
import {
  GENERAL_OPTIONS,
  PACKET_OPTIONS,
  RUN_EXIT_CODES,
  SERIES_OUTPUT_OPTIONS,
  TARGET_OPTIONS,
} from "../../options/shared_options.ts";
import { choice, condition, duration, integer, payload, stamp } from "../../options/values.ts";

const DAY_MS = 86_400_000;

/** Output formats of `ping`. */
export const PING_FORMATS = [
  "text",
  "json",
  "csv",
  "influx",
  "prometheus",
  "fping",
  "tsping",
] as const;

/** Table of the options of `ping`. */
export const PING_OPTIONS = {
  count: {
    short: "c",
    value: integer("N", 1, Number.MAX_SAFE_INTEGER),
    help: "Send N probes to each target",
    group: "Probes",
    default: 5,
  },
  interval: {
    short: "i",
    value: duration(0, DAY_MS),
    help: "Send a probe to each target every TIME; a number is seconds",
    group: "Probes",
    defaultText: "1s; the timeout with --alive and --unreachable",
  },
  timeout: {
    short: "W",
    value: duration(0.001, DAY_MS),
    help: "Wait this long for the reply to a probe",
    group: "Probes",
    defaultText: "1s; 500ms with --alive and --unreachable",
  },
  deadline: {
    short: "w",
    value: duration(0.001, 366 * DAY_MS),
    help: "End the run this long after its start",
    group: "Probes",
  },
  loop: { help: "Send until interrupted", group: "Probes" },
  spacing: {
    value: duration(0, DAY_MS),
    help: "Wait this long between two targets",
    group: "Probes",
    defaultText: "the interval divided evenly",
  },
  retries: {
    short: "r",
    value: integer("N", 0, 1000),
    help: "Retry each target until it replies, at most N times",
    group: "Probes",
    defaultText: "3 with --alive and --unreachable; each timeout is 1.5 times the last",
  },
  alive: { help: "Print only the targets that reply", group: "Probes" },
  unreachable: { help: "Print only the targets that do not reply", group: "Probes" },
  echo: { help: "Send echo requests instead of timestamp requests", group: "Probes" },
  ...TARGET_OPTIONS,
  "all-addresses": { help: "Probe every address of a name, not only the first", group: "Targets" },
  reverse: { help: "Look up and print the names of addresses", group: "Targets" },
  ...PACKET_OPTIONS,
  "path-mtu": {
    short: "M",
    value: choice("do|dont", ["do", "dont"]),
    help: "Set the don't-fragment bit (do) or clear it (dont)",
    group: "Packet",
    default: "dont",
  },
  originate: {
    value: stamp(),
    help: "Send this originate timestamp: ms of the day, or HH:MM:SS",
    group: "Packet contents",
    defaultText: "the time of day",
  },
  receive: {
    value: stamp(),
    help: "Send this receive timestamp",
    group: "Packet contents",
    defaultText: "0",
  },
  transmit: {
    value: stamp(),
    help: "Send this transmit timestamp",
    group: "Packet contents",
    defaultText: "0",
  },
  identifier: {
    value: integer("N", 0, 65535),
    help: "Send this ICMP identifier in every probe",
    group: "Packet contents",
    defaultText: "secret, one per target",
  },
  sequence: {
    value: integer("N", 0, 65535),
    help: "Start each target at this sequence number",
    group: "Packet contents",
    defaultText: "secret, one per target",
  },
  code: {
    value: integer("N", 0, 255),
    help: "Send this ICMP code",
    group: "Packet contents",
    default: 0,
  },
  "bad-checksum": {
    help: "Send a wrong ICMP checksum, to find hosts that ignore it",
    group: "Packet contents",
  },
  payload: {
    value: payload(),
    help: "Append bytes: 0x and digits, text:..., or their number",
    group: "Packet contents",
    defaultText: "none; 56 for --echo",
  },
  "stamp-at": {
    value: choice("queue|driver", ["queue", "driver"]),
    help: "Count delays from our queue or from the driver behind it",
    group: "Packet contents",
    defaultText: "driver; queue for fping, tsping and --echo as text",
  },
  "user-stamps": {
    help: "Take stamps in user space instead of the kernel",
    group: "Packet contents",
  },
  format: {
    value: choice("FORMAT", PING_FORMATS),
    help: "Print text, json, csv, influx, prometheus, fping or tsping",
    group: "Output",
    default: "text",
  },
  ...SERIES_OUTPUT_OPTIONS,
  "summary-every": {
    value: duration(1, 366 * DAY_MS),
    help: "Print a summary of each interval of this length",
    group: "Output",
  },
  "fail-if": {
    value: condition((text) => parseCondition(text, FLAG_NAMES), METRICS),
    help: "Exit with 5 if true for any target, e.g. rtt.p95>50ms",
    group: "Output",
    repeatable: true,
  },
  explain: { help: "Print every field of each request and reply", group: "Output" },
  quiet: { short: "q", help: "Print only the summary", group: "Output" },
  numeric: { short: "n", help: "Print addresses instead of names", group: "Output" },
  timestamps: { short: "D", help: "Print the UNIX time before each line", group: "Output" },
  verbose: {
    short: "v",
    help: "Print all numbers of each probe, and unexpected packets",
    group: "Output",
  },
  ipv4: {
    short: "4",
    help: "Use IPv4, the only protocol with a Timestamp message",
    group: "General",
  },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** The command `ping`, which is also what runs when no command is named. */
export const PING_COMMAND: CommandSpec<typeof PING_OPTIONS> = {
  name: "ping",
  summary: "Measure the clocks of hosts and the delay in each direction",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Sends ICMP Timestamp requests (RFC 792, type 13). For each reply it prints the round-trip time, the one-way " +
    "delays and the offset of the remote clock. Remote timestamps have millisecond resolution, so every delay and " +
    "offset is printed with its error bound. A one-way delay contains the offset between the two clocks.",
    "A target is a name, an address, a prefix such as 192.0.2.0/28 (its hosts), or a range such as " +
    "192.0.2.1-192.0.2.20. Files of targets and exclusions have one syntax in all commands: words separated by " +
    "blanks, commas or line breaks; # and ; begin a comment. A line that cannot be used is reported, the other " +
    "lines are used, and the exit code is 2. A wrong word on the command line stops the run before a packet is " +
    "sent (exit code 3). With --loop, names are looked up again every five minutes, and unknown names after 10 s, " +
    "then less and less often.",
    "Conditions of --fail-if, such as loss>5%, offset>100ms or back.change>20ms, apply to the whole run; a value " +
    "that is unknown counts as true. With --summary-every or --loop they also apply to each interval (at least ten " +
    "probes and ten seconds, unless --summary-every is given), and a line is printed when a target enters or " +
    "leaves one.",
    "The run ends with a summary of each target. An interrupt (Ctrl-C) ends it early; a quit (Ctrl-\\) prints the " +
    "summary so far and continues.",
  ],
  options: PING_OPTIONS,
  conflicts: [
    ["loop", "count"],
    ["originate", "echo"],
    ["receive", "echo"],
    ["transmit", "echo"],
    ["count", "alive"],
    ["count", "unreachable"],
    ["count", "retries"],
    ["loop", "alive"],
    ["loop", "unreachable"],
    ["loop", "retries"],
  ],
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    const { FLAG_MEANINGS } = await import("../../../record/flags.ts");
    return { records: recordsOf("ping"), flags: FLAG_MEANINGS };
  },
  exitCodes: [...RUN_EXIT_CODES, [5, "A --fail-if condition is true or unknown for some target"]],
  examples: [
    ["icmptime 192.0.2.7", "send five probes to a host"],
    ["icmptime -c 1 -v 192.0.2.7", "send one, print all numbers"],
    ["icmptime --explain -c 1 192.0.2.7", "print the fields of the packets"],
    [
      "icmptime --loop -i 200ms --json 192.0.2.7 192.0.2.8",
      "watch two hosts, as JSON Lines",
    ],
  ],
};
