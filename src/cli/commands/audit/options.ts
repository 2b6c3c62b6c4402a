/** The options of `audit`. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import {
  GENERAL_OPTIONS,
  PACKET_OPTIONS,
  RUN_EXIT_CODES,
  SERIES_OUTPUT_OPTIONS,
  TARGET_OPTIONS,
  WAIT_OPTIONS,
} from "../../options/shared_options.ts";
import { probeRate } from "../scan/values.ts";
import { choice, duration, integer, text } from "../../options/values.ts";

const DAY_MS = 86_400_000;

/** Table of the options of `audit`. */
export const AUDIT_OPTIONS = {
  "max-offset": {
    value: duration(0.1, DAY_MS / 2),
    help: "Take a clock for right up to this offset",
    group: "Clock",
    default: 1000,
    defaultText: "1s",
  },
  aliases: {
    value: duration(1000, DAY_MS),
    optionalValue: "60s",
    help: "Follow clocks for TIME to find addresses of one machine",
    group: "Clock",
  },
  rounds: {
    value: integer("N", 2, 100),
    help: "Send every question at most N times to each host",
    group: "Probes",
    default: 3,
  },
  rate: {
    short: "r",
    value: probeRate(),
    help: "Send at most N probes a second",
    group: "Probes",
    default: 10_000,
  },
  ...WAIT_OPTIONS,
  checkpoint: {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Write to FILE what is found, once a second",
    group: "Probes",
  },
  resume: {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Continue the audit in FILE, and update it",
    group: "Probes",
  },
  ...TARGET_OPTIONS,
  "include-reserved": {
    help: "Probe reserved addresses of blocks too",
    group: "Targets",
  },
  yes: {
    short: "y",
    help: "Confirm an audit of public Internet blocks",
    group: "Targets",
  },
  reverse: { help: "Print the names of addresses", group: "Targets" },
  ttl: PACKET_OPTIONS.ttl,
  interface: PACKET_OPTIONS.interface,
  mark: PACKET_OPTIONS.mark,
  compare: {
    value: text("FILE", "file"),
    fileUse: "read-log",
    help: "Print what changed since the --json output in FILE",
    group: "Output",
  },
  all: { help: "Print the hosts that are right too", group: "Output" },
  verbose: {
    short: "v",
    help: "Print how each host answers, and its likely system",
    group: "Output",
  },
  format: {
    value: choice("FORMAT", ["text", "json", "csv", "influx", "prometheus", "markdown"]),
    help: "Print text, json, csv, influx, prometheus or markdown",
    group: "Output",
    default: "text",
  },
  ...SERIES_OUTPUT_OPTIONS,
  html: {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Write an HTML page to FILE too",
    group: "Output",
  },
  numeric: { short: "n", help: "Print addresses instead of names", group: "Output" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime audit`: its usage, options, and the rules between them. */
export const AUDIT_COMMAND: CommandSpec<typeof AUDIT_OPTIONS> = {
  name: "audit",
  summary: "Find the clocks that are wrong or odd, and who answers",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Finds out which targets answer timestamp requests (CVE-1999-0524), and asks each of them in seven ways: as " +
    "usual, with timestamps far from the time of day, with a wrong checksum, an odd code, more octets, and a type of " +
    "service. The answers show how a host counts time, and so whether its clock is right.",
    "A clock is wrong when no offset within its bounds is within --max-offset. Bounds are at least as wide as the " +
    "round trip. Hosts that are right are counted, and printed with --all.",
    "Below 5ms the clocks that this leaves open are followed for five seconds, as clock does. With --aliases all are, " +
    "to find addresses whose clocks agree in offset and rate: probably one machine (Kohno, Broido, Claffy 2005).",
    "A host that is silent costs three probes within two seconds. In blocks those that answer are found as by scan, in " +
    "pseudo-random order, and asked meanwhile; silent addresses are only counted. Addresses of up to 65,536 are probed up to " +
    "three times, those of larger blocks once. Reserved blocks and this machine's own addresses are left out, and " +
    "public blocks need --yes, as in scan.",
    "An audit that was killed goes on with --resume and the same words: hosts that were judged are not asked again, and " +
    "are part of the result.",
  ],
  options: AUDIT_OPTIONS,
  conflicts: [["checkpoint", "resume"], ["aliases", "checkpoint"], ["aliases", "resume"]],
  exitCodes: [
    [0, "Every target that answers is right, and every target named answers"],
    [1, "Some clock is wrong or shows no time, or a target named is silent"],
    ...RUN_EXIT_CODES.slice(2),
  ],
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    return { records: recordsOf("audit"), flags: {} };
  },
  examples: [
    ["icmptime audit 10.0.0.0/24", "which clocks of a network are wrong?"],
    ["icmptime audit -f hosts.txt --max-offset 100ms", "a list of hosts, within 100 ms"],
    ["icmptime audit --aliases 10.0.0.0/24", "which addresses are one machine?"],
    ["icmptime audit --html audit.html 10.0.0.0/24", "a page for manager and auditor"],
    ["icmptime audit --json 10.0.0.0/24", "one record for each host"],
  ],
};
