/** Options of a sweep, and how it ended. */

import type { HashKey } from "../packet/half_sip_hash.ts";
import type { Clock } from "../time/instant.ts";
import type { AddressSpace } from "./address_space.ts";
import type { PathGuard, SweepTrouble } from "./path_keeper.ts";
import type { ScanMessage } from "./probe_writer.ts";
import type { ReplySource, Witness } from "./reply_collector.ts";
import type { ScanOrder } from "./scan_order.ts";
import type { ScanCounts, ScanListener } from "./scan_record.ts";
import type { SkippedAddresses, Transmitter } from "./sender.ts";
import type { SourceRange } from "./source_range.ts";

/** A scan ready to run. */
export interface SweepOptions {
  /** What the hosts are asked; `timestamp` by default. */
  readonly message?: ScanMessage | undefined;
  /** The addresses of the scan. */
  readonly space: AddressSpace;
  /** This shard's probes in order. */
  readonly order: ScanOrder;
  /** Addresses that are passed over. */
  readonly skipped: SkippedAddresses;
  /** First probe to send; 0 unless resumed. */
  readonly startPosition?: number;
  /** Times each address is probed, as in `order`. */
  readonly probesPerTarget: number;
  /** The secret of this run. */
  readonly key: HashKey;
  /** Addresses to send from; the one of the path, or the kernel's choice, when undefined. */
  readonly sources?: SourceRange | undefined;
  /** Where probes go, at least one. One sends on this thread, several on threads of their own. */
  readonly transmitters: readonly Transmitter[];
  /** Where replies come from. */
  readonly replies: ReplySource;
  /** Sees the replies that reach this machine; undefined where there is none. */
  readonly witness?: Witness | undefined;
  /** Watches the path; undefined for none. */
  readonly guard?: PathGuard | undefined;
  /** Our clocks. */
  readonly clock: Clock;
  /** How often a probe that the kernel refuses is sent again; 0 by default. */
  readonly retries?: number | undefined;
  /** Probes a second; Infinity for no limit. */
  readonly rate: number;
  /** How long to listen once the last probe has left, in milliseconds. */
  readonly cooldownMs: number;
  /** Targets may be hosts on the link itself, whose hardware addresses the kernel must ask for; false by default. */
  readonly isDirect?: boolean | undefined;
  /** Receives what happens. */
  readonly listener: ScanListener;
}

/** How a scan ended. */
export interface SweepResult extends ScanCounts {
  /** Probes dealt with; a scan that was stopped may resume here. */
  readonly position: number;
  /** Probes that the kernel had taken and still held when it was waited for no longer, or some more; 0 is exact. */
  readonly stuck: number;
  /** Whether every probe of the shard was dealt with, has left, and its answer was awaited and could arrive. */
  readonly isComplete: boolean;
  /** Why a scan that was not stopped is not complete, in one word and one sentence. */
  readonly trouble: SweepTrouble | undefined;
  /** Seconds from the first probe until the last one had left. */
  readonly sendingSeconds: number;
  /** Seconds from the first probe to the end of the cooldown. */
  readonly elapsedSeconds: number;
}
