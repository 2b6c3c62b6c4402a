/**
 * From the stamps of one probe to delays and a clock offset, each as an interval.
 *
 * t1 and t4 are our transmit and receive instants, R and X the remote receive and transmit stamps,
 * all in milliseconds of the day; q is the remote tick. A stamp is the remote clock rounded down, so
 * the remote clock showed something in [R, R + q) when the request arrived, and in [X, X + q) when
 * the reply left:
 *
 * ```
 *   out    = arrival − t1     ∈ [R − t1, R + q − t1)      contains the offset
 *   back   = t4 − departure   ∈ (t4 − X − q, t4 − X]      contains the offset, negated
 *   offset = remote − local   ∈ [X − t4, R + q − t1]      whatever the two delays are
 * ```
 *
 * All differences are modulo a day, folded to ± 12 h.
 */

import { foldMs, msOfDay } from "../time/day.ts";
import type { Instant } from "../time/instant.ts";
import { type BoundedMs, boundedMs } from "./interval.ts";
import { type ReadingFlag, readStamps, type StampReading } from "./reading.ts";

/**
 * A change of realtime against monotonic between two events that is no reading error any more.
 *
 * Slewing (NTP) moves both clocks alike. A pair of clocks is read within a fraction of a microsecond
 * and re-read while preempted, so 100 µs is far above reading error; a step that is smaller than
 * this stays hidden in one probe, and is then an error of at most 100 µs in it.
 */
export const CLOCK_STEP_NS = 100_000;

/** The two remote stamps and the echoed originate stamp, raw unsigned 32-bit numbers. */
export interface RawStamps {
  /** Originate stamp as echoed. */
  readonly originateMs: number;
  /** Receive stamp. */
  readonly receiveMs: number;
  /** Transmit stamp. */
  readonly transmitMs: number;
}

/** Everything that one answered probe knows. */
export interface ProbeStamps {
  /** When the request left, by our clocks. */
  readonly sentAt: Instant;
  /** When the reply arrived, by our clocks. */
  readonly receivedAt: Instant;
  /** Originate stamp as sent, raw unsigned 32 bits. */
  readonly originateMs: number;
  /** The stamps of the reply. */
  readonly reply: RawStamps;
  /** Remote tick, milliseconds, at least 1; 1 when it is not known to be coarser. */
  readonly tickMs: number;
  /** How earlier replies of this host were read beyond doubt. */
  readonly priorReading?: StampReading | undefined;
  /** An earlier reply of this host had stamps that were not copies of the originate stamp. */
  readonly hasOwnTime?: boolean | undefined;
  /** The originate stamp is so much older than the departure that no synchronised clock shows it on arrival. */
  readonly originateIsEarly?: boolean | undefined;
}

/** What is odd about one answered probe. */
export type MeasurementFlag =
  | ReadingFlag
  /** The echoed originate stamp is not the one sent. */
  | "originate-changed"
  /** Our realtime clock was stepped between request and reply. */
  | "clock-step"
  /** The reply seems to have arrived before the request left: our stamps are wrong. */
  | "negative-rtt"
  /** The receive stamp has not moved although it should have (see StampHistory). */
  | "stuck"
  /** The stamps do not advance as time does: another unit, or the clock was set just now (see StampHistory). */
  | "wrong-rate"
  /** The remote clock moves in steps of more than a millisecond; the bounds are as wide (see StampHistory). */
  | "coarse-tick"
  /** The bounds hold if the remote clock ticks each millisecond, which its stamps have not shown (see StampHistory). */
  | "tick-assumed"
  /** The stamps speak against such a tick; the bounds allow for the coarsest that is left (see StampHistory). */
  | "tick-unknown";

/** Flags that an ordinary reply has: after a single probe of a host, each reply with timestamps. */
export const ORDINARY_FLAGS: ReadonlySet<string> = new Set<MeasurementFlag>(["tick-assumed"]);

