/** Fields of the record of one hop of a trace. */

import { formatAddress } from "../packet/mod.ts";
import { formatMplsLabel } from "../packet/icmp_extension.ts";
import type { HopCounts, HopFindings } from "../run/trace/findings.ts";
import type { Field } from "./field.ts";
import { offset } from "./measured_fields.ts";
import { rounded, when, who } from "./shared_fields.ts";

/** Counts and round-trip times of one kind of probe, named by it. */
function series(kind: "echo" | "timestamp"): Field<HopFindings>[] {
  const count = (name: string, key: "sent" | "answered", what: string): Field<HopFindings> => ({
    name: `${kind}_${name}`,
    type: "integer",
    description: `${what} ${kind} requests`,
    note: "to this hop",
    value: (hop) => hop[kind][key],
  });
  const rtt = (
    name: string,
    what: string,
    read: (counts: HopCounts) => number | undefined,
  ): Field<HopFindings> => ({
    name: `${kind}_rtt_${name}_ms`,
    type: "number",
    optional: true,
    description: `Round-trip time of ${kind} requests: ${what}`,
    value: (hop) => rounded(read(hop[kind])),
  });
  return [
    count("sent", "sent", "Number of"),
    count("answered", "answered", "Number of answered"),
    rtt("min", "the shortest", ({ rttMs }) => rttMs?.min),
    rtt("median", "the median", ({ rttMs }) => rttMs?.median),
  ];
}

/** Fields of a `hop` record, in the order of its columns. */
export const HOP_FIELDS: readonly Field<HopFindings>[] = [
  ...who<HopFindings>(({ target }) => target),
  when("when the trace of the host ended", ({ time }) => time),
  {
    name: "path_number",
    type: "integer",
    description: "Number of the path, from 1; more than one only with --paths",
    value: ({ path }) => path,
  },
  {
    name: "hop",
    type: "integer",
    description: "Distance: the time to live of the probes that end there",
    value: ({ hop }) => hop,
  },
  {
    name: "hop_address",
    type: "string",
    optional: true,
    description: "IPv4 address of the hop; absent where nothing answered",
    value: ({ address }) => address === undefined ? undefined : formatAddress(address),
  },
  {
    name: "hop_addresses",
    type: "strings",
    description: "All addresses that reported expired probes of this distance, the commonest first",
    value: ({ addresses }) => addresses.map(formatAddress),
  },
  {
    name: "is_target",
    type: "boolean",
    description: "Whether the host itself answered",
    value: ({ isTarget }) => isTarget,
  },
  ...series("echo"),
  ...series("timestamp"),
  ...offset<HopFindings>(({ offset }) => offset),
  {
    name: "mpls_labels",
    type: "strings",
    description: "MPLS labels that the expired probe had (RFC 4950), outermost first",
    value: ({ labels }) => labels.map(formatMplsLabel),
  },
  {
    name: "icmp_error",
    type: "string",
    optional: true,
    description: "The last ICMP error that ended a probe, in words",
    note: "other than an expired time to live",
    value: ({ refusal }) => refusal?.name,
  },
  {
    name: "icmp_error_reporter",
    type: "string",
    optional: true,
    description: "Host that sent the last ICMP error that ended a probe",
    value: ({ refusal }) => refusal === undefined ? undefined : formatAddress(refusal.reporter),
  },
  {
    name: "path_changes",
    type: "strings",
    description: "Changes of the address during the run: kind, address before, address after",
    value: ({ changes }) =>
      changes.map(({ kind, from, to }) => `${kind} ${formatAddress(from)} ${formatAddress(to)}`),
  },
];
