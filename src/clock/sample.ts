/** Samples of a remote clock, unfolded around a reference so that doubles keep nanoseconds. */

import { foldMs, msOfDay } from "../time/day.ts";
import type { Instant } from "../time/instant.ts";

/** One answered probe, as the clock tracker wants it. */
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
