/** Probes for tests of what happens to them. */

import { TimestampProbe } from "../../src/probe/message/timestamp.ts";
import { InFlightProbe, type ProbeInit, type ProbeSpec } from "../../src/probe/probe.ts";

/** A plain timestamp request. */
export const TIMESTAMP_PROBE = new TimestampProbe();

/** Runs that ask nothing else. */
export const TIMESTAMP_PROBES: readonly ProbeSpec[] = [{ message: TIMESTAMP_PROBE }];

/** A probe with zeros in every field that is not given. */
export function makeProbe(
  { deadlineNs = 0, ...fields }: Partial<ProbeInit> & { readonly deadlineNs?: number },
): InFlightProbe {
  const probe = new InFlightProbe({
    target: { index: 0, label: "host", address: 1 },
    index: 0,
    ordinal: fields.index ?? 0,
    message: TIMESTAMP_PROBE,
    ttl: undefined,
    identifier: 0,
    sequence: 0,
    token: 0,
    key: 0,
    sentAt: { realtimeNs: 0, monotonicNs: 0, source: "kernel" },
    timeoutNs: 0,
    ...fields,
  });
  probe.deadlineNs = deadlineNs;
  return probe;
}
