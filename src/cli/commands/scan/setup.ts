/** What a scan is to do, once the command line is understood. */

import type { Checkpoint } from "../../../scan/checkpoint.ts";
import type { ScanPlan } from "../../../scan/scan_plan.ts";
import type { Parsed } from "../../option.ts";
import type { SCAN_OPTIONS } from "./options.ts";

/** A scan as the command line describes it. */
export interface ScanSetup {
  /** The options. */
  readonly options: Parsed<typeof SCAN_OPTIONS>;
  /** What is probed. */
  readonly plan: ScanPlan;
  /** Probes a second; Infinity for no limit. */
  readonly rate: number;
  /** Threads that send. */
  readonly senders: number;
  /** How long to listen after the last probe. */
  readonly cooldownMs: number;
  /** Times each address is probed. */
  readonly probesPerTarget: number;
  /** Seed of the order. */
  readonly seed: number;
  /** Where to resume. */
  readonly previous: Checkpoint | undefined;
}
