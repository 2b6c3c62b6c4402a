/** Points to `trace` where hosts did not answer. Loaded only then. */

import type { ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";

/** What became of the probes to one host. */
export interface AskedHost {
  /** The host. */
  readonly target: Target;
  /** Probes of the host by what became of them. */
  readonly counters: ProbeCounters;
}

/** One line that names the first host of which every probe was lost; undefined where none is. Blocks are not expected to answer. */
export function traceHint(hosts: readonly AskedHost[]): string | undefined {
  const silent = hosts.filter(({ target, counters: { late, lossRatio, unsent, settled } }) =>
    lossRatio === 1 && late === 0 && unsent < settled && target.isFromBlock !== true
  );
  const [first] = silent;
  if (first === undefined) return undefined;
  const { label } = first.target;
  const others = silent.length - 1;
  const more = others === 0 ? "" : ` and ${others} more`;
  return `no reply from ${label}${more}: icmptime trace ${label} says why`;
}
