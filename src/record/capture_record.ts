/** Records of captures that `decode` pairs: those of a live `ping`, with the client that asked. */

import { formatAddress } from "../packet/address.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import type { EndInfo, RunInfo } from "../run/event.ts";
import type { TargetSummary } from "../run/target_statistics.ts";
import type { Target } from "../targets/target.ts";
import type { ClockTables } from "./clock_form.ts";
import { CLOCK_FIELDS } from "./clock_record.ts";
import { roundedDown } from "./shared_fields.ts";
import type { Field } from "./field.ts";
import type { RecordTables } from "./json_reporter.ts";
import { ICMP_ERROR_FIELDS, REPLY_FIELDS, TIMEOUT_FIELDS } from "./probe_record.ts";
import { END_FIELDS, RUN_FIELDS } from "./run_record.ts";
import { SUMMARY_FIELDS } from "./summary_record.ts";

const CAPTURE_POINTS = ["client", "server", "path"] as const;

/** Fields of a run's record that only a run has. */
const LIVE_FIELDS: ReadonlySet<string> = new Set([
  ...["targets", "message", "count", "interval_ms", "identifier", "socket"],
  ...["stamp_source", "stamp_at"],
]);

/** The client that asks a target. */
export function clientField<S>(target: (source: S) => Target): Field<S> {
  return {
    name: "client",
    type: "string",
    optional: true,
    description: "In a capture: IPv4 address of the client that asks the target",
    value: (source) => {
      const { client } = target(source);
      return client === undefined ? undefined : formatAddress(client);
    },
  };
}

/** Where a capture was taken. */
export function capturedAt<S>(
  value: (source: S) => string | undefined,
  note: string,
): Field<S> {
  return {
    name: "captured_at",
    type: "string",
    optional: true,
    values: CAPTURE_POINTS,
    description:
      "Where the capture was taken: at the client, at the server (the target), or on the path between them. Round-trip times " +
      "and offsets are as seen from there",
    note,
    value,
  };
}

/** Adds the client behind the address of the target. */
export function withClient<S>(
  fields: readonly Field<S>[],
  target: (source: S) => Target,
): readonly Field<S>[] {
  const place = fields.findIndex(({ name }) => name === "address") + 1;
  return [...fields.slice(0, place), clientField(target), ...fields.slice(place)];
}

/** Fields of a `run` record, in the order of its columns. */
export const CAPTURE_RUN_FIELDS: readonly Field<RunInfo>[] = [
  ...RUN_FIELDS.filter(({ name }) => !LIVE_FIELDS.has(name)),
  {
    name: "source_file",
    type: "string",
    optional: true,
    description: "Name of the capture file",
    value: ({ source }) => source,
  },
  capturedAt<RunInfo>((run) => run.capturedAt, "as --captured-at says; absent without it"),
];

/** Fields of an `end` record, in the order of its columns. */
export const CAPTURE_END_FIELDS: readonly Field<EndInfo>[] = [
  ...END_FIELDS,
  {
    name: "packets",
    type: "integer",
    optional: true,
    description: "Packets of the capture, of any kind",
    value: ({ capture }) => capture?.packets,
  },
  {
    name: "copies",
    type: "integer",
    optional: true,
    description:
      "Packets that were captured again on another link or with a lower time to live; each counts once",
    value: ({ capture }) => capture?.copies,
  },
];

/** Fields of a `summary` record, in the order of its columns. */
export const CAPTURE_SUMMARY_FIELDS: readonly Field<TargetSummary>[] = [
  ...withClient(SUMMARY_FIELDS, ({ target }) => target),
  capturedAt<TargetSummary>(
    (summary) => summary.capturedAt,
    "as the packets of this target show it; absent where they do not",
  ),
];

/** Tables for the JSON Lines of a capture. */
export const CAPTURE_TABLES: Partial<RecordTables> = {
  run: CAPTURE_RUN_FIELDS,
  reply: withClient(REPLY_FIELDS, ({ probe }) => probe.target),
  icmpError: withClient(ICMP_ERROR_FIELDS, ({ outcome }) => outcome.probe.target),
  timeout: withClient(TIMEOUT_FIELDS, ({ probe }) => probe.target),
  summary: CAPTURE_SUMMARY_FIELDS,
  end: CAPTURE_END_FIELDS,
};

/** Fields of `run`, `clock` and `end` where `decode --clock` writes them. */
export const CAPTURE_CLOCK_TABLES: ClockTables = {
  run: CAPTURE_RUN_FIELDS,
  clock: [
    ...withClient(CLOCK_FIELDS, ({ target }) => target),
    capturedAt<ClockEvent>(
      ({ capture }) => capture?.capturedAt,
      "as the packets of this target show it; absent where they do not",
    ),
    {
      name: "client_offset_lower_ms",
      type: "number",
      optional: true,
      description:
        "Lower bound of the client's clock minus that of the capturing machine, by its originate timestamps; there is no upper " +
        "bound. Absent at the client, and where the timestamps show no clock",
      value: ({ capture }) => roundedDown(capture?.clientLowerMs),
    },
  ],
  end: CAPTURE_END_FIELDS,
};
