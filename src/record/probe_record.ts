/**
 * The one list of output fields.
 *
 * Every format reads it, docs/output.md is made from it, and the names are what outside programs rely
 * on: a field may be added, none may be renamed. Readers must ignore keys that they do not know.
 */

import type { StampReading } from "../measurement/mod.ts";
import { formatAddress } from "../packet/mod.ts";
import { wholeMsOfDay } from "../time/mod.ts";
import type { IcmpErrorEvent, ReplyEvent, TimeoutEvent, UnsentEvent } from "../run/event.ts";
import { type Field, nsToMs } from "./field.ts";
import { FLAG_NAMES } from "./flags.ts";
import { rounded, roundedDown, roundedUp, unixSeconds, when, who } from "./record_parts.ts";

export { END_FIELDS, RUN_FIELDS, SCHEMA_VERSION, SUMMARY_FIELDS } from "./run_record.ts";

/** Ways to read the remote stamps. */
export const READINGS: readonly StampReading[] = [
  "standard",
  "high-bit",
  "little-endian",
  "ambiguous",
  "unreadable",
];

function sequence<S>(read: (source: S) => number): Field<S> {
  return {
    name: "sequence",
    type: "integer",
    description:
      "ICMP sequence number, 0 to 65535; a target's first is random, the next ones follow it",
    value: read,
  };
}

function identifier<S>(read: (source: S) => number): Field<S> {
  return {
    name: "identifier",
    type: "integer",
    description: "ICMP identifier, 0 to 65535; each target has its own, new in each run",
    value: read,
  };
}

function number<S>(read: (source: S) => number): Field<S> {
  return {
    name: "probe",
    type: "integer",
    description: "Number of the probe among those of its target, from 0; it does not wrap",
    value: read,
  };
}

/** Fields of `reply`. */
export const REPLY_FIELDS: readonly Field<ReplyEvent>[] = [
  ...who<ReplyEvent>((event) => event.probe.target),
  when(
    "Arrival of the reply",
    (event) => unixSeconds(event.baseUnixMs, event.reply.receivedAt.realtimeNs),
  ),
  number((event) => event.probe.index),
  sequence((event) => event.probe.sequence),
  identifier((event) => event.probe.identifier),
  {
    name: "ttl",
    type: "integer",
    description: "Time to live of the reply",
    value: (event) => event.reply.header.ttl,
  },
  {
    name: "length_bytes",
    type: "integer",
    description: "Length of the ICMP message of the reply",
    value: (event) => event.reply.lengthBytes,
  },
  {
    name: "rtt_ms",
    type: "number",
    description: "Round-trip time by the local clock, from stamp_at of the run on",
    value: (event) => nsToMs(event.reply.rttNs),
  },
  {
    name: "queue_ms",
    type: "number",
    optional: true,
    description:
      "How long the probe waited in this machine's own queue before the driver took it, by the kernel's stamps",
    value: ({ probe: { queueNs } }) => queueNs === undefined ? undefined : nsToMs(queueNs),
  },
  {
    name: "stamp_source",
    type: "string",
    values: ["kernel", "user"],
    description: "kernel when both local stamps of this probe are the kernel's, else user",
    value: ({ probe, reply }) =>
      probe.sentAt.source === "kernel" && reply.receivedAt.source === "kernel" ? "kernel" : "user",
  },
  {
    name: "originate_ms",
    type: "integer",
    optional: true,
    description: "Originate stamp in the reply, raw, milliseconds since midnight UT",
    value: (event) => event.reply.stamps?.originateMs,
  },
  {
    name: "receive_ms",
    type: "integer",
    optional: true,
    description: "Receive stamp, raw",
    value: (event) => event.reply.stamps?.receiveMs,
  },
  {
    name: "transmit_ms",
    type: "integer",
    optional: true,
    description: "Transmit stamp, raw",
    value: (event) => event.reply.stamps?.transmitMs,
  },
  {
    name: "arrival_ms",
    type: "integer",
    description: "Arrival of the reply by the local clock, milliseconds since midnight UT",
    value: (event) => wholeMsOfDay(event.reply.receivedAt.realtimeNs),
  },
  {
    name: "out_ms",
    type: "number",
    optional: true,
    description:
      "Delay of the way out plus clock offset, the middle of an interval one remote tick wide",
    value: (event) => roundedMiddle(event.reply.measurement?.out),
  },
  {
    name: "back_ms",
    type: "number",
    optional: true,
    description:
      "Delay of the way back minus clock offset, the middle of an interval one remote tick wide",
    value: (event) => roundedMiddle(event.reply.measurement?.back),
  },
  {
    name: "offset_ms",
    type: "number",
    optional: true,
    description: "Remote clock minus local clock, the middle of its bounds",
    value: (event) => roundedMiddle(event.reply.measurement?.offset),
  },
  {
    name: "offset_lower_ms",
    type: "number",
    optional: true,
    description: "The offset is not less than this, whatever the two delays are",
    value: (event) => roundedDown(event.reply.measurement?.offset?.lowerMs),
  },
  {
    name: "offset_upper_ms",
    type: "number",
    optional: true,
    description: "The offset is not more than this, whatever the two delays are",
    value: (event) => roundedUp(event.reply.measurement?.offset?.upperMs),
  },
  {
    name: "out_change_ms",
    type: "number",
    optional: true,
    description: "Delay of the way out above its running minimum: free of the clock offset",
    value: (event) => rounded(event.change?.outMs),
  },
  {
    name: "back_change_ms",
    type: "number",
    optional: true,
    description: "Delay of the way back above its running minimum: free of the clock offset",
    value: (event) => rounded(event.change?.backMs),
  },
  {
    name: "reading",
    type: "string",
    optional: true,
    values: READINGS,
    description: "How the remote stamps were read",
    value: (event) => event.reply.measurement?.reading,
  },
  {
    name: "flags",
    type: "strings",
    values: FLAG_NAMES,
    description: "Everything odd about the reply; empty for an ordinary one",
    value: (event) => event.flags,
  },
];

