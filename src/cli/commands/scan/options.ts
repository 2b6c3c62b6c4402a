/** The options of `scan`. Where zmap's users know a name, it is that name. */

import { SCAN_FORMATS, SCAN_RECORDS } from "../../../report/scan_reporter.ts";
import type { CommandSpec, OptionTable } from "../../option.ts";
import { GENERAL_OPTIONS, PACKET_OPTIONS } from "../../shared_options.ts";
import { bandwidth, hardwareAddress, probeRate, shard } from "./values.ts";
import { blocks, choice, duration, integer, text, words } from "../../values.ts";

const DAY_MS = 86_400_000;
const MAX = Number.MAX_SAFE_INTEGER;

/** Table of the options of `scan`. */
export const SCAN_OPTIONS = {
  file: {
    short: "f",
    value: text("FILE", "file"),
    help: "Read targets from FILE too; - is standard input",
    group: "Targets",
    repeatable: true,
  },
  exclude: {
    value: blocks(),
    help: "Leave these out: addresses, prefixes or ranges",
    group: "Targets",
    repeatable: true,
  },
  "exclude-file": {
    value: text("FILE", "file"),
    help: "Leave out the addresses, prefixes and ranges in FILE",
    group: "Targets",
    repeatable: true,
  },
  "include-reserved": {
    help: "Probe reserved blocks, multicast and this machine's own addresses too",
    group: "Targets",
  },
  "max-targets": {
    value: integer("N", 0, MAX),
    help: "Probe at most N addresses, over all shards together",
    group: "Targets",
  },
  rate: {
    short: "r",
    value: probeRate(),
    help: "Probes a second, evenly paced",
    group: "Scan",
    default: 10_000,
  },
  bandwidth: {
    short: "B",
    value: bandwidth(),
    help: "Bits a second on the wire, instead of --rate",
    group: "Scan",
  },
  "sender-threads": {
    short: "T",
    value: integer("N", 1, 16),
    help: "Send with N threads; more than one makes round-trip times coarser",
    group: "Scan",
    defaultText: "1, above 100k probes a second 2 for each of several processors, 8 at most",
  },
  "probes-per-target": {
    short: "P",
    value: integer("N", 1, 1000),
    help: "Go over all targets N times, a millisecond apart at least",
    group: "Scan",
    default: 1,
  },
  cooldown: {
    value: duration(0, DAY_MS),
    help: "How long to listen once the last probe has left",
    group: "Scan",
    default: 4000,
    defaultText: "4s",
  },
  seed: {
    value: integer("N", 0, MAX),
    help: "Seed of the order in which addresses are probed",
    group: "Scan",
    defaultText: "random",
  },
  shard: {
    value: shard(),
    help: "Scan part K of N; parts of one seed are disjoint and complete",
    group: "Scan",
    defaultText: "1/1",
  },
  checkpoint: {
    value: text("FILE", "file"),
    help: "Keep the place of the scan in FILE, once a second",
    group: "Scan",
  },
  resume: {
    value: text("FILE", "file"),
    help: "Go on at the place kept in FILE, and keep it there",
    group: "Scan",
  },
  "dry-run": { help: "Send nothing: show every packet with all its fields", group: "Scan" },
  pcap: {
    value: text("FILE", "file"),
    help: "With --dry-run: write the packets to FILE, for tshark and its kin",
    group: "Scan",
  },
  yes: {
    short: "y",
    help: "Scan addresses of the public Internet without asking back",
    group: "Scan",
  },
  "gateway-mac": {
    short: "G",
    value: hardwareAddress(),
    help: "Send every frame to that Ethernet address",
    group: "Packet",
    defaultText: "the gateway's",
  },
  "raw-socket": {
    help: "Let the kernel route each probe: slower, but firewall and IPsec see it",
    group: "Packet",
  },
  ...PACKET_OPTIONS,
  format: {
    value: choice("FORMAT", SCAN_FORMATS),
    help: "Form of the output: text is the addresses that answered",
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
  only: {
    value: choice("RECORD", SCAN_RECORDS),
    help: "Only such records: replied, refused or unsent",
    group: "Output",
    repeatable: true,
  },
  metadata: {
    value: text("FILE", "file"),
    help: "Write what was done to FILE, as one JSON object",
    group: "Output",
  },
  quiet: { short: "q", help: "No progress on standard error", group: "Output" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** The command `scan`. */
export const SCAN_COMMAND: CommandSpec<typeof SCAN_OPTIONS> = {
  name: "scan",
  summary: "Find the hosts of whole networks that tell their time",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Sends one ICMP Timestamp request to every address of the targets (addresses, prefixes such as 10.0.0.0/8, " +
    "ranges, names) in a random order, and prints the addresses that answer. Nothing is kept for a probe " +
    "under way: identifier and sequence are a keyed hash of the destination and the originate stamp, so a reply proves itself.",
    "Reserved blocks (the IANA registry, multicast) and this machine's own addresses are left out unless " +
    "--include-reserved; private, shared, loopback and link-local ones are scanned when a target lies wholly inside them. " +
    "A scan of the public Internet needs --yes. Ask first whom you probe.",
    "Where all targets lie behind one gateway on an Ethernet link, probes leave as frames through a packet socket, past the " +
    "firewall and IPsec of this machine, and replies are received in front of them; else, and with --raw-socket or --mark, as datagrams that the kernel routes. " +
    "The output names which.",
    "The exit code is 0 when every probe was sent and no reply was lost, 1 when the scan was interrupted or the " +
    "kernel refused probes, dropped replies or kept them back (firewall), 4 when something could not be written. A scan killed at any moment resumes with no address missing; what is probed twice is what left " +
    "within the cooldown and one second before the kill, or had not left a slow link's queue by then.",
  ],
  options: SCAN_OPTIONS,
  conflicts: [
    ["bandwidth", "rate"],
    ["checkpoint", "resume"],
    ["gateway-mac", "raw-socket"],
    ["gateway-mac", "mark"],
    ["metadata", "dry-run"],
    ["checkpoint", "dry-run"],
    ["json", "dry-run"],
    ["format", "dry-run"],
    ["fields", "dry-run"],
    ["only", "dry-run"],
  ],
  requires: [["pcap", "dry-run"]],
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    const { SCAN_FLAG_MEANINGS } = await import("../../../record/scan_record.ts");
    return { records: recordsOf("scan"), flags: SCAN_FLAG_MEANINGS };
  },
  examples: [
    ["icmptime scan 10.0.0.0/16", "who in a private network answers"],
    ["icmptime scan --json --rate 50k -f blocks.txt", "all that is known of each reply"],
    ["icmptime scan --seed 7 --shard 2/8 10.0.0.0/8", "one of eight machines that share a scan"],
    ["icmptime scan --dry-run --pcap probes.pcap 192.168.1.0/28", "see the packets, send none"],
  ],
};
