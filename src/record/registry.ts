/** Every record of every command, for lists, documents and checks. */

import {
  CAPTURE_CLOCK_TABLES,
  CAPTURE_END_FIELDS,
  CAPTURE_RUN_FIELDS,
  CAPTURE_SUMMARY_FIELDS,
  CAPTURE_TABLES,
} from "./capture_record.ts";
import { ALIAS_FIELDS } from "./alias_record.ts";
import { CHANGE_FIELDS } from "./change_record.ts";
import { CLOCK_FIELDS } from "./clock_record.ts";
import { columnsOf } from "./csv.ts";
import { CONDITION_FIELDS } from "./condition_record.ts";
import { CONSENSUS_FIELDS } from "./consensus_record.ts";
import { PACKET_FIELDS } from "./packet_record.ts";
import type { Field } from "./field.ts";
import { type RecordTables, RUN_TABLES } from "./json_reporter.ts";
import { FINDING_FIELDS } from "./finding_record.ts";
import { HOP_FIELDS } from "./hop_record.ts";
import { HOST_FIELDS } from "./host_record.ts";
import { ANSWER_FIELDS, RESPOND_END_FIELDS, RESPOND_RUN_FIELDS } from "./respond_record.ts";
import { END_FIELDS, RUN_FIELDS } from "./run_record.ts";
import {
  SCAN_END_FIELDS,
  SCAN_ICMP_ERROR_FIELDS,
  SCAN_REPLY_FIELDS,
  SCAN_RUN_FIELDS,
  SCAN_UNSENT_FIELDS,
} from "./scan_record.ts";
import { STAMP_FIELDS } from "./stamp_record.ts";
import { watchTables } from "./watch_record.ts";
import { VERDICT_FIELDS } from "./verdict_record.ts";

/** What is known of a field without a record to read it from. */
export type FieldDescription = Omit<Field<never>, "value">;

/** One kind of record. */
export interface RecordDescription {
  /** Value of the key `type`. */
  readonly type: string;
  /** When it is written. */
  readonly description: string;
  /** Its fields in order. */
  readonly fields: readonly FieldDescription[];
}

/** What a field means, what its record adds, and the values that it can have. */
export function describeField(
  { name, description, note, values }: FieldDescription,
  quote: (value: string) => string = (value) => value,
): string {
  const more = note === undefined ? "" : ` (${note})`;
  const choice = values === undefined || name === "flags"
    ? ""
    : `: ${values.map(quote).join(", ")}`;
  return description + more + choice;
}

const RUN = "Once, before the first probe";
const END = "Once, last";
const CONDITION: RecordDescription = {
  type: "condition",
  description:
    "A target enters or leaves a --fail-if condition in an interval, or meets one at the end",
  fields: CONDITION_FIELDS,
};

/** Records of a run that reports every probe. */
function probeRecords(tables: RecordTables): RecordDescription[] {
  return [
    { type: "run", description: RUN, fields: tables.run },
    {
      type: "reply",
      description:
        "An answer: its probe's outcome, or, flagged duplicate, late or after-icmp-error, one more",
      fields: tables.reply,
    },
    { type: "icmp_error", description: "An ICMP error ended a probe", fields: tables.icmpError },
    { type: "timeout", description: "No answer came in time", fields: tables.timeout },
    { type: "unsent", description: "The kernel did not take a probe", fields: tables.unsent },
    {
      type: "summary",
      description: "Statistics of one target, at the end, on SIGQUIT and every --summary-every",
      fields: tables.summary,
    },
    CONDITION,
    { type: "end", description: END, fields: tables.end },
  ];
}

