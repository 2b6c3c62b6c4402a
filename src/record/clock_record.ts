/** Fields of the record of one remote clock. */

import {
  type ClockState,
  isFar,
  remoteTimeOfDay,
  UNDECIDED_REASONS,
  undecidedReason,
  zoneMinutes,
} from "../clock/mod.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import { formatTimeOfDay } from "../time/mod.ts";
import type { Field } from "./field.ts";
import { FLAG_NAMES } from "./flags.ts";
import { flags, offset, reading } from "./measured_fields.ts";
import {
  probeCounts,
  rounded,
  roundedDown,
  roundedUp,
  unixSeconds,
  when,
  who,
} from "./shared_fields.ts";
import { rttMinMs, tickMs } from "./summary_record.ts";

/** A zone of local time, in minutes. */
export function utcOffsetMinutes<S>(
  read: (source: S) => number | undefined,
  note: string,
): Field<S> {
  return {
    name: "utc_offset_minutes",
    type: "integer",
    description: "Zone whose local time may be shown: minutes ahead of UTC",
    note,
    value: read,
  };
}

/** A number that is given only for a decided clock. */
function decided(
  name: string,
  description: string,
  read: (state: ClockState) => number | undefined,
): Field<ClockEvent> {
  return { name, type: "number", optional: true, description, value: ({ state }) => read(state) };
}

/** A count of answers. */
function answers(
  name: string,
  description: string,
  read: (state: ClockState) => number,
): Field<ClockEvent> {
  return { name, type: "integer", description, value: ({ state }) => read(state) };
}

/** A word about what kept probes from being answered. */
function trouble(
  name: string,
  description: string,
  value: (event: ClockEvent) => string | undefined,
): Field<ClockEvent> {
  return { name, type: "string", optional: true, description, value };
}

/** Fields of a `clock` record, in the order of its columns. */
export const CLOCK_FIELDS: readonly Field<ClockEvent>[] = [
  ...who<ClockEvent>(({ target }) => target),
  when(
    "when this was known, and for when it holds",
    ({ baseUnixMs, nowNs }) => unixSeconds(baseUnixMs, nowNs),
  ),
  {
    name: "is_decided",
    type: "boolean",
    description: "Whether offset, skew and their bounds are given",
    value: ({ state }) => state.decidable,
  },
  {
    name: "undecided_reason",
    type: "string",
    optional: true,
    values: UNDECIDED_REASONS,
    description: "Why offset, skew and their bounds are not given",
    value: ({ state, counters }) => undecidedReason(state, counters.received),
  },
  ...offset<ClockEvent>(
    ({ state: { offsetMs: valueMs, lowerMs, upperMs } }) => ({ valueMs, lowerMs, upperMs }),
    { value: "if the fastest ways out and back take equally long" },
  ),
  decided(
    "offset_stddev_ms",
    "One standard deviation of the offset's estimate, under the same assumption, as far as the bounds allow it",
    (state) => rounded(state.spreadMs),
  ),
  decided(
    "skew_ppm",
    "Rate of the remote clock against the local one, minus one, in parts per million",
    (state) => rounded(state.skewPpm),
  ),
  decided(
    "skew_lower_ppm",
    "The skew is not less than this",
    (state) => roundedDown(state.skewLowerPpm),
  ),
  decided(
    "skew_upper_ppm",
    "The skew is not more than this",
    (state) => roundedUp(state.skewUpperPpm),
  ),
  decided(
    "skew_stddev_ppm",
    "One standard deviation of the skew's estimate, under the same assumption",
    (state) => rounded(state.skewSpreadPpm),
  ),
  rttMinMs<ClockEvent>(
    ({ state: { minRttNs } }) => minRttNs === undefined ? undefined : minRttNs / 1e6,
    "of the replies in use",
  ),
  tickMs<ClockEvent>(({ state }) => state.tickMs, "1 until a coarser one is found"),
  {
    name: "is_tick_settled",
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
    value: ({ state, nowNs }) => {
      const timeMs = remoteTimeOfDay(state, nowNs);
      return timeMs === undefined ? undefined : formatTimeOfDay(timeMs);
    },
  },
  {
    name: "is_far_off",
    type: "boolean",
    description:
      "Whether the offset is more than 15 minutes: the timestamps may count from another moment than midnight UT",
    value: ({ state }) => isFar(state),
  },
  {
    ...utcOffsetMinutes<ClockEvent>(
      ({ state }) => zoneMinutes(state),
      "where the offset is a whole number of quarter hours",
    ),
    optional: true,
  },
  ...probeCounts<ClockEvent>(({ counters }) => counters),
  trouble(
    "unsent_error_code",
    "Name of the system's error for which the kernel last did not take a probe",
    ({ unsent }) => unsent?.code,
  ),
  trouble(
    "unsent_error",
    "The error for which the kernel last did not take a probe, in words",
    ({ unsent }) => unsent?.message,
  ),
  trouble(
    "icmp_error",
    "The last ICMP error that ended a probe, in words",
    ({ icmpError }) => icmpError?.name,
  ),
  trouble(
    "icmp_error_reporter",
    "Host that sent the last ICMP error that ended a probe",
    ({ icmpError }) => icmpError?.from,
  ),
  answers("samples", "Answers whose timestamps could be read", (state) => state.probes),
  answers(
    "samples_used",
    "Answers that the numbers rest on: since the last restart and within 15 minutes",
    (state) => state.used,
  ),
  answers(
    "edge_samples",
    "Answers whose bounds are the edges of what is possible",
    (state) => state.shaping,
  ),
  answers(
    "outliers",
    "Answers that contradicted the others, or themselves, and were left out",
    (state) => state.outliers,
  ),
  {
    name: "restarts",
    type: "strings",
    description:
      "Why and when the measurement restarted: reason, Unix time, change of the offset; a change of the path looks like one of the remote clock",
    value: ({ state, baseUnixMs }) =>
      state.restarts.map(({ reason, atNs, changeMs }) => {
        const at = unixSeconds(baseUnixMs, atNs).toFixed(3);
        return changeMs === undefined
          ? `${reason} at ${at}`
          : `${reason} at ${at} by ${changeMs.toFixed(3)} ms`;
      }),
  },
  reading<ClockEvent>((event) => event.reading, "those in use"),
  flags<ClockEvent>(FLAG_NAMES, (event) => event.flags, "of all replies, each once"),
];
