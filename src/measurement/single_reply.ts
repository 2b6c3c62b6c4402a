/**
 * One reply of a host of which nothing else is known, as a sweep without a table of probes has it: the request left at
 * some moment of the millisecond that its originate stamp names, and no other reply shows how coarse the clock is.
 */

import { foldMs, isStandardStamp } from "../time/day.ts";
import { type BoundedMs, boundedMs } from "./interval.ts";
import { NEAR_MS, type ReadingFlag, readStamps, type StampReading } from "./reading.ts";
import { FINE_TICK_MS } from "./known_ticks.ts";

/** What a sweep knows of one reply. Milliseconds since midnight UT but for the raw stamps. */
export interface SingleReply {
  /** Originate stamp as sent: the time at which the request left, its fraction cut off. */
  readonly originateMs: number;
  /** Receive stamp, raw unsigned 32 bits. */
  readonly receiveMs: number;
  /** Transmit stamp, raw unsigned 32 bits. */
  readonly transmitMs: number;
  /** When the reply arrived, with fraction. */
  readonly arrivalMs: number;
}

/** What is odd about a single reply; `tick-assumed` stands with every offset. */
export type SingleReplyFlag = ReadingFlag | "negative-rtt" | "tick-assumed";

/** How its stamps were read, and the bounds of the offset if the clock ticks each millisecond. */
export interface SingleReplyMeasurement {
  /** How the stamps were read. */
  readonly reading: StampReading;
  /** What is odd. */
  readonly flags: readonly SingleReplyFlag[];
  /** Remote clock minus ours, milliseconds; undefined when the stamps cannot be trusted. */
  readonly offset: BoundedMs | undefined;
}

const ORDINARY: readonly SingleReplyFlag[] = ["tick-assumed"];

/** Measures one reply by itself; the rules are those of measureTimestamp. */
export function measureSingleReply(reply: SingleReply): SingleReplyMeasurement {
  const { originateMs, receiveMs, transmitMs, arrivalMs } = reply;
  // Of a request that left later in its millisecond the round trip was shorter.
  const rttMs = foldMs(arrivalMs - originateMs);
  if (isOrdinary(reply, rttMs)) {
    return bounds("standard", ORDINARY, reply, receiveMs, transmitMs);
  }
  const read = readStamps({
    originate: originateMs,
    receive: receiveMs,
    transmit: transmitMs,
    sentMs: originateMs,
    rttMs,
    tickMs: FINE_TICK_MS,
  });
  const { reading, flags, consistent } = read;
  if (rttMs < 0) return untrusted(reading, [...flags, "negative-rtt"]);
  if (!consistent || read.receiveMs === undefined || read.transmitMs === undefined) {
    return untrusted(reading, flags);
  }
  return bounds(reading, [...flags, "tick-assumed"], reply, read.receiveMs, read.transmitMs);
}

/** Whether the stamps are those of nearly every host, so that there is nothing to find out about them. */
function isOrdinary({ originateMs, receiveMs, transmitMs }: SingleReply, rttMs: number): boolean {
  const processingMs = transmitMs - receiveMs;
  return isStandardStamp(receiveMs) && isStandardStamp(transmitMs) &&
    receiveMs !== originateMs && Math.abs(receiveMs - originateMs) <= NEAR_MS &&
    rttMs >= 0 && processingMs >= 0 && processingMs <= rttMs;
}

function bounds(
  reading: StampReading,
  flags: readonly SingleReplyFlag[],
  { originateMs, arrivalMs }: SingleReply,
  receiveMs: number,
  transmitMs: number,
): SingleReplyMeasurement {
  const lowerMs = foldMs(transmitMs - arrivalMs);
  // Not folded by itself: an interval is never torn at 12 h.
  const widthMs = foldMs(receiveMs + FINE_TICK_MS - originateMs - lowerMs);
  return { reading, flags, offset: boundedMs(lowerMs, Math.max(0, widthMs)) };
}

function untrusted(
  reading: StampReading,
  flags: readonly SingleReplyFlag[],
): SingleReplyMeasurement {
  return { reading, flags, offset: undefined };
}
