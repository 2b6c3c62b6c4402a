/** What all replies of one host say together about its offset, and how far its tick is known. */

import type { BoundedMs } from "./interval.ts";

/**
 * How far the tick of a host is known. `assumed`: nothing contradicts 1 ms, nor shows it. `fine`: no tick above
 * 1 ms is left. `coarse`: its stamps have shown a coarser one. `unknown`: they contradict 1 ms or what was
 * believed before, or have long failed to show it.
 */
export type TickState = "assumed" | "fine" | "coarse" | "unknown";

/** What one host has shown so far. It goes on with each further reply. */
export interface HostOffset {
  /** How far the tick is known. */
  readonly tick: TickState;
  /** The coarsest tick that the bounds allow for, milliseconds. */
  readonly tickMs: number;
  /**
   * Remote clock minus local clock at the latest usable reply, by all replies since the clock was last set; absent when
   * the stamps do not keep time. The tick may be any that is left.
   */
  readonly offset: BoundedMs | undefined;
  /** The same if the clock ticks each millisecond; only while that is assumed. */
  readonly assumedOffset: BoundedMs | undefined;
  /** The stamps turned out unusable, so that no earlier number counts any more. */
  readonly isWithdrawn: boolean;
  /** Usable stamps so far. */
  readonly stamps: number;
  /** Every one of them was a whole second. */
  readonly isWholeSeconds: boolean;
  /** They differed, or have had no time to change. */
  readonly hasMoved: boolean;
}

/** One usable reply, as far as the offset is concerned. */
export interface OffsetSample {
  /** When the request left, CLOCK_MONOTONIC, nanoseconds. */
  readonly atNs: number;
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC at that moment, nanoseconds. */
  readonly clockPairNs: number;
  /** Receive stamp, milliseconds of the day. */
  readonly receiveMs: number;
  /** R − t1, milliseconds. */
  readonly aheadMs: number;
  /** X − t4, milliseconds. */
  readonly behindMs: number;
}
