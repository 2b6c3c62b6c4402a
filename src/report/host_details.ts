/** How one host answers, as text: its labels with their evidence, the standards that it breaks, the likely system. */

import type { HostFindings } from "../run/audit/host_findings.ts";

/** One paragraph, to be wrapped; empty for a host that did not answer. */
export function describeDetails(
  { verdict, behaviour: { labels, likelySystem }, conformance, ttl }: HostFindings,
): string {
  if (verdict === "silent" || verdict === "icmp_error" || labels.length === 0) return "";
  const broken = conformance.filter(({ result }) => result === "fail")
    .map(({ clause, evidence }) => `${clause} (${evidence})`);
  return [
    labels.map(({ label, count, of, detail }) =>
      `${label} ${count}/${of}${detail === undefined ? "" : ` (${detail})`}`
    ).join(", "),
    ...(broken.length === 0 ? [] : [`breaks ${broken.join(", ")}`]),
    ...(ttl === undefined ? [] : [`TTL ${ttl}`]),
    ...(likelySystem === undefined ? [] : [`likely ${likelySystem}`]),
  ].join("; ");
}
