/** Samples of a remote clock, unfolded around a reference so that doubles keep nanoseconds. */

import { FINE_TICK_MS } from "../measurement/known_ticks.ts";
import { elapsedNs } from "../measurement/timestamp.ts";
import { foldMs, msOfDay } from "../time/day.ts";
import type { Instant } from "../time/instant.ts";

/** One answered probe, as the clock tracker takes it. */
export interface ClockSample {
  /** When the request left, by our clocks. */
  readonly sentAt: Instant;
  /** When the reply arrived, by our clocks. */
  readonly receivedAt: Instant;
  /** Remote receive stamp as read, whole milliseconds of the day in [0, 86 400 000). */
  readonly receiveMs: number;
  /** Remote transmit stamp as read, whole milliseconds of the day in [0, 86 400 000). */
  readonly transmitMs: number;
}

/** A sample relative to a reference time and a reference offset. */
export interface RelativeSample {
  /** Number of the probe. */
  readonly label: number;
  /** Our transmit instant, nanoseconds since the clock's base. */
  readonly sentNs: number;
  /** Our receive instant, nanoseconds since the clock's base. */
  readonly receivedNs: number;
  /** Remote receive stamp, milliseconds of the day. */
  readonly receiveMs: number;
  /** Remote transmit stamp, milliseconds of the day. */
  readonly transmitMs: number;
  /** Receive stamp minus our transmit instant minus the reference offset, milliseconds. */
  readonly outMs: number;
  /** Transmit stamp minus our receive instant minus the reference offset, milliseconds. */
  readonly minusBackMs: number;
}

/** What the samples of a fit are relative to. */
export interface FitReference {
  /** Our realtime, nanoseconds since the clock's base. */
  readonly referenceNs: number;
  /** Remote clock minus ours, milliseconds in ± 12 h. */
  readonly referenceMs: number;
}

/** The reference that a sample gives. */
export function referenceOf(first: ClockSample): FitReference {
  const referenceNs = first.sentAt.realtimeNs;
  return { referenceNs, referenceMs: foldMs(first.receiveMs - msOfDay(referenceNs)) };
}

/** Makes a sample relative to a reference offset. */
export function relativeSample(
  sample: ClockSample,
  label: number,
  referenceMs: number,
): RelativeSample {
  const sentNs = sample.sentAt.realtimeNs;
  const receivedNs = sample.receivedAt.realtimeNs;
  const { receiveMs, transmitMs } = sample;
  return {
    label,
    sentNs,
    receivedNs,
    receiveMs,
    transmitMs,
    outMs: foldMs(receiveMs - msOfDay(sentNs) - referenceMs),
    minusBackMs: foldMs(transmitMs - msOfDay(receivedNs) - referenceMs),
  };
}

/** The same sample relative to another reference offset. */
export function rebased(sample: RelativeSample, referenceMs: number): RelativeSample {
  const { sentNs, receivedNs, receiveMs, transmitMs } = sample;
  return {
    ...sample,
    outMs: foldMs(receiveMs - msOfDay(sentNs) - referenceMs),
    minusBackMs: foldMs(transmitMs - msOfDay(receivedNs) - referenceMs),
  };
}

/** No clock goes wrong by more than this share while it answers. */
const MAX_RATE_ERROR = 0.1;

/**
 * Whether the two stamps of one reply can be of one clock: it does not run backwards while it answers, however coarse
 * it is, and does not take longer than the whole round trip, but for a tick.
 */
export function isConsistent(sample: ClockSample, worstTickMs: number): boolean {
  const { sentAt, receivedAt, receiveMs, transmitMs } = sample;
  const processingMs = foldMs(transmitMs - receiveMs);
  const rttMs = elapsedNs(sentAt, receivedAt) / 1e6;
  return processingMs >= -FINE_TICK_MS &&
    processingMs <= rttMs * (1 + MAX_RATE_ERROR) + worstTickMs + FINE_TICK_MS;
}
