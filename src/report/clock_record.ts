/** Fields of the records of `clock`: one for each remote clock, one for what they say together. */

import type { ClockState, Consensus } from "../clock/mod.ts";
import { formatAddress } from "../packet/mod.ts";
import type { ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../target/target.ts";
import { formatTimeOfDay, MS_PER_DAY, msOfDay } from "../time/mod.ts";
import { type Field, nsToMs, roundMs } from "./field.ts";

/** What is known of one remote clock. */
export interface ClockEvent {
  /** The host. */
  readonly target: Target;
  /** What the tracker says. */
  readonly state: ClockState;
  /** What became of the probes. */
  readonly counters: ProbeCounters;
  /** Remarks on its replies, each once. */
  readonly flags: readonly string[];
  /** How its stamps were read; undefined before a reply. */
  readonly reading: string | undefined;
  /** Our realtime now, nanoseconds since the base. */
  readonly nowNs: number;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/** What several hosts say together. */
export interface ConsensusEvent {
  /** The intersection of their bounds. */
  readonly consensus: Consensus;
}

/** The remote clock's time of day now, milliseconds since midnight UT; undefined when it is not known. */
export function remoteTimeOfDay({ state, nowNs }: ClockEvent): number | undefined {
  if (state.offsetMs === undefined) return undefined;
  const ms = msOfDay(nowNs) + state.offsetMs;
  return ((ms % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
}

/** A number of milliseconds to the microsecond; bounds are rounded outwards by their callers. */
function ms(
  read: (state: ClockState) => number | undefined,
): (event: ClockEvent) => number | undefined {
  return ({ state }) => {
    const value = read(state);
    return value === undefined ? undefined : roundMs(value);
  };
}

function ppm(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1e3) / 1e3;
}

/** Fields of `clock`. */
export const CLOCK_FIELDS: readonly Field<ClockEvent>[] = [
  {
    name: "target",
    type: "string",
    description: "The target as the user wrote it",
    value: ({ target }) => target.label,
  },
  {
    name: "address",
    type: "string",
    description: "IPv4 address of the target",
    value: ({ target }) => formatAddress(target.address),
  },
  {
    name: "time",
    type: "number",
    description: "When this was known, Unix time in seconds by the local clock",
    value: ({ baseUnixMs, nowNs }) => Math.round((baseUnixMs / 1e3 + nowNs / 1e9) * 1e6) / 1e6,
  },
  {
    name: "decidable",
    type: "boolean",
    description: "Whether offset, skew and their bounds are given",
    value: ({ state }) => state.decidable,
  },
  {
    name: "undecided",
    type: "string",
    description: "Why they are not",
    value: ({ state }) => state.undecided,
  },
  {
    name: "offset_ms",
    type: "number",
    description:
      "Remote clock minus local clock, if the fastest ways out and back take equally long",
    value: ms((state) => state.offsetMs),
  },
  {
    name: "spread_ms",
    type: "number",
    description: "One standard deviation of that estimate, under the same assumption",
    value: ms((state) => state.spreadMs),
  },
  {
    name: "lower_ms",
    type: "number",
    description: "The offset is not less than this, however long each way takes",
    value: ({ state }) =>
      state.lowerMs === undefined ? undefined : Math.floor(state.lowerMs * 1e3) / 1e3,
  },
  {
    name: "upper_ms",
    type: "number",
    description: "The offset is not more than this, however long each way takes",
    value: ({ state }) =>
      state.upperMs === undefined ? undefined : Math.ceil(state.upperMs * 1e3) / 1e3,
  },
  {
    name: "skew_ppm",
    type: "number",
    description: "Rate of the remote clock against the local one, minus one, in parts per million",
    value: ({ state }) => ppm(state.skewPpm),
  },
  {
    name: "skew_lower_ppm",
    type: "number",
    description: "The skew is not less than this",
    value: ({ state }) => ppm(state.skewLowerPpm),
  },
  {
    name: "skew_upper_ppm",
    type: "number",
    description: "The skew is not more than this",
    value: ({ state }) => ppm(state.skewUpperPpm),
  },
  {
    name: "min_rtt_ms",
    type: "number",
    description: "Shortest round trip of the replies in use",
    value: ({ state }) => state.minRttNs === undefined ? undefined : nsToMs(state.minRttNs),
  },
  {
    name: "tick_ms",
    type: "number",
    description: "Remote tick, the step in which its stamps move",
    value: ({ state }) => state.tickMs,
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
    description: "What the remote clock shows at `time`, time of day in UTC",
    value: (event) => {
      const timeMs = remoteTimeOfDay(event);
      return timeMs === undefined ? undefined : formatTimeOfDay(timeMs);
    },
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
    description: "Answers that contradicted the others and were left out",
    value: ({ state }) => state.outliers,
  },
  {
    name: "restarts",
    type: "strings",
    description: "Why and when the measurement began anew: reason, Unix time, change of the offset",
    value: ({ state, baseUnixMs }) =>
      state.restarts.map(({ reason, atNs, changeMs }) => {
        const at = (baseUnixMs / 1e3 + atNs / 1e9).toFixed(3);
        return changeMs === undefined
          ? `${reason} at ${at}`
          : `${reason} at ${at} by ${changeMs.toFixed(3)} ms`;
      }),
  },
  {
    name: "reading",
    type: "string",
    description:
      "How the remote stamps were read: standard, high-bit, little-endian, ambiguous, unreadable",
    value: ({ reading }) => reading,
  },
  {
    name: "flags",
    type: "strings",
    description: "Everything odd about the replies, each once",
    value: ({ flags }) => flags,
  },
];

/** Fields of `consensus`. */
export const CONSENSUS_FIELDS: readonly Field<ConsensusEvent>[] = [
  {
    name: "hosts",
    type: "integer",
    description: "Hosts whose clocks were decided",
    value: ({ consensus }) => consensus.hosts,
  },
  {
    name: "agreeing",
    type: "integer",
    description: "The largest number of hosts whose bounds meet",
    value: ({ consensus }) => consensus.agreeing,
  },
  {
    name: "majority",
    type: "boolean",
    description: "Whether those are more than half, and at least two",
    value: ({ consensus }) => consensus.majority,
  },
  {
    name: "lower_ms",
    type: "number",
    description:
      "True time is ahead of the local clock by not less than this, if the majority is right",
    value: ({ consensus }) => Math.floor(consensus.lowerMs * 1e3) / 1e3,
  },
  {
    name: "upper_ms",
    type: "number",
    description:
      "True time is ahead of the local clock by not more than this, if the majority is right",
    value: ({ consensus }) => Math.ceil(consensus.upperMs * 1e3) / 1e3,
  },
  {
    name: "local_clock",
    type: "string",
    description: "right, off or unknown",
    value: ({ consensus }) => consensus.localClock,
  },
  {
    name: "falsetickers",
    type: "strings",
    description: "Hosts whose bounds do not meet the agreement",
    value: ({ consensus }) => consensus.falsetickers,
  },
];
