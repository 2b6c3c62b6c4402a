/** Options that say how every host behaves: its clock, its treatment of messages, the path to it. */

import {
  IDENTIFICATIONS,
  LONG_REPLIES,
  ODD_CODE_REPLIES,
  SOURCES_OF_TIME,
  TAMPERINGS,
  UNITS,
} from "../../../respond/behaviour.ts";
import { ICMP_ERROR_NAMES } from "../../../respond/icmp_error_names.ts";
import { LIKES } from "../../../respond/likes.ts";
import type { BehaviourChange } from "../../../respond/scenario.ts";
import type { OptionTable, OptionValue, Parsed } from "../../options/option.ts";
import { hostValue, readMs, readNumber, readRatio, readZone } from "./values.ts";

const time = (key: string) => hostValue(key, "TIME", readMs, "a time such as 200ms or 1.5s");
const offset = (key: string) => hostValue(key, "TIME", readMs, "a time such as 200ms or -1.5s");
const ratio = (key: string) => hostValue(key, "RATIO", readRatio, "a ratio such as 0.02 or 2%");
const numberOf = (key: string, metavar: string) =>
  hostValue(key, metavar, readNumber, "a number such as 50 or -0.5");

function word(key: string, metavar: string, words: readonly string[]) {
  return hostValue(key, metavar, (text) => text, words.join(", "), words);
}

function list(key: string, metavar: string, words: readonly string[]) {
  const value = hostValue(key, metavar, (text) => text.split(","), words.join(", "), words);
  return { ...value, isList: true };
}

const ANSWERS = ["timestamp", "echo", "none"] as const;

/** Which questions are answered. */
function answers(): OptionValue<BehaviourChange> {
  return {
    metavar: "WHAT,...",
    complete: ANSWERS,
    isList: true,
    parse(text) {
      const words = text.split(",");
      const isKnown = words.every((each) => ANSWERS.some((answer) => answer === each));
      if (!isKnown || (words.includes("none") && words.length > 1)) {
        throw new RangeError("expected timestamp, echo, both, or none");
      }
      return {
        answersTimestamp: words.includes("timestamp"),
        answersEcho: words.includes("echo"),
      };
    },
  };
}

