/** The options of `decode`. */

import type { CommandSpec, OptionTable } from "../../option.ts";
import { choice, unixTime } from "../../values.ts";

/** Table of the options of `decode`. */
export const DECODE_OPTIONS = {
  at: {
    value: unixTime(),
    help: "When the timestamps were taken (now, or the capture's time)",
    group: "Packet",
  },
  teach: { help: "Explain every field of each packet of a capture", group: "Output" },
  json: { help: "Write JSON Lines (the same as --format json)", group: "Output" },
  format: {
    value: choice("FORMAT", ["text", "json"]),
    help: "Form of the output",
    group: "Output",
    default: "text",
  },
  help: { short: "h", help: "Print this help", group: "General" },
} as const satisfies OptionTable;

/** The command `decode`. */
export const DECODE_COMMAND: CommandSpec<typeof DECODE_OPTIONS> = {
  name: "decode",
  summary: "Say what a timestamp, a packet or a capture means",
  operands: "WHAT...",
  completeOperand: "file",
  description: [
    "Reads a number as every kind of timestamp that hosts answer with, the likeliest first; names every field of a " +
    "packet given as hexadecimal digits (of tcpdump -x, xxd, Wireshark, a program, with or without link-layer " +
    "header); lists the ICMP packets of a capture file (pcap, pcapng, also gzipped). WHAT is a number, digits, a " +
    "file, or - for standard input. Needs no privileges and no network.",
    "Ends with 0, with 1 when a file or packet is broken (what could be read is printed), with 3 for what is none of " +
    "these.",
  ],
  options: DECODE_OPTIONS,
  examples: [
    ["icmptime decode 42694656", "what a timestamp says"],
    ["icmptime decode --at 2026-11-27T11:51:34Z 0x028b77c0", "what it said at that time"],
    ["tcpdump -xr day.pcap icmp | icmptime decode -", "explain packets from their octets"],
    ["icmptime decode day.pcap", "list the ICMP packets of a capture"],
  ],
};
