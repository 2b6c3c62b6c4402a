/**
 * Sends within microseconds of the time that a schedule says.
 *
 * A timer wakes about 50 µs late (the kernel's timer slack), and a datagram needs some tens of microseconds more to reach the
 * driver. So the prober wakes early, reads the clock until it is time, and starts earlier by the lead: the time to the driver
 * of the probes before, by the kernel's own stamps.
 */

import type { Clock } from "../time/instant.ts";
import type { Probe } from "./probe.ts";

/** How long before the time to wake up; more than timer slack and a busy scheduler's usual delay. */
const EARLY_NS = 300_000;
/** Weight of the newest probe in the average lead. */
const WEIGHT = 1 / 8;
/** An error larger than this was an accident, and does not change the lead. */
const MAX_LEAD_NS = 500_000;

/** Estimates the lead and waits for the time of a probe. */
export class SendTimer {
  readonly #clock: Clock;
  #leadNs = 30_000;
  #last: { readonly dueNs: number; readonly probe: Probe } | undefined;

  /** Reads `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long before its time a probe must be on its way, in nanoseconds. */
  get leadNs(): number {
    return this.#leadNs;
  }

  /** How long before its time the prober must be awake, in nanoseconds. */
  get earlyNs(): number {
    return this.#leadNs + EARLY_NS;
  }

  /** Spends the rest of the time until a probe that is due at `dueNs` must be on its way, if that is very soon. */
  waitFor(dueNs: number): void {
    this.#learn();
    const goNs = dueNs - this.#leadNs;
    const nowNs = this.#clock.now().monotonicNs;
    if (goNs - nowNs > EARLY_NS) return;
    while (this.#clock.now().monotonicNs < goNs);
  }

  /** A probe that was due at `dueNs` has been sent. */
  sent(dueNs: number, probe: Probe): void {
    this.#last = { dueNs, probe };
  }

  /** Learns from the last probe, once the kernel's stamp has come. */
  #learn(): void {
    if (this.#last?.probe.sentAt.source !== "kernel") return;
    const { dueNs, probe } = this.#last;
    this.#last = undefined;
    const errorNs = probe.sentAt.monotonicNs - dueNs;
    if (Math.abs(errorNs) < MAX_LEAD_NS) {
      this.#leadNs = Math.max(0, this.#leadNs + WEIGHT * errorNs);
    }
  }
}
