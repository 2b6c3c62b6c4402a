/** Fields of the record of what several clocks say together. */

import type { ConsensusEvent } from "../run/clock/event.ts";
import type { Field } from "./field.ts";
import { roundedDown, roundedUp, when } from "./shared_fields.ts";

/** Fields of a `consensus` record, in the order of its columns. */
export const CONSENSUS_FIELDS: readonly Field<ConsensusEvent>[] = [
  when("when this was found, and for when it holds", ({ time }) => time),
  {
    name: "hosts",
    type: "integer",
    description: "Hosts whose clocks were decided; each counts once, this machine does not count",
    value: ({ consensus }) => consensus.hosts,
  },
  {
    name: "tolerance_ms",
    type: "number",
    description:
      "By how much the bounds of each host were widened for most hosts to agree: 0, 1, 2, 5, 10, 20, 50 or 100",
    value: ({ consensus }) => consensus.toleranceMs,
  },
  {
    name: "agreeing",
    type: "integer",
    description: "The largest number of hosts whose widened bounds meet",
    value: ({ consensus }) => consensus.agreeing,
  },
  {
    name: "has_majority",
    type: "boolean",
    description: "Whether the agreeing hosts are more than half, and at least two",
    value: ({ consensus }) => consensus.majority,
  },
  {
    name: "consensus_lower_ms",
    type: "number",
    optional: true,
    description:
      "True time is ahead of the local clock by not less than this, modulo a day, if more than half of the hosts are right; absent without a majority",
    value: ({ consensus }) => roundedDown(consensus.lowerMs),
  },
  {
    name: "consensus_upper_ms",
    type: "number",
    optional: true,
    description:
      "True time is ahead of the local clock by not more than this, modulo a day, if more than half of the hosts are right; absent without a majority",
    value: ({ consensus }) => roundedUp(consensus.upperMs),
  },
  {
    name: "local_clock",
    type: "string",
    values: ["right", "off", "unknown"],
    description:
      "Whether it is the local clock that is off, if more than half of the hosts are right; `right`: their bounds allow it",
    value: ({ consensus }) => consensus.localClock,
  },
  {
    name: "falsetickers",
    type: "strings",
    description: "Hosts whose bounds do not meet the agreement",
    value: ({ consensus }) => consensus.falsetickers,
  },
  {
    name: "not_counted",
    type: "strings",
    description:
      "Addresses that are no witnesses of their own: this machine's, and further ones of a host that counts already",
    value: ({ notCounted }) => notCounted,
  },
];
