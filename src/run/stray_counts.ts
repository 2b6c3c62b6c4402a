/** What arrived in a run and answers no probe, counted. */

import type { StrayDatagram } from "../probe/outcome.ts";

/** Datagrams that were no answer to a probe, by reason. */
export interface StrayCounts {
  /** Datagrams that cannot be parsed. */
  readonly malformed: number;
  /** Replies to the probes of other programs. */
  readonly foreign: number;
  /** Replies with our identifier that match no probe. */
  readonly unmatched: number;
  /** Of these and of repeated replies: those beyond the limit for single reports. */
  readonly unreported: number;
}

/** Counts datagrams that were no answer to a probe. */
export class StrayCounter implements StrayCounts {
  /** See {@linkcode StrayCounts.malformed}. */
  malformed = 0;
  /** See {@linkcode StrayCounts.foreign}. */
  foreign = 0;
  /** See {@linkcode StrayCounts.unmatched}. */
  unmatched = 0;
  /** See {@linkcode StrayCounts.unreported}. */
  unreported = 0;

  /** Counts one by its kind; a notice is an ICMP error about a probe of ours, and is none of them. */
  add(kind: StrayDatagram["kind"]): void {
    if (kind === "malformed" || kind === "truncated") this.malformed++;
    else if (kind === "unmatched") this.unmatched++;
    else if (kind === "foreign") this.foreign++;
  }
}
