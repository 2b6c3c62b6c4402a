/** What an audit reports while it goes on, and what it takes over from an earlier run. */

import type { ProbeListener } from "../../probe/outcome.ts";
import type { EndReason } from "../../probe/prober.ts";
import type { AuditSweepListener, EarlierFindings } from "./sweep.ts";
import type { RunInfo } from "../event.ts";
import type { HostFindings } from "./host_findings.ts";

/** What an earlier run of the same audit found. */
export interface EarlierAudit extends EarlierFindings {
  /** Reads its hosts. */
  hosts(): AsyncIterable<HostFindings>;
}

/** Receives what happens in an audit. */
export interface AuditListener extends AuditSweepListener {
  /** The audit starts. */
  run(info: RunInfo): void;
  /** A host is final. The findings are not kept. `isEarlier`: an earlier run of the same audit found it. */
  host(findings: HostFindings, isEarlier: boolean): void;
  /** The run is about to wait; see {@linkcode ProbeListener.idle}. */
  idle?(nowNs: number, busy: boolean): ReturnType<ProbeListener["idle"]>;
  /** The last probe is settled, or the run was ended. Undefined when the run failed. */
  ending?(reason: EndReason | undefined): void;
}
