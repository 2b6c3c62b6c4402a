/** The keys of a host in a scenario: their types and ranges, and which part of its behaviour each one sets. */

import {
  type Behaviour,
  IDENTIFICATIONS,
  LONG_REPLIES,
  ODD_CODE_REPLIES,
  SOURCES_OF_TIME,
  TAMPERINGS,
  UNITS,
} from "./behaviour.ts";
import { ICMP_ERROR_NAMES, parseIcmpError } from "./icmp_error_names.ts";
import { LIKES } from "./likes.ts";
import type { BehaviourChange } from "./scenario.ts";

const DAY_MS = 86_400_000;
/** Far enough for any wrong clock, and exact to the microsecond. */
const MAX_OFFSET_MS = 36_525 * DAY_MS;
/** Longest delay: what waits is held in memory. */
export const MAX_DELAY_MS = 3_600_000;

/** Thrown for a value that a key cannot have; the message says what is expected. */
export class ValueError extends Error {}

/** A key. */
export interface BehaviourField {
  /** What it sets, one line. */
  readonly meaning: string;
  /** What it takes, in words. */
  readonly expected: string;
  /** Reads the JSON value; throws a {@linkcode ValueError} without a message of its own. */
  readonly read: (value: unknown) => BehaviourChange;
}

function field(
  meaning: string,
  expected: string,
  read: (value: unknown) => BehaviourChange | undefined,
): BehaviourField {
  return {
    meaning,
    expected,
    read(value) {
      const change = read(value);
      if (change === undefined) throw new ValueError(`expected ${expected}`);
      return change;
    },
  };
}

type KeyOf<T> = { [K in keyof Behaviour]: Behaviour[K] extends T ? K : never }[keyof Behaviour];

function numberOf(
  key: KeyOf<number>,
  meaning: string,
  min: number,
  max: number,
  isWhole = false,
): BehaviourField {
  const kind = isWhole ? "a whole number" : "a number";
  return field(meaning, `${kind} from ${min} to ${max}`, (value) => {
    const fits = typeof value === "number" && value >= min && value <= max &&
      (!isWhole || Number.isInteger(value));
    return fits ? { [key]: value } : undefined;
  });
}

const ratioOf = (key: KeyOf<number>, meaning: string) => numberOf(key, meaning, 0, 1);
const delayOf = (key: KeyOf<number>, meaning: string) => numberOf(key, meaning, 0, MAX_DELAY_MS);

function truthOf(key: KeyOf<boolean>, meaning: string): BehaviourField {
  return field(meaning, "true or false", (value) => {
    return typeof value === "boolean" ? { [key]: value } : undefined;
  });
}

function wordOf(key: keyof Behaviour, meaning: string, words: readonly string[]): BehaviourField {
  return field(meaning, `one of ${words.join(", ")}`, (value) => {
    return words.some((word) => word === value) ? { [key]: value } : undefined;
  });
}

function readTampers(value: unknown): BehaviourChange | undefined {
  if (!Array.isArray(value)) return undefined;
  const tampers = TAMPERINGS.filter((word) => value.includes(word));
  return tampers.length === value.length ? { tampers } : undefined;
}

function readIcmpError(value: unknown): BehaviourChange | undefined {
  if (value === null) return { icmpError: undefined };
  const icmpError = typeof value === "string" ? parseIcmpError(value) : undefined;
  return icmpError === undefined ? undefined : { icmpError };
}

function readLike(value: unknown): BehaviourChange | undefined {
  return typeof value === "string" ? LIKES.get(value) : undefined;
}

/** All keys in the order in which they are documented. `like` comes first: the others change what it says. */
export const BEHAVIOUR_FIELDS: Readonly<Record<string, BehaviourField>> = {
  like: field(
    "treats messages as this system does",
    `one of ${[...LIKES.keys()].join(", ")}`,
    readLike,
  ),
  answers_timestamp: truthOf("answersTimestamp", "answers timestamp requests"),
  answers_echo: truthOf("answersEcho", "answers echo requests"),
  shows: wordOf("shows", "where its timestamps come from", SOURCES_OF_TIME),
  unit: wordOf("unit", "what its timestamps count", UNITS),
  offset_ms: numberOf(
    "offsetMs",
    "its clock minus ours at the start",
    -MAX_OFFSET_MS,
    MAX_OFFSET_MS,
  ),
  skew_ppm: numberOf("skewPpm", "how much faster than ours its clock runs", -500_000, 500_000),
  step_ms: numberOf("stepMs", "how far its clock is stepped once", -MAX_OFFSET_MS, MAX_OFFSET_MS),
  step_after_ms: numberOf("stepAfterMs", "when, after the start", 0, 366 * DAY_MS),
  tick_ms: numberOf("tickMs", "step in which its clock advances", 0.001, DAY_MS),
  utc_offset_minutes: numberOf("utcOffsetMinutes", "local time that it shows", -1440, 1440),
  uptime_ms: numberOf("uptimeMs", "what an uptime shows at the start", 0, 2 ** 32 - 1),
  little_endian: truthOf("littleEndian", "timestamps in the opposite octet order"),
  high_bit: truthOf("highBit", "timestamps with the high-order bit set"),
  swapped_halves: truthOf("swappedHalves", "low 16 bits alone, in the high half"),
  separate_stamps: truthOf("separateStamps", "receive and transmit are read separately"),
  checksum_lazy: truthOf("checksumLazy", "answers a wrong ICMP checksum"),
  odd_code: wordOf("oddCode", "reply to an ICMP code other than 0", ODD_CODE_REPLIES),
  long: wordOf("long", "what becomes of octets after the message", LONG_REPLIES),
  copies_tos: truthOf("copiesTos", "reply with the type of service of the request"),
  ttl: numberOf("ttl", "time to live of replies", 1, 255, true),
  dont_fragment: truthOf("dontFragment", "replies with the don't-fragment bit"),
  identification: wordOf("identification", "IPv4 identification of replies", IDENTIFICATIONS),
  tampers: field(
    "what is wrong with its replies",
    `a list of ${TAMPERINGS.join(", ")}`,
    readTampers,
  ),
  out_ms: delayOf("outMs", "delay to the host"),
  out_jitter_ms: delayOf("outJitterMs", "mean of an exponential delay on top"),
  processing_ms: delayOf("processingMs", "time from receive to transmit"),
  back_ms: delayOf("backMs", "delay from the host"),
  back_jitter_ms: delayOf("backJitterMs", "mean of an exponential delay on top"),
  loss_out_ratio: ratioOf("lossOutRatio", "share of requests that are lost"),
  loss_back_ratio: ratioOf("lossBackRatio", "share of replies that are lost"),
  duplicate_ratio: ratioOf("duplicateRatio", "share of replies that come twice"),
  reorder_ratio: ratioOf("reorderRatio", "share of replies that are held back"),
  reorder_ms: delayOf("reorderMs", "how long they are held back"),
  rate_pps: numberOf("ratePps", "requests a second that it answers", 0.001, 10_000_000),
  icmp_error: field(
    "ICMP error sent instead of a reply",
    `one of ${Object.keys(ICMP_ERROR_NAMES).join(", ")}, a type and code such as 3/10, or null`,
    readIcmpError,
  ),
  icmp_error_ratio: ratioOf("icmpErrorRatio", "share of requests to which it is sent"),
};
