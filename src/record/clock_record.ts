/** Fields of the record of one remote clock. */

import type { ClockState } from "../clock/mod.ts";
import type { StampReading } from "../measurement/mod.ts";
import type { ClockEvent } from "../run/clock_event.ts";
import { formatTimeOfDay, MS_PER_DAY, msOfDay } from "../time/mod.ts";
import type { Field } from "./field.ts";
import { FLAG_NAMES } from "./flags.ts";
import {
  lossRatio,
  rounded,
  roundedDown,
  roundedUp,
  unixSeconds,
  when,
  who,
} from "./record_parts.ts";

const READINGS: readonly StampReading[] = [
  "standard",
  "high-bit",
  "little-endian",
  "ambiguous",
  "unreadable",
];

const QUARTER_HOUR_MS = 15 * 60_000;

/** A clock that is off by more than this may count from something else than midnight (RFC 1122 §3.2.2.8). */
const FAR_MS = 15 * 60_000;

/** A clock that is right but for its time zone is off by quarter hours, to within this. */
const ZONE_TOLERANCE_MS = 10_000;

/** The remote clock's time of day now, milliseconds since midnight UT; undefined when it is not known. */
export function remoteTimeOfDay({ state, nowNs }: ClockEvent): number | undefined {
  if (state.offsetMs === undefined) return undefined;
  const ms = msOfDay(nowNs) + state.offsetMs;
  return ((ms % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
}

/** Why no number is given, in a few words; undefined when one is. */
export function whyUndecided({ state, counters }: ClockEvent): string | undefined {
  if (state.undecided === "no reply yet" && counters.received > 0) return NO_TIME;
  return state.undecided;
}

const NO_TIME = "no reply carries a time that can be read";

/**
 * By how many minutes a clock that may show the local time of a time zone is off; undefined when its offset is no
 * whole number of quarter hours.
 */
export function zoneMinutes({ offsetMs }: ClockState): number | undefined {
  if (offsetMs === undefined) return undefined;
  const quarters = Math.round(offsetMs / QUARTER_HOUR_MS);
  const isZone = Math.abs(offsetMs - quarters * QUARTER_HOUR_MS) <= ZONE_TOLERANCE_MS;
  return isZone && quarters !== 0 ? quarters * 15 : undefined;
}

/** Whether a clock is off by so much that it may not show the time of day at all. */
export function isFar({ offsetMs }: ClockState): boolean {
  return Math.abs(offsetMs ?? 0) > FAR_MS;
}

/** A timescale that runs ahead of UTC by whole seconds. */
export interface Timescale {
  /** Its name. */
  readonly name: "TAI" | "GPS";
  /** How far it is ahead of UTC. */
  readonly seconds: number;
  /** It may be our clock that shows it, and the remote one UTC. */
  readonly isOurs: boolean;
}

/** Ahead of UTC since 2017-01-01 (IERS Bulletin C 52); the next leap second changes both. */
const TIMESCALES = [{ name: "TAI", seconds: 37 }, { name: "GPS", seconds: 18 }] as const;

/** Who keeps such a time keeps it well. */
const TIMESCALE_TOLERANCE_MS = 100;

/** The timescale that the remote clock may show, or ours; undefined when the offset is not that of one. */
export function timescale({ offsetMs }: ClockState): Timescale | undefined {
  if (offsetMs === undefined) return undefined;
  const found = TIMESCALES.find(({ seconds }) =>
    Math.abs(Math.abs(offsetMs) - seconds * 1000) <= TIMESCALE_TOLERANCE_MS
  );
  return found === undefined ? undefined : { ...found, isOurs: offsetMs < 0 };
}

/** Fields of `clock`. */
export const CLOCK_FIELDS: readonly Field<ClockEvent>[] = [
  ...who<ClockEvent>(({ target }) => target),
  when(
    "When this was known, and for when it holds, by the local clock",
    ({ baseUnixMs, nowNs }) => unixSeconds(baseUnixMs, nowNs),
  ),
  {
    name: "decidable",
    type: "boolean",
    description: "Whether offset, skew and their bounds are given",
    value: ({ state }) => state.decidable,
  },
  {
    name: "undecided",
    type: "string",
    optional: true,
    values: [
      "no reply yet",
      NO_TIME,
      "the stamp has not moved yet",
      "replies contradict each other",
      "the stamps do not keep time",
    ],
    description: "Why they are not",
    value: whyUndecided,
  },
  {
    name: "offset_ms",
    type: "number",
    optional: true,
    description:
      "Remote clock minus local clock, if the fastest ways out and back take equally long",
    value: ({ state }) => rounded(state.offsetMs),
  },
  {
    name: "spread_ms",
    type: "number",
    optional: true,
    description:
      "One standard deviation of that estimate, under the same assumption, as far as the bounds allow it",
    value: ({ state }) => rounded(state.spreadMs),
  },
  {
    name: "lower_ms",
    type: "number",
    optional: true,
    description: "The offset is not less than this, however long each way takes",
    value: ({ state }) => roundedDown(state.lowerMs),
  },
  {
    name: "upper_ms",
    type: "number",
    optional: true,
    description: "The offset is not more than this, however long each way takes",
    value: ({ state }) => roundedUp(state.upperMs),
  },
  {
    name: "skew_ppm",
    type: "number",
    optional: true,
    description: "Rate of the remote clock against the local one, minus one, in parts per million",
    value: ({ state }) => rounded(state.skewPpm),
  },
  {
    name: "skew_spread_ppm",
    type: "number",
    optional: true,
    description: "One standard deviation of that, under the same assumption",
    value: ({ state }) => rounded(state.skewSpreadPpm),
  },
  {
    name: "skew_lower_ppm",
    type: "number",
    optional: true,
    description: "The skew is not less than this",
    value: ({ state }) => roundedDown(state.skewLowerPpm),
  },
  {
    name: "skew_upper_ppm",
    type: "number",
    optional: true,
    description: "The skew is not more than this",
    value: ({ state }) => roundedUp(state.skewUpperPpm),
  },
  {
    name: "min_rtt_ms",
    type: "number",
    optional: true,
    description: "Shortest round trip of the replies in use",
    value: ({ state }) => state.minRttNs === undefined ? undefined : rounded(state.minRttNs / 1e6),
  },
  {
    name: "tick_ms",
    type: "number",
    description: "Remote tick, the step in which its stamps move",
    value: ({ state }) => rounded(state.tickMs),
  },
  {
    name: "tick_settled",
    type: "boolean",
    description: "Whether a coarser tick is ruled out; until then the bounds allow for one",
    value: ({ state }) => state.tickSettled,
  },
  {
    name: "remote_time",
    type: "string",
    optional: true,
    description:
      "What the remote clock shows at `time`: a time of day, in UTC if the host keeps to RFC 792",
    value: (event) => {
      const timeMs = remoteTimeOfDay(event);
      return timeMs === undefined ? undefined : formatTimeOfDay(timeMs);
    },
  },
  {
    name: "far",
    type: "boolean",
    description:
      "Whether the offset is more than 15 minutes: the stamps may count from another moment than midnight UT",
    value: ({ state }) => isFar(state),
  },
  {
    name: "zone_minutes",
    type: "integer",
    optional: true,
    description:
      "Where the offset is a whole number of quarter hours: so many minutes; perhaps local time instead of UT",
    value: ({ state }) => zoneMinutes(state),
  },
  {
    name: "sent",
    type: "integer",
    description: "Probes sent",
    value: ({ counters }) => counters.sent,
  },
  {
    name: "received",
    type: "integer",
    description: "Probes answered in time",
    value: ({ counters }) => counters.received,
  },
  {
    name: "lost",
    type: "integer",
    description: "Probes lost",
    value: ({ counters }) => counters.lost,
  },
  {
    name: "refused",
    type: "integer",
    description: "Probes that an ICMP error ended",
    value: ({ counters }) => counters.icmpErrors,
  },
  {
    name: "unsent",
    type: "integer",
    description: "Probes that the kernel did not take",
    value: ({ counters }) => counters.unsent,
  },
  {
    name: "pending",
    type: "integer",
    description: "Probes still out when the run ended",
    value: ({ counters }) => counters.pending,
  },
  lossRatio<ClockEvent>(({ counters }) => counters),
  {
    name: "unsent_error_code",
    type: "string",
    optional: true,
    description: "Name of the error for which the kernel last did not take a probe",
    value: ({ unsent }) => unsent?.code,
  },
  {
    name: "unsent_error",
    type: "string",
    optional: true,
    description: "That error in words",
    value: ({ unsent }) => unsent?.message,
  },
  {
    name: "icmp_error",
    type: "string",
    optional: true,
    description: "The last ICMP error that ended a probe",
    value: ({ icmpError }) => icmpError?.name,
  },
  {
    name: "icmp_error_from",
    type: "string",
    optional: true,
    description: "Address of the host that sent it",
    value: ({ icmpError }) => icmpError?.from,
  },
  {
    name: "probes",
    type: "integer",
    description: "Answers whose stamps could be read",
    value: ({ state }) => state.probes,
  },
  {
    name: "used",
    type: "integer",
    description: "Answers that the numbers rest on: since the last restart and within 15 minutes",
    value: ({ state }) => state.used,
  },
  {
    name: "shaping",
    type: "integer",
    description: "Answers whose bounds are the edges of what is possible",
    value: ({ state }) => state.shaping,
  },
  {
    name: "outliers",
    type: "integer",
    description: "Answers that contradicted the others, or themselves, and were left out",
    value: ({ state }) => state.outliers,
  },
  {
    name: "restarts",
    type: "strings",
    description:
      "Why and when the measurement began anew: reason, Unix time, change of the offset; a change of the path looks like one of the remote clock",
    value: ({ state, baseUnixMs }) =>
      state.restarts.map(({ reason, atNs, changeMs }) => {
        const at = unixSeconds(baseUnixMs, atNs).toFixed(3);
        return changeMs === undefined
          ? `${reason} at ${at}`
          : `${reason} at ${at} by ${changeMs.toFixed(3)} ms`;
      }),
  },
  {
    name: "reading",
    type: "string",
    optional: true,
    values: READINGS,
    description: "How the remote stamps in use were read",
    value: ({ reading }) => reading,
  },
  {
    name: "flags",
    type: "strings",
    values: FLAG_NAMES,
    description: "Everything odd about the replies, each once",
    value: ({ flags }) => flags,
  },
];
