/** What a form of output has to provide. */

import type { StrayDatagram } from "../probe/outcome.ts";
import type { Probe } from "../probe/probe.ts";
import type { ConditionEvent } from "./condition_watch.ts";
import type {
  EndInfo,
  IcmpErrorEvent,
  ReplyEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "./event.ts";
import type { ProbeCounters } from "../stats/mod.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** How far a run is. */
export interface RunProgress {
  /** Sums over all targets. */
  readonly totals: ProbeCounters;
  /** Targets that have answered. */
  readonly answered: number;
}

/** Shows how far a run is while it lasts. */
export interface ProgressDisplay {
  /** Shows it, unless it was shown just now; `nowNs` is CLOCK_MONOTONIC. `progress` is called only when it is shown. */
  show(nowNs: number, progress: () => RunProgress): void;
  /** Takes the display away, so that lines can be written. */
  erase(): void;
}

/** Turns the events of a run into output. */
export interface Reporter {
  /** The run begins. */
  run(info: RunInfo): void;
  /** A probe left; `bytes` is its datagram. Only called in runs that explain packets. */
  sent(probe: Probe, bytes: Uint8Array): void;
  /** An answer came: its probe's outcome, or one after it. */
  reply(event: ReplyEvent): void;
  /** An ICMP error ended a probe. */
  icmpError(event: IcmpErrorEvent): void;
  /** A probe timed out. */
  timeout(event: TimeoutEvent): void;
  /** The kernel did not take a probe. */
  unsent(event: UnsentEvent): void;
  /** Something arrived that is no answer. */
  stray(datagram: StrayDatagram): void;
  /** All is known; the summaries that follow are the last ones. */
  ending?(): void;
  /** The statistics of one target; at the end, and when the user asks. */
  summary(summary: TargetSummary): void;
  /** A target enters or leaves a condition, or meets one at the end. Standard error reports it in any case. */
  condition?(event: ConditionEvent): void;
  /** The run is over. */
  end(info: EndInfo): void;
}
