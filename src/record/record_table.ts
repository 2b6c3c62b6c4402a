/** All records and their fields, for lists, documents and checks. */

import { CONDITION_FIELDS } from "./condition_record.ts";
import type { Field } from "./field.ts";
import {
  END_FIELDS,
  ICMP_ERROR_FIELDS,
  REPLY_FIELDS,
  RUN_FIELDS,
  SUMMARY_FIELDS,
  TIMEOUT_FIELDS,
  UNSENT_FIELDS,
} from "./probe_record.ts";

/** What is known of a field without a record to read it from. */
export type FieldDescription = Omit<Field<never>, "value">;

/** One kind of record. */
export interface RecordDescription {
  /** Value of its `type`. */
  readonly type: string;
  /** When it is written. */
  readonly description: string;
  /** Its fields in order. */
  readonly fields: readonly FieldDescription[];
}

/** Every kind of record that `ping` writes. */
export const RECORDS: readonly RecordDescription[] = [
  { type: "run", description: "Once, before the first probe", fields: RUN_FIELDS },
  {
    type: "reply",
    description:
      "An answer: the outcome of its probe, or, flagged duplicate, late or after-refusal, one more",
    fields: REPLY_FIELDS,
  },
  { type: "refused", description: "An ICMP error ended a probe", fields: ICMP_ERROR_FIELDS },
  { type: "timeout", description: "No answer came in time", fields: TIMEOUT_FIELDS },
  { type: "unsent", description: "The kernel did not take a probe", fields: UNSENT_FIELDS },
  {
    type: "summary",
    description: "Statistics of one target, at the end, on SIGQUIT and every --summary-every",
    fields: SUMMARY_FIELDS,
  },
  {
    type: "condition",
    description:
      "A target enters or leaves a --fail-if condition in an interval, or meets one at the end",
    fields: CONDITION_FIELDS,
  },
  { type: "end", description: "Once, last", fields: END_FIELDS },
];

/** Names of all fields of the records of single probes and of summaries. */
export function fieldNames(): string[] {
  const chosen = RECORDS.filter(({ type }) => type !== "run" && type !== "end");
  return [...new Set(chosen.flatMap(({ fields }) => fields.map(({ name }) => name)))];
}
