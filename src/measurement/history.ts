/** What the earlier replies of a host say about the stamps of the next one. */

import type { StampReading } from "./reading.ts";
import { measureTimestamp, type ProbeStamps, type TimestampMeasurement } from "./timestamp.ts";

/**
 * A receive stamp that repeats for longer than this is stuck: even a clock that counts whole seconds
 * has moved by then.
 */
export const STUCK_AFTER_MS = 1500;

/**
 * Measures the probes of one host in turn, and remembers what one probe alone cannot tell: how its
 * stamps were read when there was no doubt, and since when the receive stamp has not moved.
 */
export class StampHistory {
  #reading: StampReading | undefined;
  #receive: number | undefined;
  #sameSinceNs = 0;

  /** How this host's stamps are read when only one reading fitted; undefined until one did. */
  get reading(): StampReading | undefined {
    return this.#reading;
  }

  /**
   * Measures one answered probe; see measureTimestamp. A stuck stamp is flagged `stuck` and gives
   * no delays and no offset.
   *
   * @throws {RangeError} when the tick is not a positive finite number.
   */
  measure(probe: ProbeStamps): TimestampMeasurement {
    const measured = measureTimestamp({
      ...probe,
      priorReading: probe.priorReading ?? this.#reading,
    });
    const { reading } = measured;
    if (reading !== "ambiguous" && reading !== "unreadable") this.#reading = reading;

    const { sentAt, reply } = probe;
    if (reply.receiveMs !== this.#receive) {
      this.#receive = reply.receiveMs;
      this.#sameSinceNs = sentAt.monotonicNs;
      return measured;
    }
    if (sentAt.monotonicNs - this.#sameSinceNs <= STUCK_AFTER_MS * 1e6) return measured;
    return {
      ...measured,
      out: undefined,
      back: undefined,
      offset: undefined,
      flags: [...measured.flags, "stuck"],
    };
  }
}
