/** The figures of the process and this machine that a scrape shows. */

import type { ReloadState } from "./reload_state.ts";
import type { RequestCounts } from "./request_counts.ts";

/** The clock of this machine; undefined parts are not known. */
export interface LocalClockFigures {
  /** A program keeps it right. */
  readonly synchronised: boolean;
  /** Correction still to be applied, microseconds. */
  readonly offsetUs: number;
  /** Bound of its error, microseconds. */
  readonly maximumErrorUs: number;
  /** Estimate of its error, microseconds. */
  readonly estimatedErrorUs: number;
  /** Correction of its rate, parts per million. */
  readonly frequencyPpm: number;
}

/** The process; what the system does not say is undefined. */
export interface ProcessFigures {
  /** Processor time, seconds. */
  readonly cpuS: number | undefined;
  /** Resident memory, bytes. */
  readonly residentBytes: number | undefined;
  /** Open descriptors. */
  readonly openFiles: number | undefined;
  /** Limit of them. */
  readonly maxFiles: number | undefined;
  /** Start, Unix time in seconds. */
  readonly startTimeS: number | undefined;
}

/** What a scrape shows besides the groups. */
export interface ProgramFigures {
  /** Version of icmptime. */
  readonly version: string;
  /** Name and version of the runtime. */
  readonly runtime: string;
  /** How the configuration fares. */
  readonly reload: ReloadState;
  /** Requests and connections. */
  readonly requests: RequestCounts;
  /** Undefined where the kernel does not say. */
  readonly localClock: LocalClockFigures | undefined;
  /** Memory, descriptors and processor time of this process. */
  readonly process: ProcessFigures;
}
