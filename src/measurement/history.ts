/** What the earlier replies of a host say about the stamps of the next one. */

import { foldMs, msOfDay } from "../time/day.ts";
import type { HostOffset, TickState } from "./host_offset.ts";
import { HostOffsetTracker } from "./host_offset_tracker.ts";
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

/** Minimum span over which the advance of the timestamps is compared with that of our clock. */
export const RATE_AFTER_MS = 1500;

/**
 * How far the two may differ: by half of the time that has passed, and by what the outward delay can change and a
 * clock of whole seconds can lag. Stamps in seconds, a thousandth of the right rate, differ by more.
 */
const RATE_TOLERANCE_RATIO = 0.5;
const RATE_TOLERANCE_MS = 500;

/**
 * Where one pair of replies is all that there is to compare, a clock that went by less than this share of the time
 * counts in another unit; one that was set differs by anything.
 */
const OTHER_UNIT_RATIO = 0.05;

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
  #sameSinceNs = 0;
  #stuckNs = -Infinity;
  #anchorMs: number | undefined;
  #anchorNs = 0;
  #wrongRate = false;
  /** The stamp and time of the reply before, and by how much the stamps moved apart from time where they did most. */
  #beforeMs = 0;
  #beforeNs = 0;
  #jumpMs = 0;
  #jumpAfterMs = 0;
  /** The stamps of the last stretch differed from time, which one jump explains. */
  #jumped = false;
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
    const isReadable = measured.receiveMs !== undefined;
    const isStuck = this.#isStuck(probe) && isReadable;
    if (isStuck) this.#anchorMs = undefined;
    else if (isReadable) this.#watch(probe, measured);
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
    const { receiveMs = 0, transmitMs = 0 } = measured;
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
    if (this.#wrongRate) return "wrong-rate";
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

  #watch({ sentAt, originateMs, reply }: ProbeStamps, { receiveMs }: TimestampMeasurement): void {
    if (receiveMs === undefined) return;
    if (reply.receiveMs !== originateMs) this.#hasOwnTime = true;
    this.#watchRate(sentAt.monotonicNs, receiveMs);
  }

  #watchRate(atNs: number, receiveMs: number): void {
    if (this.#anchorMs === undefined) {
      this.#wrongRate = false;
      this.#jumped = false;
      this.#anchor(atNs, receiveMs);
      return;
    }
    const sinceMs = (atNs - this.#beforeNs) / 1e6;
    const aheadMs = foldMs(receiveMs - this.#beforeMs - sinceMs);
    if (Math.abs(aheadMs) >= Math.abs(this.#jumpMs)) {
      this.#jumpMs = aheadMs;
      this.#jumpAfterMs = sinceMs;
    }
    this.#beforeMs = receiveMs;
    this.#beforeNs = atNs;
    const passedMs = (atNs - this.#anchorNs) / 1e6;
    if (passedMs < RATE_AFTER_MS) return;
    const differenceMs = foldMs(receiveMs - this.#anchorMs - passedMs);
    const toleranceMs = passedMs * RATE_TOLERANCE_RATIO + RATE_TOLERANCE_MS;
    const differs = Math.abs(differenceMs) > toleranceMs;
    // A clock that was set differs once, and in one place; one that counts otherwise does so everywhere.
    this.#wrongRate = differs && (this.#jumped || !this.#isJump(differenceMs, passedMs));
    this.#jumped = differs;
    this.#anchor(atNs, receiveMs);
  }

  /** Whether one jump between two replies explains how far the stamps moved apart from time. */
  #isJump(differenceMs: number, passedMs: number): boolean {
    const otherMs = passedMs - this.#jumpAfterMs;
    if (otherMs > 0) {
      return Math.abs(foldMs(differenceMs - this.#jumpMs)) <= otherMs * RATE_TOLERANCE_RATIO;
    }
    const movedMs = foldMs(passedMs + differenceMs);
    return movedMs < 0 || movedMs >= passedMs * OTHER_UNIT_RATIO;
  }

  #anchor(atNs: number, receiveMs: number): void {
    this.#anchorMs = receiveMs;
    this.#anchorNs = atNs;
    this.#beforeMs = receiveMs;
    this.#beforeNs = atNs;
    this.#jumpMs = 0;
    this.#jumpAfterMs = 0;
  }
}
