/** Fields of the record of a condition: `condition`. */

import type { ConditionEvent } from "../run/condition_watch.ts";
import type { Field } from "./field.ts";
import { when, who } from "./record_parts.ts";

/** Fields of `condition`. */
export const CONDITION_FIELDS: readonly Field<ConditionEvent>[] = [
  ...who<ConditionEvent>(({ target }) => target),
  when("When this was found", ({ time }) => time),
  {
    name: "scope",
    type: "string",
    values: ["run", "interval"],
    description: "run: since the start, told at the end; interval: since the interval before",
    value: ({ scope }) => scope,
  },
  {
    name: "condition",
    type: "string",
    description: "The condition as the user wrote it",
    value: ({ text }) => text,
  },
  {
    name: "is_met",
    type: "boolean",
    description: "Whether it is true; unknown counts as true",
    value: ({ finding }) => finding.isMet,
  },
  {
    name: "is_known",
    type: "boolean",
    description: "Whether the value could be measured",
    value: ({ finding }) => finding.isKnown,
  },
  {
    name: "found",
    type: "string",
    description: "The value with its unit, or why it is unknown",
    value: ({ finding }) => finding.found,
  },
];
