/** The options of `clock`. */

import { FLAG_NAMES } from "../../../record/flags.ts";
import { CLOCK_METRICS, parseClockCondition } from "../../../run/clock/condition.ts";
import type { CommandSpec, OptionTable } from "../../options/option.ts";
import {
  GENERAL_OPTIONS,
  PACKET_OPTIONS,
  RUN_EXIT_CODES,
  SERIES_OUTPUT_OPTIONS,
  TARGET_OPTIONS,
  WAIT_OPTIONS,
} from "../../options/shared_options.ts";
import { choice, condition, duration, integer, number } from "../../options/values.ts";

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
    help: "Send a probe to each host every TIME; a number is seconds",
    group: "Probes",
    default: 50,
    defaultText: "50ms",
  },
  fast: {
    help: "Send the next probe as soon as the last is answered",
    group: "Probes",
  },
  ...WAIT_OPTIONS,
  until: {
    value: duration(0.001, DAY_MS),
    help: "End once the offset is this precise; exit with 1 if never",
    group: "Clock",
  },
  loop: { help: "Follow the clocks until interrupted", group: "Clock" },
  every: {
    value: duration(10, DAY_MS),
    help: "Print a line every TIME, with --loop",
    group: "Clock",
    default: 5000,
    defaultText: "5s",
  },
  "max-skew": {
    value: number("PPM", 0.001, 100_000),
    help: "Assume at most this rate error until replies show another",
    group: "Clock",
    default: 500,
  },
  via: {
    value: choice("MESSAGE", ["timestamp", "ip-option"]),
    help: "Send timestamp requests, or echo with IP Timestamp option",
    group: "Clock",
    default: "timestamp",
  },
  ...PACKET_OPTIONS,
  ...TARGET_OPTIONS,
  format: {
    value: choice("FORMAT", ["text", "json", "csv", "influx"]),
    help: "Print text, json, csv or influx",
    group: "Output",
    default: "text",
  },
  ...SERIES_OUTPUT_OPTIONS,
  "fail-if": {
    value: condition((text) => parseClockCondition(text, FLAG_NAMES), CLOCK_METRICS),
    help: "Exit with 5 if true for any clock, e.g. offset>100ms",
    group: "Output",
    repeatable: true,
  },
  quiet: { short: "q", help: "Print only the findings at the end", group: "Output" },
  numeric: { short: "n", help: "Print addresses instead of names", group: "Output" },
  verbose: { short: "v", help: "Print ICMP errors and unexpected packets", group: "Output" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime clock`: its usage, options, and the rules between them. */
export const CLOCK_COMMAND: CommandSpec<typeof CLOCK_OPTIONS> = {
  name: "clock",
  summary: "Measure the offset and rate of clocks, to microseconds",
  operands: "HOST...",
  completeOperand: "host",
  description: [
    "Sends probes at chosen fractions of a millisecond. Each remote timestamp is an interval one tick wide; the " +
    "intersection of all intervals gives the offset and rate of the remote clock: bounds that assume nothing about " +
    "the delays, and an estimate that assumes that the fastest probes took equally long in both directions.",
    "With several hosts, reports the time on which most of them agree (RFC 5905), which shows whether the local " +
    "clock is off.",
    "--until takes the spread of the estimate, or half the distance between the bounds where that is smaller.",
    "--fast sends no later than --interval. With --fast or --until, a host that has not replied within two seconds, or " +
    "--timeout where that is longer, is not asked any more.",
  ],
  options: CLOCK_OPTIONS,
  conflicts: [["loop", "count"], ["loop", "fast"]],
  requires: [["every", "loop"]],
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    const { FLAG_MEANINGS } = await import("../../../record/flags.ts");
    return { records: recordsOf("clock"), flags: FLAG_MEANINGS };
  },
  exitCodes: [
    [0, "The offset of every clock is known"],
    [1, "Some offset is unknown, or not as well known as --until asks"],
    ...RUN_EXIT_CODES.slice(2),
    [5, "Every offset is known, and a --fail-if condition is true"],
  ],
  examples: [
    ["icmptime clock 192.0.2.7", "send a hundred probes in five seconds"],
    ["icmptime clock --fast 192.0.2.7", "send them as fast as replies come"],
    ["icmptime clock --until 50us 192.0.2.7", "end at a precision of 50 µs"],
    ["icmptime clock --loop --json 192.0.2.7", "follow a clock, as JSON Lines"],
    ["icmptime clock 192.0.2.7 192.0.2.8 192.0.2.9", "compare clocks, and the local one"],
  ],
};
