/** Brings the kernel's transmit stamps to the probes they belong to. */

import { elapsedNs } from "../measurement/timestamp.ts";
import type { Instant } from "../time/instant.ts";
import type { DropWatch } from "./drop_watch.ts";
import type { ProbeOutcome } from "./outcome.ts";
import type { InFlightProbe, Probe } from "./probe.ts";
import type { TransmitMoment, TransmitStamp, Transport } from "./transport.ts";

/**
 * Whether a probe had left when something arrived, as far as its stamps say: by that of the driver, or else of the queue, or
 * else by ours, which is read before the system call.
 */
export function hasLeft({ leftAt, queuedAt, sentAt }: Probe, receivedAt: Instant): boolean {
  return elapsedNs(leftAt ?? queuedAt ?? sentAt, receivedAt) >= 0;
}

/** Where transmit stamps come from. */
export type StampTransport = Pick<Transport, "stampSource" | "receiveTransmitStamps">;

/** Probes whose transmit stamp may still come. A power of two; a stamp later than that many probes is not used. */
const PAGE_SIZE = 16384;

/** The probes sent last, by the key of their transmit stamp. */
export class TransmitTimestamps {
  readonly #transport: StampTransport;
  readonly #enabled: boolean;
  readonly #drops: DropWatch | undefined;
  readonly #stampAt: TransmitMoment;
  readonly #page: (InFlightProbe | undefined)[] = [];
  /** By target index: its route's driver stamps what it sends. */
  readonly #isStamped: (true | undefined)[] = [];
  #expected = 0;

  /** Collects from that transport, if its stamps come from the kernel; delays count from the moment `stampAt`. */
  constructor(transport: StampTransport, stampAt: TransmitMoment = "driver", drops?: DropWatch) {
    this.#drops = drops;
    this.#transport = transport;
    this.#stampAt = stampAt;
    this.#enabled = transport.stampSource === "kernel";
  }

  /** The probe has been sent: its stamp will come. */
  expect(probe: InFlightProbe): void {
    if (!this.#enabled) return;
    const slot = probe.key & (PAGE_SIZE - 1);
    if (this.#page[slot] === undefined) this.#expected++;
    this.#page[slot] = probe;
  }

  /** A target is another host from now on, perhaps by another route. */
  forget(targetIndex: number): void {
    this.#isStamped[targetIndex] = undefined;
  }

  /** Takes the stamps that are ready and puts them into their probes. */
  collect(): void {
    while (this.#expected > 0) {
      const stamps = this.#transport.receiveTransmitStamps();
      if (stamps.length === 0) return;
      for (const stamp of stamps) this.#take(stamp);
    }
  }

  /** Whether the queue of this machine took a probe and its driver has not, although the driver stamps what it takes. */
  isQueued(probe: Probe): boolean {
    return probe.queuedAt !== undefined && probe.leftAt === undefined &&
      this.#isStamped[probe.target.index] === true;
  }

  /**
   * What stands in an outcome of a probe that has timed out: whether the queue of this machine took it and its driver did not,
   * although the driver stamps what it takes; and whether its answer may have been dropped here.
   */
  timedOut(probe: InFlightProbe): Extract<ProbeOutcome, { kind: "timedOut" }> {
    const isQueued = this.isQueued(probe) || undefined;
    const mayBeDropped = this.#drops?.mayHaveDropped(probe.sentAt.monotonicNs, probe.deadlineNs) ||
      undefined;
    return {
      kind: "timedOut",
      probe,
      ...isQueued && { isQueued },
      ...mayBeDropped && { mayBeDropped },
    };
  }

  /** Its driver's stamp is a probe's last. Of several queues, as those of a tunnel and its link, the first one counts. */
  #take({ key, moment, at }: TransmitStamp): void {
    const slot = key & (PAGE_SIZE - 1);
    const probe = this.#page[slot];
    if (probe === undefined || probe.key !== key) return;
    if (moment === "driver") {
      probe.leftAt = at;
      this.#isStamped[probe.target.index] = true;
      this.#page[slot] = undefined;
      this.#expected--;
    } else if (probe.queuedAt === undefined) {
      probe.queuedAt = at;
    } else {
      return;
    }
    if (moment === this.#stampAt) probe.sentAt = at;
  }
}