/** Fields of `refused`. */
export const ICMP_ERROR_FIELDS: readonly Field<IcmpErrorEvent>[] = [
  ...who<IcmpErrorEvent>((event) => event.outcome.probe.target),
  when(
    "Arrival of the ICMP error",
    (event) => unixSeconds(event.baseUnixMs, event.outcome.receivedAt.realtimeNs),
  ),
  number((event) => event.outcome.probe.index),
  sequence((event) => event.outcome.probe.sequence),
  identifier((event) => event.outcome.probe.identifier),
  {
    name: "reporter",
    type: "string",
    description: "Host that sent the ICMP error",
    value: (event) => formatAddress(event.outcome.reporter),
  },
  {
    name: "icmp_type",
    type: "integer",
    description: "ICMP type of the error",
    value: (event) => event.outcome.error.type,
  },
  {
    name: "icmp_code",
    type: "integer",
    description: "ICMP code of the error",
    value: (event) => event.outcome.error.code,
  },
  {
    name: "error",
    type: "string",
    description: "The error in words",
    value: (event) => event.outcome.error.name,
  },
  {
    name: "rtt_ms",
    type: "number",
    description: "Time from the probe to the ICMP error, by the local clock",
    value: (event) => nsToMs(event.outcome.rttNs),
  },
];

/** Fields of `timeout`. */
export const TIMEOUT_FIELDS: readonly Field<TimeoutEvent>[] = [
  ...who<TimeoutEvent>((event) => event.probe.target),
  when(
    "Departure of the probe",
    (event) => unixSeconds(event.baseUnixMs, event.probe.sentAt.realtimeNs),
  ),
  number((event) => event.probe.index),
  sequence((event) => event.probe.sequence),
  identifier((event) => event.probe.identifier),
  {
    name: "still_queued",
    type: "boolean",
    optional: true,
    description:
      "true where the probe had not left this machine: its own queue held it still, or had dropped it",
    value: (event) => event.isQueued ? true : undefined,
  },
];

/** Fields of `unsent`. */
export const UNSENT_FIELDS: readonly Field<UnsentEvent>[] = [
  ...who<UnsentEvent>((event) => event.outcome.target),
  when(
    "When the kernel refused",
    (event) => unixSeconds(event.baseUnixMs, event.outcome.at.realtimeNs),
  ),
  number((event) => event.outcome.index),
  sequence((event) => event.outcome.sequence),
  {
    name: "syscall",
    type: "string",
    description: "System call that failed",
    value: (event) => event.outcome.error.syscall,
  },
  {
    name: "code",
    type: "string",
    description: "Name of the error, such as ENETUNREACH",
    value: (event) => event.outcome.error.code,
  },
  {
    name: "error",
    type: "string",
    description: "The error in words",
    value: (event) => event.outcome.error.message,
  },
];

function roundedMiddle(interval: { readonly valueMs: number } | undefined): number | undefined {
  return rounded(interval?.valueMs);
}
