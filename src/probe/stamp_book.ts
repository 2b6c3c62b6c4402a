/** Brings the kernel's transmit stamps to the probes they belong to. */

import type { Probe } from "./probe.ts";
import type { Transport } from "./transport.ts";

/** Probes whose transmit stamp may still come. A power of two; a stamp later than that many probes is not used. */
const PAGE_SIZE = 16384;

/** The probes sent last, by the key of their transmit stamp. */
export class StampBook {
  readonly #transport: Transport;
  readonly #enabled: boolean;
  readonly #page: (Probe | undefined)[] = [];
  #expected = 0;

  /** Collects from that transport, if its stamps come from the kernel. */
  constructor(transport: Transport) {
    this.#transport = transport;
    this.#enabled = transport.stampSource === "kernel";
  }

  /** The probe has been sent: its stamp will come. */
  expect(probe: Probe): void {
    if (!this.#enabled) return;
    const slot = probe.key & (PAGE_SIZE - 1);
    if (this.#page[slot] === undefined) this.#expected++;
    this.#page[slot] = probe;
  }

  /** Takes the stamps that are ready and puts them into their probes. */
  collect(): void {
    while (this.#expected > 0) {
      const stamps = this.#transport.receiveTransmitStamps();
      if (stamps.length === 0) return;
      for (const stamp of stamps) {
        const slot = stamp.key & (PAGE_SIZE - 1);
        const probe = this.#page[slot];
        if (probe === undefined || probe.key !== stamp.key) continue;
        probe.sentAt = stamp.sentAt;
        this.#page[slot] = undefined;
        this.#expected--;
      }
    }
  }
}
