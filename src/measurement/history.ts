/** What the earlier replies of a host say about the stamps of the next one. */

import { foldMs, msOfDay } from "../time/day.ts";
import type { HostOffset, TickState } from "./host_offset.ts";
import { HostOffsetTracker } from "./host_offset_tracker.ts";
import { RateWatch } from "./rate_watch.ts";
import type { StampReading } from "./reading.ts";
import {
  type MeasurementFlag,
  measureTimestamp,
  type ProbeStamps,
  type TimestampMeasurement,
} from "./timestamp.ts";

/**
 * A receive stamp that repeats for longer than this is stuck: even a clock that counts whole seconds
 * has moved by then.
 */
export const STUCK_AFTER_MS = 1500;

/**
 * A timestamp that was stuck is trusted again after this time: a clock with a tick of some seconds moves now and then,
 * and is stuck again soon.
 */
const STUCK_KEPT_NS = 3e9;

/** What makes all bounds of a host doubtful, also those from earlier replies. */
const UNUSABLE: ReadonlySet<MeasurementFlag> = new Set<MeasurementFlag>([
  "zero",
  "one",
  "low-bits-zero",
  "originate-copied",
  "out-of-range",
  "stuck",
  "wrong-rate",
]);

const TICK_FLAGS: Readonly<Record<TickState, readonly MeasurementFlag[]>> = {
  assumed: ["tick-assumed"],
  fine: [],
  coarse: ["coarse-tick"],
  unknown: ["tick-unknown"],
};

/** What one answered probe measured, and what all replies of the host say so far. */
export interface HostMeasurement extends TimestampMeasurement {
  /** The offset by all replies of the host. */
  readonly host: HostOffset;
}

/**
 * Measures the probes of one host in turn, and remembers what one probe alone cannot show: how its
 * stamps were read when there was no doubt, since when the receive stamp has not moved, whether the
 * stamps advance as time does, and how coarse they are.
 */
export class StampHistory {
  readonly #offset = new HostOffsetTracker();
  #reading: StampReading | undefined;
  #receive: number | undefined;
  #sameSinceNs = NaN;
  #stuckNs = -Infinity;
  readonly #rate = new RateWatch();
  #hasOwnTime = false;
  #isCopier = false;
  #isProven = false;

  /** How this host's stamps are read when only one reading fitted; undefined until one did. */
  get reading(): StampReading | undefined {
    return this.#reading;
  }

  /** The host has answered a request whose originate timestamp was early on purpose. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** How far this host's tick is known. */
  get tick(): TickState {
    return this.#offset.tick;
  }

  /**
   * Measures one answered probe; see measureTimestamp. A stuck stamp is flagged `stuck`, one that does not
   * advance as time does `wrong-rate`; neither gives delays or an offset. Bounds that rest on a tick of a
   * millisecond are flagged `tick-assumed` until the stamps have shown it. Where they contradict it the bounds are as
   * wide as the tick that they have shown (`coarse-tick`), or as the coarsest that is left (`tick-unknown`).
   *
   * @throws {RangeError} when the tick is not a positive finite number.
   */
  measure(probe: ProbeStamps): HostMeasurement {
    const tickMs = this.#tickMs(probe);
    const measured = this.#measure(probe, tickMs);
    if (probe.originateIsEarly) this.#isProven = true;
    const { reading, flags } = measured;
    if (reading !== "ambiguous" && reading !== "unreadable") this.#reading = reading;
    const { receiveMs } = measured;
    const isReadable = receiveMs !== undefined;
    const isStuck = this.#isStuck(probe) && isReadable;
    if (isStuck) this.#rate.restart();
    else if (isReadable) this.#watch(probe, receiveMs);
    if (flags.includes("originate-copied")) this.#isCopier = true;
    const found = isStuck ? "stuck" : this.#findTrouble();
    const trouble = found !== undefined && isReadable ? [found] : [];
    if (trouble.length > 0 || flags.some((flag) => UNUSABLE.has(flag))) {
      this.#offset.withdraw(probe.sentAt.monotonicNs);
      return this.#reject(measured, trouble);
    }
    if (measured.offset === undefined) return { ...measured, host: this.#offset };
    return this.#bound(probe, measured, tickMs);
  }

  /** Takes a usable reply in; measures it again where it has changed what is known of the tick. */
  #bound(probe: ProbeStamps, measured: TimestampMeasurement, tickMs: number): HostMeasurement {
    const { sentAt, receivedAt } = probe;
    // Where there is an offset there are stamps.
    const receiveMs = measured.receiveMs as number, transmitMs = measured.transmitMs as number;
    const isClock = this.#offset.add({
      atNs: sentAt.monotonicNs,
      clockPairNs: sentAt.realtimeNs - sentAt.monotonicNs,
      receiveMs,
      aheadMs: foldMs(receiveMs - msOfDay(sentAt.realtimeNs)),
      behindMs: foldMs(transmitMs - msOfDay(receivedAt.realtimeNs)),
    });
    if (!isClock) return this.#reject(measured, ["wrong-rate"]);
    const knownMs = this.#tickMs(probe);
    const bounded = knownMs === tickMs ? measured : this.#measure(probe, knownMs);
    const tickFlags = bounded.offset === undefined ? [] : TICK_FLAGS[this.#offset.tick];
    const flags = bounded.flags.length === 0 ? tickFlags : [...bounded.flags, ...tickFlags];
    return { ...bounded, flags, host: this.#offset };
  }

  #reject(measured: TimestampMeasurement, trouble: readonly MeasurementFlag[]): HostMeasurement {
    return {
      ...measured,
      out: undefined,
      back: undefined,
      offset: undefined,
      flags: [...measured.flags, ...trouble],
      host: this.#offset,
    };
  }

  #tickMs(probe: ProbeStamps): number {
    return Math.max(probe.tickMs, this.#offset.replyTickMs);
  }

  #measure(probe: ProbeStamps, tickMs: number): TimestampMeasurement {
    return measureTimestamp({
      sentAt: probe.sentAt,
      receivedAt: probe.receivedAt,
      originateMs: probe.originateMs,
      reply: probe.reply,
      tickMs,
      priorReading: probe.priorReading ?? this.#reading,
      hasOwnTime: probe.hasOwnTime ?? this.#hasOwnTime,
      originateIsEarly: probe.originateIsEarly,
    });
  }

  #findTrouble(): MeasurementFlag | undefined {
    if (this.#rate.isWrong) return "wrong-rate";
    // On a short path a copy looks like the time of a synchronised host.
    return this.#isCopier && !this.#hasOwnTime ? "originate-copied" : undefined;
  }

  #isStuck({ sentAt, reply }: ProbeStamps): boolean {
    const atNs = sentAt.monotonicNs;
    if (reply.receiveMs !== this.#receive) {
      this.#receive = reply.receiveMs;
      this.#sameSinceNs = atNs;
    } else if (atNs - this.#sameSinceNs > STUCK_AFTER_MS * 1e6) this.#stuckNs = atNs;
    return atNs - this.#stuckNs < STUCK_KEPT_NS;
  }

  #watch({ sentAt, originateMs, reply }: ProbeStamps, receiveMs: number): void {
    if (reply.receiveMs !== originateMs) this.#hasOwnTime = true;
    this.#rate.add(sentAt.monotonicNs, receiveMs);
  }
}
