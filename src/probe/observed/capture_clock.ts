/** The clock of a capture: the times of its packets, as instants of a run. */

import { MS_PER_DAY } from "../../time/mod.ts";
import type { Clock, Instant } from "../../time/instant.ts";

/** Time that goes back by more is another recording, or a clock that was set. Merged files go back by less. */
const MAX_BACK_NS = 10e9;

/** A capture that went on for longer after its last packet: a day. */
const MAX_END_NS = MS_PER_DAY * 1e6;

/**
 * Reads packet times. A capture has one clock only, so the monotonic one is made from it: it follows, and goes on where the
 * clock was set back.
 */
export class CaptureClock implements Clock {
  /** Midnight before the first packet, Unix time in milliseconds. */
  readonly baseUnixMs: number;
  #latest: Instant;
  #shiftNs = 0;

  /** Starts with the time of the first packet: whole seconds of Unix time, and nanoseconds after them. */
  constructor(unixSeconds: number, nanoseconds: number) {
    this.baseUnixMs = Math.floor(unixSeconds * 1e3 / MS_PER_DAY) * MS_PER_DAY;
    this.#latest = { realtimeNs: 0, monotonicNs: -Infinity, source: "kernel" };
    this.read(unixSeconds, nanoseconds);
  }

  /** The latest time of all packets. */
  now(): Instant {
    return this.#latest;
  }

  /** The capture went on until then; a time that makes no sense is ignored. */
  end(unixSeconds: number, nanoseconds: number): void {
    const realtimeNs = (unixSeconds - this.baseUnixMs / 1e3) * 1e9 + nanoseconds;
    const laterNs = realtimeNs + this.#shiftNs - this.#latest.monotonicNs;
    if (laterNs > 0 && laterNs <= MAX_END_NS) this.read(unixSeconds, nanoseconds);
  }

  /** The instant at which a packet was captured. */
  read(unixSeconds: number, nanoseconds: number): Instant {
    const realtimeNs = (unixSeconds - this.baseUnixMs / 1e3) * 1e9 + nanoseconds;
    let monotonicNs = realtimeNs + this.#shiftNs;
    if (monotonicNs < this.#latest.monotonicNs - MAX_BACK_NS) {
      monotonicNs = this.#latest.monotonicNs;
      this.#shiftNs = monotonicNs - realtimeNs;
    }
    const instant: Instant = { realtimeNs, monotonicNs, source: "kernel" };
    if (monotonicNs >= this.#latest.monotonicNs) this.#latest = instant;
    return instant;
  }
}