/** Every kind of record, by the command that writes it. */
export const COMMAND_RECORDS: Readonly<Record<string, readonly RecordDescription[]>> = {
  ping: probeRecords(RUN_TABLES),
  watch: probeRecords(watchTables(true)).filter(({ type }) => type !== "condition"),
  clock: [
    { type: "run", description: RUN, fields: RUN_FIELDS },
    {
      type: "clock",
      description:
        "What is known of one clock, at the end, on SIGQUIT and with --loop every --every",
      fields: CLOCK_FIELDS,
    },
    {
      type: "consensus",
      description: "What several clocks say together, after them",
      fields: CONSENSUS_FIELDS,
    },
    CONDITION,
    { type: "end", description: END, fields: END_FIELDS },
  ],
  audit: [
    { type: "run", description: RUN, fields: RUN_FIELDS },
    { type: "host", description: "What was found about one host", fields: HOST_FIELDS },
    {
      type: "consensus",
      description: "What the readable clocks say together, after them",
      fields: CONSENSUS_FIELDS,
    },
    {
      type: "alias",
      description: "Addresses that show one clock, or may, with --aliases",
      fields: ALIAS_FIELDS,
    },
    {
      type: "change",
      description: "With --compare, what has changed about one host, at the end",
      fields: CHANGE_FIELDS,
    },
    { type: "end", description: END, fields: END_FIELDS },
  ],
  trace: [
    { type: "run", description: RUN, fields: RUN_FIELDS },
    { type: "hop", description: "One hop on the path to a host", fields: HOP_FIELDS },
    {
      type: "verdict",
      description: "What becomes of timestamp requests to a host, after its hops",
      fields: VERDICT_FIELDS,
    },
    { type: "end", description: END, fields: END_FIELDS },
  ],
  scan: [
    { type: "run", description: RUN, fields: SCAN_RUN_FIELDS },
    { type: "reply", description: "A host answered", fields: SCAN_REPLY_FIELDS },
    {
      type: "icmp_error",
      description: "An ICMP error ended a probe",
      fields: SCAN_ICMP_ERROR_FIELDS,
    },
    { type: "unsent", description: "The kernel did not take a probe", fields: SCAN_UNSENT_FIELDS },
    { type: "end", description: END, fields: SCAN_END_FIELDS },
  ],
  decode: [
    {
      type: "stamp",
      description: "One reading of a number, the likeliest first",
      fields: STAMP_FIELDS,
    },
    {
      type: "packet",
      description: "An ICMP packet given as digits, or with --packets one of a capture",
      fields: PACKET_FIELDS,
    },
    {
      type: "run",
      description: "Once for each capture, before its first record",
      fields: CAPTURE_RUN_FIELDS,
    },
    {
      type: "reply",
      description:
        "A request of a capture and its answer, or, flagged duplicate, late or after-icmp-error, one more",
      fields: CAPTURE_TABLES.reply ?? [],
    },
    {
      type: "icmp_error",
      description: "An ICMP error answered a request of a capture",
      fields: CAPTURE_TABLES.icmpError ?? [],
    },
    {
      type: "timeout",
      description: "A request of a capture had no answer in time",
      fields: CAPTURE_TABLES.timeout ?? [],
    },
    {
      type: "summary",
      description: "Statistics of one target of a capture, at its end",
      fields: CAPTURE_SUMMARY_FIELDS,
    },
    {
      type: "clock",
      description: "With --clock: what a capture shows of one clock, at its end",
      fields: CAPTURE_CLOCK_TABLES.clock,
    },
    {
      type: "consensus",
      description: "With --clock: what several clocks say together, after them",
      fields: CONSENSUS_FIELDS,
    },
    { type: "end", description: "Once for each capture, last", fields: CAPTURE_END_FIELDS },
  ],
  respond: [
    { type: "run", description: "Once, before the first request", fields: RESPOND_RUN_FIELDS },
    { type: "answer", description: "Something was done with a datagram", fields: ANSWER_FIELDS },
    { type: "end", description: END, fields: RESPOND_END_FIELDS },
  ],
  doctor: [
    {
      type: "finding",
      description: "What was found out about one thing, and how well it works",
      fields: FINDING_FIELDS,
    },
  ],
};

/** The records of a command; none for a name that writes none. */
export function recordsOf(command: string): readonly RecordDescription[] {
  return Object.hasOwn(COMMAND_RECORDS, command) ? COMMAND_RECORDS[command] ?? [] : [];
}

/** Names of the fields that `--fields` can choose: of all records of a command but `run` and `end`. */
export function fieldNames(command: string): string[] {
  const chosen = recordsOf(command).filter(({ type }) => type !== "run" && type !== "end");
  return [...new Set(chosen.flatMap(({ fields }) => fields.map(({ name }) => name)))];
}

/** Kinds of records that are rows of CSV: of single probes, and with `--quiet` of targets. */
const ROW_TYPES: Readonly<
  Record<string, { readonly all: readonly string[]; readonly quiet: readonly string[] }>
> = {
  ping: { all: ["reply", "icmp_error", "timeout", "unsent"], quiet: ["summary"] },
  clock: { all: ["clock"], quiet: ["clock"] },
  audit: { all: ["host"], quiet: ["host"] },
  trace: { all: ["hop", "verdict"], quiet: ["hop", "verdict"] },
  scan: { all: ["reply", "icmp_error", "unsent"], quiet: ["reply", "icmp_error", "unsent"] },
};

/** Columns of a command's CSV. */
export function csvColumns(command: string, quiet: boolean): string[] {
  const types = ROW_TYPES[command]?.[quiet ? "quiet" : "all"] ?? [];
  const rows = recordsOf(command).filter(({ type }) => types.includes(type));
  return columnsOf(rows.map(({ fields }) => fields));
}
