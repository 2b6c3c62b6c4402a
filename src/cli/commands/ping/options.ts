/** The options of `ping`. The letters are those that users of ping and fping know. */

import type { CommandSpec, OptionTable } from "../../option.ts";
import { GENERAL_OPTIONS, PACKET_OPTIONS } from "../../shared_options.ts";
import {
  blocks,
  choice,
  condition,
  duration,
  integer,
  payload,
  stamp,
  text,
  words,
} from "../../values.ts";

const DAY_MS = 86_400_000;

/** Output formats of `ping`. */
export const PING_FORMATS = ["text", "json", "csv", "fping", "tsping"] as const;

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
    help: "Time between two probes to one target; a bare number is seconds",
    group: "Probes",
    defaultText: "1s; the timeout with --alive and --unreachable",
  },
  timeout: {
    short: "W",
    value: duration(0.001, DAY_MS),
    help: "How long a probe waits for its answer",
    group: "Probes",
    defaultText: "1s; 500ms with --alive and --unreachable",
  },
  deadline: {
    short: "w",
    value: duration(0.001, 366 * DAY_MS),
    help: "End the run that long after its start, whatever is still out",
    group: "Probes",
  },
  loop: { help: "Go on until interrupted", group: "Probes" },
  spacing: {
    value: duration(0, DAY_MS),
    help: "Time between two targets",
    group: "Probes",
    defaultText: "the interval shared out evenly",
  },
  retries: {
    short: "r",
    value: integer("N", 0, 1000),
    help:
      "Who is alive: ask each target until it answers, N more times at most, waiting half as long again each time",
    group: "Probes",
    defaultText: "3 with --alive and --unreachable",
  },
  alive: { help: "Print the targets that answer, and nothing else", group: "Probes" },
  unreachable: { help: "Print the targets that do not answer, and nothing else", group: "Probes" },
  echo: { help: "Send ICMP echo instead of timestamp requests", group: "Probes" },
  file: {
    short: "f",
    value: text("FILE", "file"),
    help: "Read targets from FILE too; - is standard input",
    group: "Targets",
    repeatable: true,
  },
  exclude: {
    value: blocks(),
    help: "Never ask these addresses, prefixes or ranges",
    group: "Targets",
    repeatable: true,
  },
  "all-addresses": { help: "Ask every address of a name, not the first alone", group: "Targets" },
  reverse: { help: "Show the names of addresses once they are known", group: "Targets" },
  ...PACKET_OPTIONS,
  "path-mtu": {
    short: "M",
    value: choice("do|dont", ["do", "dont"]),
    help: "Set the don't-fragment bit (do) or leave it clear (dont)",
    group: "Packet",
    default: "dont",
  },
  originate: {
    value: stamp(),
    help: "Originate stamp to send: milliseconds since midnight UT, or HH:MM:SS.mmm",
    group: "Packet contents",
    defaultText: "the time of day",
  },
  receive: {
    value: stamp(),
    help: "Receive stamp to put into the request",
    group: "Packet contents",
    defaultText: "0",
  },
  transmit: {
    value: stamp(),
    help: "Transmit stamp to put into the request",
    group: "Packet contents",
    defaultText: "0",
  },
  identifier: {
    value: integer("N", 0, 65535),
    help: "ICMP identifier of all probes",
    group: "Packet contents",
    defaultText: "secret, one for each target",
  },
  sequence: {
    value: integer("N", 0, 65535),
    help: "Sequence number of each target's first probe",
    group: "Packet contents",
    defaultText: "secret, one for each target",
  },
  code: {
    value: integer("N", 0, 255),
    help: "ICMP code of the request",
    group: "Packet contents",
    default: 0,
  },
  "bad-checksum": {
    help: "Send a wrong ICMP checksum: a host that answers does not check",
    group: "Packet contents",
  },
  payload: {
    value: payload(),
    help: "Bytes after the message: 0x and hexadecimal digits, text:…, or how many",
    group: "Packet contents",
    defaultText: "none; 56 for --echo",
  },
  "stamp-at": {
    value: choice("queue|driver", ["queue", "driver"]),
    help: "Count delays from before our own queue, or from the driver behind it",
    group: "Packet contents",
    defaultText: "driver; queue in fping's and tsping's form and in the text of --echo",
  },
  "user-stamps": {
    help: "Take all stamps in user space, not in the kernel",
    group: "Packet contents",
  },
  format: {
    value: choice("FORMAT", PING_FORMATS),
    help: "Form of the output",
    group: "Output",
    default: "text",
  },
  json: { help: "Short for --format json", group: "Output" },
  output: {
    short: "o",
    value: text("FILE", "file"),
    help: "Append the output to FILE; - is standard output",
    group: "Output",
  },
  fields: {
    value: words("NAME,...", "field"),
    help: "Fields of json and csv, in order",
    group: "Output",
    defaultText: "all",
  },
  "list-fields": { help: "List all fields, with what they say", group: "Output" },
  "summary-every": {
    value: duration(1, 366 * DAY_MS),
    help: "Print a summary of each such stretch of time",
    group: "Output",
  },
  "fail-if": {
    value: condition(),
    help:
      "Exit with status 5 if CONDITION is true or unknown for any target, e.g. loss>5%, rtt.p95>50ms, offset>100ms, back.change>20ms",
    group: "Output",
    repeatable: true,
  },
  explain: { help: "Show every field of each request and its reply", group: "Output" },
  quiet: { short: "q", help: "Print the summary only", group: "Output" },
  numeric: { short: "n", help: "Print addresses only, no names", group: "Output" },
  timestamps: { short: "D", help: "Print the UNIX time before each line", group: "Output" },
  verbose: {
    short: "v",
    help: "Print the four stamps of each probe, and what arrived that is no answer",
    group: "Output",
  },
  ipv4: { short: "4", help: "Accepted for habit: IPv4 is all there is", group: "General" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** The command `ping`, which is also what runs when no command is named. */
export const PING_COMMAND: CommandSpec<typeof PING_OPTIONS> = {
  name: "ping",
  summary: "Ask hosts for their time and how far away they are in each direction",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Sends ICMP Timestamp requests (RFC 792, type 13) and prints, for each reply, the round-trip time " +
    "by the local clock, the one-way delays by both clocks and the offset of the remote clock, each with " +
    "the bound within which the truth lies. A remote stamp is a whole millisecond, so a single reply tells " +
    "a one-way delay to half a millisecond each way; a delay contains the offset between the two clocks.",
    "A target is a name, an address, a prefix such as 192.0.2.0/28 (its hosts), or a range such as " +
    "192.0.2.1-192.0.2.20. Files of targets and exclusions have one syntax in all commands: words are separated by " +
    "blanks, commas or line breaks, # and ; begin a comment. A line that cannot be used is told with its place, " +
    "the others are asked, and the exit status is 2; a wrong word on the command line stops the run before a " +
    "packet leaves (status 3; fping goes on without it, as fping does). With --loop names are looked up again every " +
    "five minutes, and one that is not known is tried again after 10 s, then less and less often.",
    "The exit status is 0 when every target answered, 1 when some did not, 2 when a name did not resolve, 3 when the " +
    "command line is wrong, 4 when the system refused a call, and 5 when every target answered and a --fail-if " +
    "condition is true or unknown for one. " +
    "Conditions look at the whole run; with --summary-every or --loop they also look at each interval (ten probes " +
    "and ten seconds at least, unless --summary-every says otherwise), and a line is printed when a target " +
    "enters or leaves one.",
    "Ends with a summary for each target. An interrupt (Ctrl-C) ends the run with its summary; a quit " +
    "(Ctrl-\\) prints the summary so far and goes on.",
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
  examples: [
    ["icmptime 192.0.2.7", "ask one host five times"],
    ["icmptime -c 1 -v 192.0.2.7", "ask once, show the four stamps"],
    ["icmptime --explain -c 1 192.0.2.7", "see what the packets are made of"],
    [
      "icmptime --loop -i 200ms --json 192.0.2.7 192.0.2.8",
      "watch two hosts, one JSON object a line",
    ],
  ],
};
