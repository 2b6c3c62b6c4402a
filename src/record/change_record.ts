/** Fields of the record of one change between two audits. */

import { LABELS } from "../behaviour/label.ts";
import { formatAddress } from "../packet/mod.ts";
import { HOST_CHANGES, type HostChange } from "../run/audit/comparison.ts";
import type { Field } from "./field.ts";
import { VERDICTS } from "./host_record.ts";
import { when, who } from "./shared_fields.ts";

/** Fields of a `change` record, in the order of its columns. */
export const CHANGE_FIELDS: readonly Field<HostChange>[] = [
  ...who<HostChange>(({ address }) => ({ label: formatAddress(address), address })),
  when("when the change was found", ({ time }) => time),
  {
    name: "change",
    type: "string",
    values: HOST_CHANGES,
    description: "What changed since the audit of --compare",
    value: ({ change }) => change,
  },
  {
    name: "verdict_now",
    type: "string",
    optional: true,
    values: VERDICTS,
    description: "The verdict now; absent for an address of a block that does not answer",
    value: ({ now }) => now?.verdict,
  },
  {
    name: "verdict_before",
    type: "string",
    optional: true,
    values: VERDICTS,
    description: "The verdict then; absent for an address of which nothing was said",
    value: ({ before }) => before?.verdict,
  },
  {
    name: "labels_added",
    type: "strings",
    values: Object.keys(LABELS),
    description: "Labels that it has now and had not",
    value: ({ before, now }) => without(now?.labels, before?.labels),
  },
  {
    name: "labels_removed",
    type: "strings",
    description: "Labels that it had and has not now",
    value: ({ before, now }) => without(before?.labels, now?.labels),
  },
];

function without(labels: readonly string[] = [], others: readonly string[] = []): string[] {
  return labels.filter((label) => !others.includes(label));
}
