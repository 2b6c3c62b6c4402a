/** Fields of the record of what a trace says about one host. */

import type { AnswerTally } from "../behaviour/path_observation.ts";
import { PATH_FINDINGS } from "../behaviour/path_finding.ts";
import type { TraceFindings } from "../run/trace/findings.ts";
import type { Field } from "./field.ts";
import { when, who } from "./shared_fields.ts";

function tally(
  name: string,
  what: string,
  read: (seen: TraceFindings["seen"]) => Readonly<AnswerTally>,
): Field<TraceFindings>[] {
  const note = "to the host, with every time to live that reaches it";
  const shared = { type: "integer", note } as const;
  return [
    {
      ...shared,
      name: `${name}_sent`,
      description: `Number of ${what}`,
      value: ({ seen }) => read(seen).sent,
    },
    {
      ...shared,
      name: `${name}_answered`,
      description: `Number of answered ${what}`,
      value: ({ seen }) => Math.min(read(seen).answered, read(seen).sent),
    },
  ];
}

/** Fields of a `verdict` record, in the order of its columns. */
export const VERDICT_FIELDS: readonly Field<TraceFindings>[] = [
  ...who<TraceFindings>(({ target }) => target),
  when("when the trace of the host ended", ({ time }) => time),
  {
    name: "finding",
    type: "string",
    values: Object.keys(PATH_FINDINGS),
    description: "What becomes of timestamp requests to the host",
    value: ({ verdict }) => verdict.finding,
  },
  {
    name: "sentence",
    type: "string",
    description: "The finding in one sentence",
    value: ({ verdict }) => verdict.text,
  },
  {
    name: "reasons",
    type: "strings",
    description: "What the finding rests on, in sentences",
    value: ({ evidence }) => evidence,
  },
  {
    name: "would_decide",
    type: "string",
    optional: true,
    description: "What would decide between the possibilities; absent where it is decided",
    value: ({ verdict }) => verdict.wouldDecide,
  },
  {
    name: "after_hop",
    type: "integer",
    optional: true,
    description:
      "Last hop that requests are known to pass, or replies to come from; 0 is ourselves",
    value: ({ verdict }) => verdict.afterHop,
  },
  {
    name: "before_hop",
    type: "integer",
    optional: true,
    description: "First hop that requests are known not to reach, or replies not to come from",
    value: ({ verdict }) => verdict.beforeHop,
  },
  {
    name: "from_address",
    type: "string",
    optional: true,
    description: "Who refuses, or answers in the place of the host",
    value: ({ verdict }) => verdict.from,
  },
  {
    name: "forgers",
    type: "strings",
    description: "Hosts that sent ICMP errors about probes that did not end there",
    value: ({ seen }) => seen.forgers,
  },
  {
    name: "distance",
    type: "integer",
    optional: true,
    description: "Smallest time to live with which the host was reached",
    value: ({ seen }) => seen.distance,
  },
  ...tally("echo", "echo requests", ({ echo }) => echo),
  ...tally("timestamp", "timestamp requests", ({ timestamp }) => timestamp),
  ...tally(
    "ip_timestamp",
    "echo requests with an IP Timestamp option",
    ({ ipTimestamp }) => ipTimestamp,
  ),
];
