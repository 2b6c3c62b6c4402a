/** Fields of a finding of `doctor`. */

import type { Field } from "./field.ts";
import { when } from "./shared_fields.ts";

/** How well something works: `warn` for worse than it could. */
export type FindingState = "ok" | "warn" | "fail";

/** What `doctor` found out about one thing. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  /** How well it works. */
  readonly state: FindingState;
  /** What was found, and what to do about it. */
  readonly detail: string;
}

/** A finding and its time, Unix time in seconds. */
export type FindingEvent = Finding & { readonly time: number };

/** Fields of a `finding` record, in the order of its columns. */
export const FINDING_FIELDS: readonly Field<FindingEvent>[] = [
  when("when doctor ran", ({ time }) => time),
  {
    name: "check",
    type: "string",
    values: [
      ...["program", "raw socket", "echo", "stamps", "option", "routes", "clock", "root"],
      ...["target", "route", "path"],
    ],
    description: "What was looked at",
    value: ({ check }) => check,
  },
  {
    name: "state",
    type: "string",
    values: ["ok", "warn", "fail"],
    description: "How well it works; with `warn` measuring works, but worse than it could",
    value: ({ state }) => state,
  },
  {
    name: "detail",
    type: "string",
    description: "What was found, and what to do about it, in words",
    value: ({ detail }) => detail,
  },
];
