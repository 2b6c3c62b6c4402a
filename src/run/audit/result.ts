/** What an audit ends with, and how far it is. */

import type { OffsetWitness } from "../../clock/mod.ts";
import type { ScanProgress } from "../../scan/scan_record.ts";
import type { AliasResult } from "./aliases.ts";
import type { AuditTally } from "./tally.ts";
import type { ConsensusEvent } from "../clock/event.ts";
import type { RunProgress } from "../reporter.ts";
import type { RunResult } from "../run_info.ts";
import type { ScanResult } from "../scan/run.ts";

/** What an audit found of all hosts together. */
export interface AuditResult extends RunResult {
  /** Hosts by verdict and label. */
  readonly tally: AuditTally;
  /** What the readable clocks show together; undefined for fewer than two. */
  readonly consensus: ConsensusEvent | undefined;
  /** The clocks that count for it. */
  readonly witnesses: readonly OffsetWitness[];
  /** How the sweep of the blocks ended; undefined without blocks. */
  readonly sweep: ScanResult | undefined;
  /** Addresses that show one clock; undefined where they were not looked for. */
  readonly aliases?: AliasResult | undefined;
  /** Hosts that are called right, but whose round trips are too long to show it; of a narrow limit only. */
  readonly open?: number | undefined;
}

/** How far an audit is. */
export interface AuditProgress extends RunProgress {
  /** Addresses and hosts in all. */
  readonly targets: number;
  /** Those that answered so far. */
  readonly found: number;
  /** Hosts that are judged. */
  readonly judged: number;
  /** How far the sweep is; undefined without blocks, and before its first report. */
  readonly sweep: ScanProgress | undefined;
}
