/** Records of single probes of `ping`: `reply`, `icmp_error`, `timeout` and `unsent`. */

import type { IcmpErrorEvent, ReplyEvent, TimeoutEvent, UnsentEvent } from "../run/event.ts";
import { type Field, nsToMs } from "./field.ts";
import { FLAG_NAMES } from "./flags.ts";
import {
  arrivalMs,
  flags,
  icmpErrorFields,
  offset,
  reading,
  rttMs,
  systemErrorFields,
  timestamps,
  ttl,
} from "./measured_fields.ts";
import {
  identifier,
  probeIndex,
  rounded,
  sequence,
  unixSeconds,
  when,
  who,
} from "./shared_fields.ts";

/** Fields of a `reply` record, in the order of its columns. */
export const REPLY_FIELDS: readonly Field<ReplyEvent>[] = [
  ...who<ReplyEvent>((event) => event.probe.target),
  when(
    "arrival of the reply",
    (event) => unixSeconds(event.baseUnixMs, event.reply.receivedAt.realtimeNs),
  ),
  probeIndex((event) => event.probe.index),
  sequence((event) => event.probe.sequence),
  identifier((event) => event.probe.identifier),
  ttl((event) => event.reply.header.ttl),
  {
    name: "length_bytes",
    type: "integer",
    description: "Length of the ICMP message of the reply",
    value: (event) => event.reply.lengthBytes,
  },
  rttMs((event) => event.reply.rttNs / 1e6, "from stamp_at of the run on"),
  {
    name: "queue_ms",
    type: "number",
    optional: true,
    description:
      "How long the probe waited in this machine's own queue before the driver took it, by the kernel's stamps",
    value: ({ probe: { queueNs } }) => queueNs === undefined ? undefined : nsToMs(queueNs),
  },
  stampSource<ReplyEvent>(
    ({ probe, reply }) =>
      probe.sentAt.source === "kernel" && reply.receivedAt.source === "kernel" ? "kernel" : "user",
    "kernel when both stamps of this probe are the kernel's",
  ),
  ...timestamps<ReplyEvent>((event) => event.reply.stamps, true),
  arrivalMs((event) => event.reply.receivedAt.realtimeNs),
  {
    name: "out_ms",
    type: "number",
    optional: true,
    description: "Delay out plus clock offset, the middle of an interval one remote tick wide",
    value: (event) => rounded(event.reply.measurement?.out?.valueMs),
  },
  {
    name: "back_ms",
    type: "number",
    optional: true,
    description: "Delay back minus clock offset, the middle of an interval one remote tick wide",
    value: (event) => rounded(event.reply.measurement?.back?.valueMs),
  },
  ...offset<ReplyEvent>((event) => event.reply.measurement?.offset, {
    value: "the middle of the bounds",
  }),
  {
    name: "out_change_ms",
    type: "number",
    optional: true,
    description: "Delay out above its running minimum: free of the clock offset",
    value: (event) => rounded(event.change?.outMs),
  },
  {
    name: "back_change_ms",
    type: "number",
    optional: true,
    description: "Delay back above its running minimum: free of the clock offset",
    value: (event) => rounded(event.change?.backMs),
  },
  reading((event) => event.reply.measurement?.reading),
  flags(FLAG_NAMES, (event) => event.flags),
];

/** Who takes the local stamps, `kernel` or `user`. */
export function stampSource<S>(value: (source: S) => string, note: string): Field<S> {
  return {
    name: "stamp_source",
    type: "string",
    values: ["kernel", "user"],
    description: "Source of the local stamps",
    note,
    value,
  };
}

/** Fields of an `icmp_error` record, in the order of its columns. */
export const ICMP_ERROR_FIELDS: readonly Field<IcmpErrorEvent>[] = [
  ...who<IcmpErrorEvent>((event) => event.outcome.probe.target),
  when(
    "arrival of the ICMP error",
    (event) => unixSeconds(event.baseUnixMs, event.outcome.receivedAt.realtimeNs),
  ),
  probeIndex((event) => event.outcome.probe.index),
  sequence((event) => event.outcome.probe.sequence),
  identifier((event) => event.outcome.probe.identifier),
  ...icmpErrorFields<IcmpErrorEvent>(({ outcome: { reporter, error } }) => ({
    reporter,
    type: error.type,
    code: error.code,
    name: error.name,
  })),
  rttMs((event) => event.outcome.rttNs / 1e6),
];

/** Fields of a `timeout` record, in the order of its columns. */
export const TIMEOUT_FIELDS: readonly Field<TimeoutEvent>[] = [
  ...who<TimeoutEvent>((event) => event.probe.target),
  when(
    "departure of the probe",
    (event) => unixSeconds(event.baseUnixMs, event.probe.sentAt.realtimeNs),
  ),
  probeIndex((event) => event.probe.index),
  sequence((event) => event.probe.sequence),
  identifier((event) => event.probe.identifier),
  {
    name: "is_still_queued",
    type: "boolean",
    optional: true,
    description:
      "true where the probe had not left this machine: its own queue held it still, or had dropped it",
    value: (event) => event.isQueued ? true : undefined,
  },
];

/** Fields of an `unsent` record, in the order of its columns. */
export const UNSENT_FIELDS: readonly Field<UnsentEvent>[] = [
  ...who<UnsentEvent>((event) => event.outcome.target),
  when(
    "when the kernel refused the probe",
    (event) => unixSeconds(event.baseUnixMs, event.outcome.at.realtimeNs),
  ),
  probeIndex((event) => event.outcome.index),
  sequence((event) => event.outcome.sequence),
  ...systemErrorFields<UnsentEvent>(({ outcome: { error } }) => error),
];
