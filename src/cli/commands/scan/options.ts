/** The options of `scan`. Where zmap's users know a name, it is that name. */

import { SCAN_FORMATS, SCAN_RECORDS } from "../../../report/scan_reporter.ts";
import type { CommandSpec, OptionTable } from "../../options/option.ts";
import {
  GENERAL_OPTIONS,
  OUTPUT_OPTIONS,
  PACKET_OPTIONS,
  RUN_EXIT_CODES,
  TARGET_OPTIONS,
} from "../../options/shared_options.ts";
import {
  bandwidth,
  hardwareAddress,
  probeRate,
  recordFilter,
  shard,
  sourceRange,
  targetLimit,
} from "./values.ts";
import { choice, duration, integer, text } from "../../options/values.ts";
import { LIMIT_OPTIONS, REPORT_OPTIONS } from "./limit_options.ts";

const DAY_MS = 86_400_000;
const MAX = Number.MAX_SAFE_INTEGER;

/** Table of the options of `scan`. */
export const SCAN_OPTIONS = {
  ...TARGET_OPTIONS,
  "include-reserved": {
    help: "Probe reserved, multicast and local addresses too",
    group: "Targets",
  },
  "max-targets": {
    short: "n",
    value: targetLimit(),
    help: "Probe at most N addresses, over all shards",
    group: "Targets",
  },
  rate: {
    short: "r",
    value: probeRate(),
    help: "Send N probes a second, evenly spaced",
    group: "Scan",
    default: 10_000,
  },
  bandwidth: {
    short: "B",
    value: bandwidth(),
    help: "Send this many bits a second, instead of --rate",
    group: "Scan",
  },
  "sender-threads": {
    short: "T",
    value: integer("N", 1, 16),
    help: "Send with N threads; more than one blurs round-trip times",
    group: "Scan",
    defaultText: "1; above 100k a second 2 per processor, at most 8",
  },
  "probes-per-target": {
    short: "P",
    value: integer("N", 1, 1000),
    help: "Probe each target N times, at least 1 ms apart",
    group: "Scan",
    default: 1,
  },
  ...LIMIT_OPTIONS,
  cooldown: {
    value: duration(0, DAY_MS),
    help: "Listen this long after the last probe",
    group: "Scan",
    default: 4000,
    defaultText: "4s",
  },
  seed: {
    value: integer("N", 0, MAX),
    help: "Set the seed of the order of addresses",
    group: "Scan",
    defaultText: "random",
  },
  shard: {
    value: shard(),
    help: "Scan part K of N; parts with the same seed are disjoint",
    group: "Scan",
    defaultText: "1/1",
  },
  checkpoint: {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Write the position to FILE, once a second",
    group: "Scan",
  },
  resume: {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Continue at the position in FILE, and update it",
    group: "Scan",
  },
  config: {
    short: "C",
    value: text("FILE", "file"),
    fileUse: "read",
    help: "Take options from FILE too, one a line",
    group: "Scan",
  },
  "dry-run": { help: "Print every packet with its fields, send none", group: "Scan" },
  pcap: {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Write the packets of --dry-run to FILE",
    group: "Scan",
  },
  verify: {
    help: "Check that metadata files are all shards of one scan",
    group: "Scan",
  },
  yes: {
    short: "y",
    help: "Confirm a scan of public Internet addresses",
    group: "Scan",
  },
  "source-ip": {
    short: "S",
    value: sourceRange(),
    help: "Send from these addresses, at most 64; each target from one",
    group: "Packet",
    defaultText: "as routed",
  },
  "gateway-mac": {
    short: "G",
    value: hardwareAddress(),
    help: "Send every frame to this Ethernet address",
    group: "Packet",
    defaultText: "the gateway's",
  },
  "raw-socket": {
    help: "Let the kernel route probes: slower, with firewall and IPsec",
    group: "Packet",
  },
  ...PACKET_OPTIONS,
  format: {
    value: choice("FORMAT", SCAN_FORMATS),
    help: "Print text (the addresses that replied), json or csv",
    group: "Output",
    default: "text",
  },
  ...OUTPUT_OPTIONS,
  only: {
    value: choice("RECORD", SCAN_RECORDS),
    help: "Print only these records: reply, icmp_error or unsent",
    group: "Output",
    repeatable: true,
  },
  "output-filter": {
    value: recordFilter(),
    help: "Print records that it is true for, e.g. rtt_ms<50 && !flags",
    group: "Output",
  },
  metadata: {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Write a summary of the scan to FILE, as one JSON object",
    group: "Output",
  },
  ...REPORT_OPTIONS,
  quiet: { short: "q", help: "Print no progress on standard error", group: "Output" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** Options that mean something beside `--verify`: with every other one a scan was meant. */
const WITH_VERIFY: ReadonlySet<string> = new Set(["verify", "quiet", "yes", "color"]);

/** `icmptime scan`: its usage, options, and the rules between them. */
export const SCAN_COMMAND: CommandSpec<typeof SCAN_OPTIONS> = {
  name: "scan",
  summary: "Find the hosts in whole networks that answer",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Sends one ICMP Timestamp request to every address of the targets (addresses, prefixes such as 10.0.0.0/8, " +
    "ranges, names) in pseudo-random order, in constant memory, and prints the addresses that reply. Replies are " +
    "validated statelessly: identifier and sequence are a keyed hash of the destination and the originate timestamp.",
    "With --echo it sends echo requests, with the same proof in identifier, sequence and payload, and prints no clocks.",
    "Reserved blocks (the IANA registry, multicast) and this machine's own addresses are left out, unless " +
    "--include-reserved is given; private, shared, loopback and link-local addresses are scanned when a target lies " +
    "wholly inside them. A scan of the public Internet needs --yes. Get permission before you scan networks of others.",
    "Where all targets lie behind one gateway on an Ethernet link, probes are sent as frames through a packet " +
    "socket, past the firewall and IPsec of this machine. Otherwise, and with --raw-socket or --mark, the kernel " +
    "routes them. The output says which.",
    "--output-filter takes comparisons of fields (--list-fields) with >, <, >=, <=, = and !=, names of flags, &&, ||, ! " +
    "and parentheses. What a record does not have is unknown, and what is unknown is not printed.",
    "A scan that was killed resumes with no address missing; the addresses probed within the cooldown and one second " +
    "before the kill are probed twice.",
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
    ...(Object.keys(SCAN_OPTIONS) as (keyof typeof SCAN_OPTIONS)[])
      .filter((name) => !WITH_VERIFY.has(name)).map((name) => ["verify", name] as const),
    ["output-filter", "dry-run"],
    ["status-updates-file", "dry-run"],
  ],
  requires: [["pcap", "dry-run"], ["notes", "metadata"], ["user-metadata", "metadata"]],
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    const { SCAN_FLAG_MEANINGS } = await import("../../../record/scan_record.ts");
    return { records: recordsOf("scan"), flags: SCAN_FLAG_MEANINGS };
  },
  exitCodes: [
    [0, "Every probe that the limits allow was sent, no reply was lost"],
    [1, "Interrupted, or probes or replies were lost on this machine"],
    ...RUN_EXIT_CODES.slice(2),
  ],
  examples: [
    ["icmptime scan 10.0.0.0/16", "scan a private network"],
    ["icmptime scan --json --rate 50k -f blocks.txt", "print all fields of each reply"],
    ["icmptime scan --seed 7 --shard 2/8 10.0.0.0/8", "scan one of eight parts"],
    ["icmptime scan --verify meta-*.json", "check that nothing is missing"],
    ["icmptime scan --dry-run --pcap probes.pcap 192.168.1.0/28", "print the packets, send none"],
  ],
};