/** Table of these options. */
export const HOST_OPTIONS = {
  like: {
    value: word("like", "SYSTEM", [...LIKES.keys()]),
    help: "Behave as this system does",
    group: "Hosts",
  },
  answers: { value: answers(), help: "Answer only these kinds of requests", group: "Hosts" },
  ttl: { value: numberOf("ttl", "N"), help: "Set the time to live of replies", group: "Hosts" },
  "checksum-lazy": { help: "Answer requests with a wrong checksum", group: "Hosts" },
  "odd-code": {
    value: word("odd_code", "WHAT", ODD_CODE_REPLIES),
    help: "Treat ICMP codes other than 0 so: silent, zero, same",
    group: "Hosts",
    defaultText: "silent",
  },
  long: {
    value: word("long", "WHAT", LONG_REPLIES),
    help: "Treat longer messages so: cut, return, silent",
    group: "Hosts",
    defaultText: "cut",
  },
  "copies-tos": { help: "Return the type of service of the request", group: "Hosts" },
  "dont-fragment": { help: "Set the don't-fragment bit of replies", group: "Hosts" },
  identification: {
    value: word("identification", "HOW", IDENTIFICATIONS),
    help: "Set the identification: counter, random, zero",
    group: "Hosts",
    defaultText: "counter",
  },
  tamper: {
    value: list("tampers", "WHAT,...", TAMPERINGS),
    help: "Send replies with these parts wrong",
    group: "Hosts",
  },
  "icmp-error": {
    value: word("icmp_error", "NAME", Object.keys(ICMP_ERROR_NAMES)),
    help: "Send an ICMP error instead of a reply",
    group: "Hosts",
  },
  "icmp-error-ratio": {
    value: ratio("icmp_error_ratio"),
    help: "Send it for this share of requests",
    group: "Hosts",
    defaultText: "1",
  },
  "host-rate": {
    value: numberOf("rate_pps", "PPS"),
    help: "Limit each host to this many replies a second",
    group: "Hosts",
  },
  offset: { value: offset("offset_ms"), help: "Shift every clock", group: "Clock" },
  skew: {
    value: numberOf("skew_ppm", "PPM"),
    help: "Run every clock faster by parts per million",
    group: "Clock",
  },
  step: { value: offset("step_ms"), help: "Step every clock once", group: "Clock" },
  "step-after": {
    value: time("step_after_ms"),
    help: "Step it this long after the start",
    group: "Clock",
    defaultText: "0s",
  },
  tick: { value: time("tick_ms"), help: "Advance clocks in steps of this length", group: "Clock" },
  zone: {
    value: hostValue("utc_offset_minutes", "ZONE", readZone, "an offset from UTC such as +5:45"),
    help: "Show local time, such as +5:45",
    group: "Clock",
  },
  unit: {
    value: word("unit", "UNIT", UNITS),
    help: "Count another unit than milliseconds of the day",
    group: "Clock",
    defaultText: "ms-of-day",
  },
  uptime: {
    value: time("uptime_ms"),
    help: "Start the uptime at this value",
    group: "Clock",
    defaultText: "two weeks",
  },
  shows: {
    value: word("shows", "WHAT", SOURCES_OF_TIME),
    help: "Show this in the timestamps",
    group: "Clock",
    defaultText: "clock",
  },
  "little-endian": { help: "Send timestamps in the opposite octet order", group: "Clock" },
  "high-bit": { help: "Set the high-order bit of timestamps", group: "Clock" },
  "swapped-halves": { help: "Send 16 bits alone, in the high half", group: "Clock" },
  "separate-stamps": { help: "Read the clock twice for a reply", group: "Clock" },
  out: { value: time("out_ms"), help: "Delay requests", group: "Path" },
  "out-jitter": {
    value: time("out_jitter_ms"),
    help: "Delay requests more, exponential with this mean",
    group: "Path",
  },
  processing: {
    value: time("processing_ms"),
    help: "Wait between receive and transmit",
    group: "Path",
  },
  back: { value: time("back_ms"), help: "Delay replies", group: "Path" },
  "back-jitter": {
    value: time("back_jitter_ms"),
    help: "Delay replies more, exponential with this mean",
    group: "Path",
  },
  "loss-out": {
    value: ratio("loss_out_ratio"),
    help: "Drop this share of requests",
    group: "Path",
  },
  "loss-back": {
    value: ratio("loss_back_ratio"),
    help: "Drop this share of replies",
    group: "Path",
  },
  duplicate: {
    value: ratio("duplicate_ratio"),
    help: "Send this share of replies twice",
    group: "Path",
  },
  reorder: {
    value: ratio("reorder_ratio"),
    help: "Hold back this share of replies",
    group: "Path",
  },
  "reorder-by": {
    value: time("reorder_ms"),
    help: "Hold them back this long",
    group: "Path",
    defaultText: "10ms",
  },
} as const satisfies OptionTable;

/** The switches among them. */
const SWITCHES = {
  "checksum-lazy": { checksumLazy: true },
  "copies-tos": { copiesTos: true },
  "dont-fragment": { dontFragment: true },
  "little-endian": { littleEndian: true },
  "high-bit": { highBit: true },
  "swapped-halves": { swappedHalves: true },
  "separate-stamps": { separateStamps: true },
} as const satisfies Partial<Record<keyof typeof HOST_OPTIONS, BehaviourChange>>;

/** What the options change in every host. `like` comes first in the table: the others change what it says. */
export function readHostOptions(options: Parsed<typeof HOST_OPTIONS>): BehaviourChange {
  const changes = (Object.keys(HOST_OPTIONS) as (keyof typeof HOST_OPTIONS)[]).map((name) => {
    const value = options[name];
    if (typeof value !== "boolean") return value;
    return value ? SWITCHES[name as keyof typeof SWITCHES] : undefined;
  });
  return Object.assign({}, ...changes);
}
