/** The options of `clock`. */

import type { CommandSpec, OptionTable } from "../../option.ts";
import { GENERAL_OPTIONS, PACKET_OPTIONS } from "../../shared_options.ts";
import { choice, duration, integer, number, text } from "../../values.ts";

const DAY_MS = 86_400_000;

/** Table of the options of `clock`. */
export const CLOCK_OPTIONS = {
  count: {
    short: "c",
    value: integer("N", 1, Number.MAX_SAFE_INTEGER),
    help: "Send N probes to each host",
    group: "Probes",
    defaultText: "100, with --until 1000",
  },
  interval: {
    short: "i",
    value: duration(1, DAY_MS),
    help: "Time between two probes to one host; a bare number is seconds",
    group: "Probes",
    default: 50,
    defaultText: "50ms",
  },
  timeout: {
    short: "W",
    value: duration(0.001, DAY_MS),
    help: "How long a probe waits for its answer",
    group: "Probes",
    default: 1000,
    defaultText: "1s",
  },
  deadline: {
    short: "w",
    value: duration(0.001, 366 * DAY_MS),
    help: "End that long after the start, whatever is still out",
    group: "Probes",
  },
  until: {
    value: duration(0.001, DAY_MS),
    help:
      "End as soon as the estimate's spread, or half the distance of the bounds, is this small; exit code 1 if it never is",
    group: "Clock",
  },
  loop: { help: "Follow the clocks until interrupted, a line every --every", group: "Clock" },
  every: {
    value: duration(10, DAY_MS),
    help: "With --loop: time between two lines",
    group: "Clock",
    default: 5000,
    defaultText: "5s",
  },
  "max-skew": {
    value: number("PPM", 0.001, 100_000),
    help:
      "Largest rate error that is assumed of a remote clock, in ppm, until its replies show another",
    group: "Clock",
    default: 500,
  },
  via: {
    value: choice("WAY", ["timestamp", "ip-option"]),
    help:
      "Ask with ICMP Timestamp, or with the IP Timestamp option on an echo for hosts that do not answer that",
    group: "Clock",
    default: "timestamp",
  },
  ...PACKET_OPTIONS,
  file: {
    short: "f",
    value: text("FILE", "file"),
    help: "Read hosts from FILE too; - is standard input",
    group: "Targets",
    repeatable: true,
  },
  format: {
    value: choice("FORMAT", ["text", "json"]),
    help: "Form of the output",
    group: "Output",
    default: "text",
  },
  json: { help: "Short for --format json", group: "Output" },
  numeric: { short: "n", help: "Print addresses only, no names", group: "Output" },
  verbose: { short: "v", help: "Tell of refusals and of what is no answer", group: "Output" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** The command `clock`. */
export const CLOCK_COMMAND: CommandSpec<typeof CLOCK_OPTIONS> = {
  name: "clock",
  summary: "Measure how far the clocks of hosts are off, to microseconds",
  operands: "HOST...",
  completeOperand: "host",
  description: [
    "Sends probes at chosen fractions of a millisecond and takes each remote stamp as the interval that it is. What all " +
    "intervals have in common is the offset and the rate of the remote clock: hard bounds that assume nothing " +
    "about the ways out and back, and an estimate that assumes that the fastest of them take equally long.",
    "With several hosts, reports on which time most of them agree (RFC 5905), and so whether it is our own clock that is off.",
  ],
  options: CLOCK_OPTIONS,
  conflicts: [["loop", "count"]],
  requires: [["every", "loop"]],
  examples: [
    ["icmptime clock 192.0.2.7", "a hundred probes, five seconds"],
    ["icmptime clock --until 50us 192.0.2.7", "no longer than it takes"],
    ["icmptime clock --loop --json 192.0.2.7", "follow a clock, one JSON object a line"],
    ["icmptime clock 192.0.2.7 192.0.2.8 192.0.2.9", "compare clocks, and our own with them"],
  ],
};
