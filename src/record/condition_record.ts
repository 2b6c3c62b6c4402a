/** Fields of `condition`: a target enters or leaves a condition of `--fail-if`. */

import type { ConditionEvent } from "../run/condition_watch.ts";
import type { Field } from "./field.ts";
import { when, who } from "./shared_fields.ts";
import { scope } from "./summary_record.ts";

/** Fields of a `condition` record, in the order of its columns. */
export const CONDITION_FIELDS: readonly Field<ConditionEvent>[] = [
  ...who<ConditionEvent>(({ target }) => target),
  when("when this was found", ({ time }) => time),
  scope<ConditionEvent>((event) => event.scope),
  {
    name: "condition",
    type: "string",
    description: "The condition as the user wrote it",
    value: ({ text }) => text,
  },
  {
    name: "is_met",
    type: "boolean",
    description: "Whether the condition is true; unknown counts as true",
    value: ({ finding }) => finding.isMet,
  },
  {
    name: "is_known",
    type: "boolean",
    description: "Whether the value of the condition could be measured",
    value: ({ finding }) => finding.isKnown,
  },
  {
    name: "found",
    type: "string",
    description: "The value with its unit, or why it is unknown",
    value: ({ finding }) => finding.found,
  },
];
