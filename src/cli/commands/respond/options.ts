/** The options of `respond`. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import { GENERAL_OPTIONS } from "../../options/shared_options.ts";
import { duration, integer, text } from "../../options/values.ts";
import { HOST_OPTIONS } from "./host_options.ts";
import { network } from "./values.ts";

const DAY_MS = 86_400_000;

/** Table of the options of `respond`. */
export const RESPOND_OPTIONS = {
  tun: {
    value: network(),
    help: "Make a TUN device and answer for this whole block",
    group: "Addresses",
  },
  "tun-name": {
    value: text("NAME"),
    help: "Name the device; %d stands for a free number",
    group: "Addresses",
    default: "icmptime%d",
  },
  "own-address": {
    value: text("ADDRESS"),
    help: "Use this address in the block for this machine, or none",
    group: "Addresses",
    defaultText: "its last host",
  },
  interface: {
    short: "I",
    value: text("NAME", "interface"),
    help: "Answer on this interface, in place of the kernel",
    group: "Addresses",
  },
  "take-over": {
    help: "Keep the kernel from answering while this runs",
    group: "Addresses",
  },
  yes: {
    help: "Answer outside private and documentation space too",
    group: "Addresses",
  },
  ...HOST_OPTIONS,
  scenario: {
    value: text("FILE", "file"),
    fileUse: "read",
    help: "Read what single hosts do from FILE; - is standard input",
    group: "Hosts",
  },
  seed: {
    value: integer("N", 0, 0xffff_ffff),
    help: "Use this seed for losses, jitter and the like",
    group: "Hosts",
    default: 1,
  },
  log: {
    value: text("FILE", "file"),
    fileUse: "append",
    help: "Append JSON Lines of what is done to FILE; - prints them",
    group: "Output",
  },
  "list-fields": { help: "List the fields of the log", group: "Output" },
  "list-keys": { help: "List the keys of a host in a scenario", group: "Output" },
  rate: {
    value: integer("PPS", 1, 10_000_000),
    help: "Answer at most this many requests a second",
    group: "General",
    default: 10_000,
  },
  busy: {
    help: "Poll without sleep: exact delays, one processor busy",
    group: "General",
  },
  deadline: {
    short: "w",
    value: duration(1, 366 * DAY_MS),
    help: "End after this time",
    group: "General",
  },
  quiet: { short: "q", help: "Print nothing", group: "General" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime respond`: its usage, options, and the rules between them. */
export const RESPOND_COMMAND: CommandSpec<typeof RESPOND_OPTIONS> = {
  name: "respond",
  summary: "Answer timestamp and echo requests as you need it",
  operands: "[ADDRESS...]",
  completeOperand: "none",
  description: [
    "Answers for every address of a block, as hosts whose clocks and paths are as you say: to test a monitor, or to see " +
    "what it makes of an odd clock. The device is there while the command runs. Broadcast and multicast addresses are " +
    "never answered for, and root is given up once the device is open.",
    "With --interface it answers for the addresses of an interface, or for those that are named, prefixes and ranges too. The " +
    "kernel must leave its own addresses to it: with --take-over, or by your firewall.",
    "It ends at SIGINT or SIGTERM, prints what it did, and takes the device away.",
  ],
  options: RESPOND_OPTIONS,
  conflicts: [["tun", "interface"], ["tun", "take-over"], ["own-address", "interface"]],
  requires: [
    ["take-over", "interface"],
    ["step-after", "step"],
    ["reorder-by", "reorder"],
    ["icmp-error-ratio", "icmp-error"],
  ],
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    return { records: recordsOf("respond"), flags: {} };
  },
  exitCodes: [
    [0, "It was stopped, or its time was over"],
    [3, "The command line is wrong"],
    [4, "The system refused a device, or a file could not be written"],
  ],
  examples: [
    ["icmptime respond --tun 198.18.0.0/15", "131,069 hosts that are right"],
    ["icmptime respond --tun 198.18.0.0/24 --offset 2m --back 40ms", "wrong clocks far away"],
    ["icmptime respond --tun 198.18.0.0/24 --scenario hosts.json", "each host as you like"],
  ],
};
