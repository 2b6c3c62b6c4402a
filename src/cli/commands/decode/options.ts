/** The options of `decode`. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import { GENERAL_OPTIONS, OUTPUT_OPTIONS, WAIT_OPTIONS } from "../../options/shared_options.ts";
import { choice, unixTime } from "../../options/values.ts";

/** Table of the options of `decode`. */
export const DECODE_OPTIONS = {
  at: {
    value: unixTime(),
    help: "Read timestamps as taken at TIME",
    group: "Packet",
    defaultText: "now, or the capture's time",
  },
  timeout: {
    short: "W",
    value: WAIT_OPTIONS.timeout.value,
    help: "Wait this long for the reply to a request",
    group: "Captures",
    defaultText: "that of the run with --write, else 1s",
  },
  "captured-at": {
    value: choice("PLACE", ["client", "server", "path"]),
    help: "Read captures as made at the client, server or between",
    group: "Captures",
    defaultText: "found out",
  },
  clock: { help: "Print the offset and rate of each clock, as clock does", group: "Captures" },
  packets: { help: "List every ICMP packet instead of pairing them", group: "Captures" },
  quiet: { short: "q", help: "Print the summary only", group: "Output" },
  verbose: { short: "v", help: "Print all stamps, and what answers no request", group: "Output" },
  timestamps: { short: "D", help: "Print the UNIX time before each line", group: "Output" },
  teach: { help: "Explain every field of each packet of a capture", group: "Output" },
  json: OUTPUT_OPTIONS.json,
  format: {
    value: choice("FORMAT", ["text", "json"]),
    help: "Print text or json",
    group: "Output",
    default: "text",
  },
  fields: OUTPUT_OPTIONS.fields,
  "list-fields": OUTPUT_OPTIONS["list-fields"],
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime decode`: its usage, options, and the rules between them. */
export const DECODE_COMMAND: CommandSpec<typeof DECODE_OPTIONS> = {
  name: "decode",
  summary: "Explain a timestamp, a packet or a capture",
  operands: "WHAT...",
  completeOperand: "file",
  description: [
    "Reads a number as every kind of timestamp that hosts send, the likeliest first. Names every field of a packet " +
    "given as hexadecimal digits (from tcpdump -x, xxd or Wireshark, with or without link-layer header). Pairs the " +
    "requests and replies of a capture file (pcap or pcapng, also gzipped) and prints what a live ping would. WHAT is a number, digits, a file, or - for " +
    "standard input. Needs no privileges and no network.",
  ],
  options: DECODE_OPTIONS,
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    const { FLAG_MEANINGS } = await import("../../../record/flags.ts");
    return { records: recordsOf("decode"), flags: FLAG_MEANINGS };
  },
  conflicts: [["clock", "packets"]],
  exitCodes: [
    [0, "Everything was decoded"],
    [1, "A file or packet is broken; the rest is printed"],
    [3, "The command line is wrong, or a word cannot be decoded"],
    [4, "The output cannot be written"],
  ],
  examples: [
    ["icmptime decode 42694656", "explain a timestamp"],
    ["icmptime decode --at 2026-11-27T11:51:34Z 0x028b77c0", "explain it as of that time"],
    ["tcpdump -xr day.pcap icmp | icmptime decode -", "explain packets from their octets"],
    ["icmptime decode day.pcap", "pair the requests and replies of a capture"],
    ["icmptime decode --packets --teach day.pcap", "explain each of its packets"],
  ],
};
