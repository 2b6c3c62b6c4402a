/**
 * When the originate timestamp of a probe is taken.
 *
 * A host that copies the originate timestamp answers just what a synchronised host on a short way answers, if that timestamp is
 * the moment at which the probe leaves. One that is older than any clock that keeps RFC 1122 can lag distinguishes the two, whatever
 * the round trip is: no synchronised clock shows it any more.
 */

import { type Instant, wholeMsOfDay } from "../time/mod.ts";
import type { InFlightProbe } from "./probe.ts";
import type { OutgoingDatagram } from "./transport.ts";

/**
 * When it is taken: while the probe is made; right before the call that sends it; or so too, but {@linkcode EARLY_MS} early until
 * the host has answered such a probe.
 */
export type OriginateMoment = "making" | "sending" | "sending-after-proof";

/**
 * How much too old an early originate timestamp is, in milliseconds: RFC 1122 §3.2.2.8 lets a clock move 15 times a second,
 * and a clock that is right may thus show what was right 67 ms ago.
 */
export const EARLY_MS = 70;

/** Gives the probes of one run their originate timestamps. */
export class OriginateStamps {
  readonly #moment: OriginateMoment;
  readonly #isProven: (probe: InFlightProbe) => boolean;

  /** `isProven` says whether the target of a probe has answered an early one. */
  constructor(moment: OriginateMoment, isProven: (probe: InFlightProbe) => boolean) {
    this.#moment = moment;
    this.#isProven = isProven;
  }

  /** The first probe has the time of its sending too. */
  get isExactFromStart(): boolean {
    return this.#moment === "sending";
  }

  /** What `transport` calls before it sends a probe that was written into `bytes`; undefined where the probe stays as it is. */
  restampOf(probe: InFlightProbe, bytes: Uint8Array): OutgoingDatagram["restamp"] {
    const { message } = probe;
    if (this.#moment === "making" || message.isTimed !== true) return undefined;
    probe.isEarly = this.#moment === "sending-after-proof" && !this.#isProven(probe);
    const earlyNs = probe.isEarly ? EARLY_MS * 1e6 : 0;
    return ({ realtimeNs }: Instant): boolean => {
      const timeOfDayMs = wholeMsOfDay(realtimeNs - earlyNs);
      if (probe.token === timeOfDayMs) return false;
      probe.token = timeOfDayMs;
      message.emit(probe, bytes);
      return true;
    };
  }
}
