/** The options of `trace`. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import {
  GENERAL_OPTIONS,
  OUTPUT_OPTIONS,
  PACKET_OPTIONS,
  RUN_EXIT_CODES,
  TARGET_OPTIONS,
  WAIT_OPTIONS,
} from "../../options/shared_options.ts";
import { choice, integer, number } from "../../options/values.ts";

/** Table of the options of `trace`. */
export const TRACE_OPTIONS = {
  "max-ttl": {
    value: integer("N", 1, 255),
    help: "Probe at most this many hops",
    group: "Probes",
    default: 30,
  },
  queries: {
    short: "q",
    value: integer("N", 1, 100),
    help: "Send this many probes of each kind to each hop",
    group: "Probes",
    default: 3,
  },
  paths: { help: "Look for other paths, with 8 flows", group: "Probes" },
  rate: {
    value: number("PPS", 0.001, 1_000_000),
    help: "Send at most this many probes a second",
    group: "Probes",
    default: 2000,
  },
  ...WAIT_OPTIONS,
  ...TARGET_OPTIONS,
  interface: PACKET_OPTIONS.interface,
  mark: PACKET_OPTIONS.mark,
  format: {
    value: choice("FORMAT", ["text", "json", "csv"]),
    help: "Print text, json or csv",
    group: "Output",
    default: "text",
  },
  ...OUTPUT_OPTIONS,
  numeric: { short: "n", help: "Print addresses instead of names", group: "Output" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime trace`: its usage, options, and the rules between them. */
export const TRACE_COMMAND: CommandSpec<typeof TRACE_OPTIONS> = {
  name: "trace",
  summary: "Find out why no timestamp reply comes, and from where",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Sends echo requests, timestamp requests and echo requests with an IP Timestamp option to each target, and echo and " +
    "timestamp requests that expire at hop 1, 2, 3 and so on. All of these have the same addresses, identifier and ICMP " +
    "checksum, so that load balancers keep them on one path (Paris traceroute). A path ends at the target, or after " +
    "five silent hops. Then the routers themselves are asked.",
    "The first line about a target is the verdict: it answers, ignores timestamp requests, or they are dropped, " +
    "refused or limited, and where. The table has one line a hop: loss, best and median round-trip time of both kinds " +
    "(echo first), and the clock of a router that answers timestamp requests.",
  ],
  options: TRACE_OPTIONS,
  exitCodes: [
    [0, "Every target answers timestamp requests"],
    [1, "Some target does not"],
    ...RUN_EXIT_CODES.slice(2),
  ],
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    return { records: recordsOf("trace"), flags: {} };
  },
  examples: [
    ["icmptime trace 192.0.2.7", "filtered, down or ignoring, and where?"],
    ["icmptime trace -n --paths 192.0.2.7", "all paths, without names"],
    ["icmptime trace --json 192.0.2.7", "a record for each hop, then the verdict"],
  ],
};
