/** Mutants that the tests without a kernel do not kill, with the reason. `deno task mutate` leaves them out of the share. */

import { BEHAVIOUR_MUTANTS } from "./behaviour.ts";
import { CLOCK_MUTANTS } from "./clock.ts";
import { MEASUREMENT_MUTANTS } from "./measurement.ts";
import { PACKET_MUTANTS } from "./packet.ts";
import { PROBE_MUTANTS } from "./probe.ts";
import { RECORD_MUTANTS } from "./record.ts";
import { REPORT_MUTANTS } from "./report.ts";
import { RUN_MUTANTS } from "./run.ts";
import { SCAN_MUTANTS } from "./scan.ts";
import { STATS_MUTANTS } from "./stats.ts";
import { TARGETS_MUTANTS } from "./targets.ts";
import { TIME_MUTANTS } from "./time.ts";
import type { KnownMutant } from "./known_mutant.ts";

export type { KnownMutant };

/** All known survivors, by folder and module. */
export const KNOWN_MUTANTS: readonly KnownMutant[] = [
  ...BEHAVIOUR_MUTANTS,
  ...CLOCK_MUTANTS,
  ...MEASUREMENT_MUTANTS,
  ...PACKET_MUTANTS,
  ...PROBE_MUTANTS,
  ...RECORD_MUTANTS,
  ...REPORT_MUTANTS,
  ...RUN_MUTANTS,
  ...SCAN_MUTANTS,
  ...STATS_MUTANTS,
  ...TARGETS_MUTANTS,
  ...TIME_MUTANTS,
];
