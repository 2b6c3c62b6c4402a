/** Fields of the record of one audited host. */

import { LABELS } from "../behaviour/label.ts";
import { CLAUSES } from "../behaviour/conformance.ts";
import type { HostFindings } from "../run/audit/host_findings.ts";
import type { StampReading } from "../measurement/mod.ts";
import { utcOffsetMinutes } from "./clock_record.ts";
import type { Field } from "./field.ts";
import { offset, reading, ttl } from "./measured_fields.ts";
import { probeCounts, when, who } from "./shared_fields.ts";
import { rttMinMs, tickMs } from "./summary_record.ts";

/** All verdicts. */
export const VERDICTS: readonly HostFindings["verdict"][] = [
  "right",
  "wrong",
  "unreadable",
  "silent",
  "icmp_error",
];

/** Fields of a `host` record, in the order of its columns. */
export const HOST_FIELDS: readonly Field<HostFindings>[] = [
  ...who<HostFindings>(({ target }) => target),
  when("when the host was judged", ({ time }) => time),
  {
    name: "verdict",
    type: "string",
    values: VERDICTS,
    description: "Whether its clock is within the limit: wrong when no offset within its bounds is",
    value: ({ verdict }) => verdict,
  },
  {
    name: "labels",
    type: "strings",
    values: Object.keys(LABELS),
    description: "How its timestamps count and how it answers",
    value: ({ behaviour }) => behaviour.labels.map(({ label }) => label),
  },
  {
    name: "evidence",
    type: "strings",
    description: "For each label: replies that show it / replies that could have shown it",
    value: ({ behaviour }) => behaviour.labels.map(({ count, of }) => `${count}/${of}`),
  },
  reading<HostFindings>(readingOf, "absent before a reply"),
  ...offset<HostFindings>(({ offset }) => offset),
  {
    ...utcOffsetMinutes<HostFindings>(
      ({ behaviour }) => behaviour.utcOffsetMinutes,
      "where the offset is within 10 s of one in civil use",
    ),
    optional: true,
  },
  { ...tickMs<HostFindings>(({ tickMs }) => tickMs, "absent unless it is coarse"), optional: true },
  {
    name: "likely_system",
    type: "string",
    optional: true,
    description: "Systems that answer as it does, by the table in docs/behaviours.md",
    note: "absent where none is known or too little was seen",
    value: ({ behaviour }) => behaviour.likelySystem,
  },
  {
    name: "nonconforming",
    type: "strings",
    values: Object.keys(CLAUSES),
    description: "Clauses of RFC 792 and RFC 1122 that its answers break",
    value: ({ conformance }) =>
      conformance.filter(({ result }) => result === "fail").map(({ clause }) => clause),
  },
  ...probeCounts<HostFindings>(({ summary }) => summary.counters),
  rttMinMs<HostFindings>(({ summary }) => summary.rttMs?.min),
  { ...ttl<HostFindings>((findings) => findings.ttl), optional: true },
  {
    name: "icmp_error",
    type: "string",
    optional: true,
    description: "The last ICMP error that ended a probe, in words",
    value: ({ icmpError }) => icmpError?.name,
  },
  {
    name: "icmp_error_reporter",
    type: "string",
    optional: true,
    description: "Host that sent the last ICMP error that ended a probe",
    value: ({ icmpError }) => icmpError?.from,
  },
];

function readingOf({ behaviour: { form }, verdict }: HostFindings): StampReading | undefined {
  if (verdict === "silent" || verdict === "icmp_error") return undefined;
  if (form?.unit !== "milliseconds-of-day") return "unreadable";
  if (form.isLittleEndian) return "little-endian";
  return form.hasHighBit ? "high-bit" : "standard";
}