/** What one answered probe measured. */
export interface TimestampMeasurement {
  /** Round-trip time, nanoseconds, by the local clocks alone. */
  readonly rttNs: number;
  /** Outward delay plus clock offset; absent when the stamps cannot be trusted. */
  readonly out: BoundedMs | undefined;
  /** Return delay minus clock offset; absent when the stamps cannot be trusted. */
  readonly back: BoundedMs | undefined;
  /** Remote clock minus local clock; absent when the stamps cannot be trusted. */
  readonly offset: BoundedMs | undefined;
  /** Receive stamp as read, milliseconds of the day; absent when it cannot be read. */
  readonly receiveMs: number | undefined;
  /** Transmit stamp as read, milliseconds of the day; absent when it cannot be read. */
  readonly transmitMs: number | undefined;
  /** How the remote stamps were read. */
  readonly reading: StampReading;
  /** What is odd; empty for an ordinary reply. */
  readonly flags: readonly MeasurementFlag[];
}

/** Whether our realtime clock was stepped between two events; see {@linkcode CLOCK_STEP_NS}. */
export function isClockStep(earlier: Instant, later: Instant): boolean {
  const realtimeNs = later.realtimeNs - earlier.realtimeNs;
  const monotonicNs = later.monotonicNs - earlier.monotonicNs;
  return Math.abs(realtimeNs - monotonicNs) > CLOCK_STEP_NS;
}

/**
 * Time from one local event to another, nanoseconds: by realtime, which the kernel's stamps are exact
 * in, or by monotonic where realtime was stepped in between. Below 0 only when both say so: a kernel stamp has
 * its monotonic side from a pair of clocks that is read later, and a step in between spoils that side.
 */
export function elapsedNs(earlier: Instant, later: Instant): number {
  const realtimeNs = later.realtimeNs - earlier.realtimeNs;
  const monotonicNs = later.monotonicNs - earlier.monotonicNs;
  if (Math.abs(realtimeNs - monotonicNs) <= CLOCK_STEP_NS) return realtimeNs;
  return monotonicNs >= 0 ? monotonicNs : realtimeNs;
}

/**
 * Measures one answered probe.
 *
 * @throws {RangeError} when the tick is not a positive finite number.
 */
export function measureTimestamp(probe: ProbeStamps): TimestampMeasurement {
  const { sentAt, receivedAt, reply, tickMs } = probe;
  if (!(tickMs > 0 && Number.isFinite(tickMs))) {
    throw new RangeError(`Cannot measure with a tick of ${tickMs} ms: a positive number is wanted`);
  }
  const stepped = isClockStep(sentAt, receivedAt);
  const rttNs = elapsedNs(sentAt, receivedAt);
  const rttMs = rttNs / 1e6;
  const sentMs = msOfDay(sentAt.realtimeNs);
  const read = readStamps({
    originate: probe.originateMs,
    receive: reply.receiveMs,
    transmit: reply.transmitMs,
    sentMs,
    rttMs,
    tickMs,
    priorReading: probe.priorReading,
    hasOwnTime: probe.hasOwnTime,
    originateIsEarly: probe.originateIsEarly,
  });

  const flags: MeasurementFlag[] = [...read.flags];
  const originateChanged = reply.originateMs !== probe.originateMs;
  if (originateChanged) flags.push("originate-changed");
  if (stepped) flags.push("clock-step");
  if (rttNs < 0) flags.push("negative-rtt");

  const { receiveMs, transmitMs } = read;
  const readable = receiveMs !== undefined && transmitMs !== undefined;
  const processingMs = readable ? foldMs(transmitMs - receiveMs) : undefined;
  const trusted = read.consistent && !originateChanged && !stepped && rttNs >= 0;
  if (!trusted || !readable || processingMs === undefined) {
    const { reading } = read;
    const none = { out: undefined, back: undefined, offset: undefined };
    return { rttNs, receiveMs, transmitMs, reading, flags, ...none };
  }
  const receivedMs = msOfDay(receivedAt.realtimeNs);
  // The slack that reading allows can leave an interval a hair below empty; it is then a point.
  const offsetWidthMs = Math.max(0, rttMs + tickMs - processingMs);
  // Written out: this is done for every reply of a capture, and a spread makes an object of its own.
  return {
    rttNs,
    receiveMs,
    transmitMs,
    reading: read.reading,
    flags,
    out: boundedMs(foldMs(receiveMs - sentMs), tickMs),
    back: boundedMs(foldMs(receivedMs - transmitMs - tickMs), tickMs),
    offset: boundedMs(foldMs(transmitMs - receivedMs), offsetWidthMs),
  };
}
