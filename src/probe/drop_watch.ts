/**
 * Which lost probes this machine itself may have lost: its receive buffer was full and dropped datagrams while they waited.
 *
 * The kernel counts what it drops, not what that was. So a probe that timed out counts when anything was dropped between
 * its departure and its end, and all of them together count for no more than was dropped.
 */

import type { Transport } from "./transport.ts";

/** Time between two looks at the count, in nanoseconds; a look is one system call. */
const LOOK_NS = 200e6;

/** Watches the drop count of a transport. */
export class DropWatch {
  readonly #transport: Pick<Transport, "clock" | "droppedDatagrams">;
  #dropped: number;
  #lookedNs = -Infinity;
  /** When a look last found that datagrams had been dropped since the look before. */
  #grownNs = -Infinity;
  #charged = 0;

  /** Counts from now on. */
  constructor(transport: Pick<Transport, "clock" | "droppedDatagrams">) {
    this.#transport = transport;
    this.#dropped = transport.droppedDatagrams();
  }

  /** Looks at the count, if it is time. */
  look(nowNs: number): void {
    if (nowNs - this.#lookedNs >= LOOK_NS) this.#look(nowNs);
  }

  /**
   * Whether the answer of a probe that has just timed out may be among what was dropped.
   *
   * @param sentNs departure on CLOCK_MONOTONIC
   * @param deadlineNs when its time ends
   */
  mayHaveDropped(sentNs: number, deadlineNs: number): boolean {
    if (this.#lookedNs < deadlineNs) this.#look(this.#transport.clock.now().monotonicNs);
    if (this.#grownNs < sentNs || this.#charged >= this.#dropped) return false;
    this.#charged++;
    return true;
  }

  #look(nowNs: number): void {
    const dropped = this.#transport.droppedDatagrams();
    if (dropped > this.#dropped) this.#grownNs = nowNs;
    this.#dropped = dropped;
    this.#lookedNs = nowNs;
  }
}
