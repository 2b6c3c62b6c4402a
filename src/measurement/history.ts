/** What the earlier replies of a host say about the stamps of the next one. */

import { foldMs, msOfDay } from "../time/day.ts";
import type { StampReading } from "./reading.ts";
import { FINE_TICK_MS, TickDetector } from "./tick.ts";
import { measureTimestamp, type ProbeStamps, type TimestampMeasurement } from "./timestamp.ts";

/**
 * A receive stamp that repeats for longer than this is stuck: even a clock that counts whole seconds
 * has moved by then.
 */
export const STUCK_AFTER_MS = 1500;

/** Over at least so long it is compared how far the stamps and our clock have moved. */
export const RATE_AFTER_MS = 1500;

/**
 * How far the two may differ: by half of the time that has passed, and by what the way out can change and a
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
 * A host's tick is looked for from the reply on whose stamp lags so far behind another of its stamps: a fine clock
 * on a steady way never lets it, and a run may have many such hosts. The finest tick that is looked for lets half
 * of all stamps lag by that.
 */
const TICK_LAG_MS = 1;

/**
 * Measures the probes of one host in turn, and remembers what one probe alone cannot tell: how its
 * stamps were read when there was no doubt, since when the receive stamp has not moved, whether the
 * stamps advance as time does, and how coarse they are.
 */
export class StampHistory {
  #reading: StampReading | undefined;
  #receive: number | undefined;
  #sameSinceNs = 0;
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
  /** How far the stamp that was most ahead of our send time was. */
  #leadMs: number | undefined;
  #ticks: TickDetector | undefined;
  #ticksKnown = false;
  #hasOwnTime = false;

  /** How this host's stamps are read when only one reading fitted; undefined until one did. */
  get reading(): StampReading | undefined {
    return this.#reading;
  }

  /** The coarse tick that this host's stamps have shown, milliseconds; 1 while they have not. */
  get tickMs(): number {
    return this.#ticks?.tickMs ?? FINE_TICK_MS;
  }

  /**
   * Measures one answered probe; see measureTimestamp. A stuck stamp is flagged `stuck`, one that does not
   * advance as time does `wrong-rate`; neither gives delays or an offset. The bounds of a host that is
   * known to have a coarse tick are as wide as that, and flagged `coarse-tick`.
   *
   * @throws {RangeError} when the tick is not a positive finite number.
   */
  measure(probe: ProbeStamps): TimestampMeasurement {
    const { tickMs } = this;
    const isCoarse = tickMs > probe.tickMs;
    const measured = measureTimestamp({
      sentAt: probe.sentAt,
      receivedAt: probe.receivedAt,
      originateMs: probe.originateMs,
      reply: probe.reply,
      // A tick's phase may be any, and the stamp cuts the fraction off: one millisecond more.
      tickMs: isCoarse ? tickMs + FINE_TICK_MS : probe.tickMs,
      priorReading: probe.priorReading ?? this.#reading,
      hasOwnTime: probe.hasOwnTime ?? this.#hasOwnTime,
    });
    const { reading } = measured;
    if (reading !== "ambiguous" && reading !== "unreadable") this.#reading = reading;
    const isStuck = this.#isStuck(probe) && measured.receiveMs !== undefined;
    if (isStuck) this.#anchorMs = undefined;
    else this.#watch(probe, measured);
    if (isStuck || this.#wrongRate) {
      return {
        ...measured,
        out: undefined,
        back: undefined,
        offset: undefined,
        flags: [...measured.flags, isStuck ? "stuck" : "wrong-rate"],
      };
    }
    return isCoarse ? { ...measured, flags: [...measured.flags, "coarse-tick"] } : measured;
  }

  #isStuck({ sentAt, reply }: ProbeStamps): boolean {
    if (reply.receiveMs !== this.#receive) {
      this.#receive = reply.receiveMs;
      this.#sameSinceNs = sentAt.monotonicNs;
      return false;
    }
    return sentAt.monotonicNs - this.#sameSinceNs > STUCK_AFTER_MS * 1e6;
  }

  #watch(
    { sentAt, originateMs, reply }: ProbeStamps,
    { receiveMs, offset }: TimestampMeasurement,
  ): void {
    if (receiveMs === undefined) return;
    if (reply.receiveMs !== originateMs) this.#hasOwnTime = true;
    this.#watchRate(sentAt.monotonicNs, receiveMs);
    if (offset === undefined || this.#ticksKnown) return;
    const sentMs = msOfDay(sentAt.realtimeNs);
    if (this.#ticks === undefined) {
      if (!this.#lags(foldMs(receiveMs - sentMs))) return;
      this.#ticks = new TickDetector();
    }
    this.#ticks.add(sentMs, receiveMs);
    if (this.#ticks.settled && this.#ticks.tickMs === FINE_TICK_MS) {
      // Every coarse tick is contradicted: there is nothing more to learn.
      this.#ticksKnown = true;
      this.#ticks = undefined;
    }
  }

  /** Whether a stamp that is so far ahead of our send time lags behind an earlier one. */
  #lags(aheadMs: number): boolean {
    const leadMs = this.#leadMs ?? aheadMs;
    const lagMs = foldMs(leadMs - aheadMs);
    this.#leadMs = lagMs > 0 ? leadMs : aheadMs;
    return lagMs >= TICK_LAG_MS;
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
