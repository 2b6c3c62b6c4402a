/**
 * How the two remote stamps of one reply are to be read.
 *
 * RFC 792 asks for milliseconds since midnight UT in network byte order. Some stacks set the
 * high-order bit ("non-standard value"), some write little-endian, some write nothing useful at
 * all. A reading other than the standard one is accepted only when the evidence of this one probe
 * supports it, and it is always named.
 */

import { byteSwap32, clearHighBit, foldMs, hasHighBit, isStandardStamp } from "../time/day.ts";
import { FINE_TICK_MS } from "./known_ticks.ts";

/**
 * How remote stamps were read: as RFC 792 has them; with the high-order bit cleared; with the
 * octets in the opposite order; not at all because two readings fit equally; not at all because
 * none fits.
 */
export type StampReading =
  | "standard"
  | "high-bit"
  | "little-endian"
  | "ambiguous"
  | "unreadable";

/** What is odd about the remote stamps of one reply. */
export type ReadingFlag =
  /** A stamp has its high-order bit set: the remote says it is not milliseconds since midnight UT. */
  | "non-standard"
  /** Read with the octets swapped, because only so the stamps fall near the local time. */
  | "byte-swapped"
  /** Two readings fit; neither was chosen. */
  | "ambiguous"
  /** A stamp is a day or more and no reading makes sense of it. */
  | "out-of-range"
  /** Both stamps are zero although it is not midnight here. */
  | "zero"
  /** Both stamps are one although it is not midnight here. */
  | "one"
  /** The low 16 bits of both stamps are zero: half of the time is missing. */
  | "low-bits-zero"
  /** Both stamps repeat our originate stamp: the remote returned our own time. */
  | "originate-copied"
  /** The transmit stamp is earlier than the receive stamp. */
  | "transmit-before-receive"
  /** The stamps lie further apart than the whole round trip lasted. */
  | "processing-exceeds-rtt";

/**
 * A remote clock within this distance of ours is near: RFC 1122 §3.2.2.8 requires it to be right within a
 * few minutes. Nearness is what distinguishes a byte-swapped timestamp from noise (chance agreement of one
 * stamp: 0.04 %), and a real midnight from a constant zero.
 */
export const NEAR_MS = 15 * 60_000;

/**
 * Above this round-trip time a reply whose stamps equal our originate stamp copied it: a clock
 * would have to run behind ours by just the outward delay. Below it, equal stamps are what
 * a synchronised host on a short path answers.
 */
export const COPY_RTT_MS = 2;

/** Slack for the remote's rate error during one round trip, and for our own stamps' error. */
const PROCESSING_SLACK_MS = 0.05;

/** The raw stamps of one reply and what surrounds them. */
export interface StampsToRead {
  /** Originate stamp as we sent it, raw unsigned 32 bits. */
  readonly originate: number;
  /** Receive stamp, raw unsigned 32 bits. */
  readonly receive: number;
  /** Transmit stamp, raw unsigned 32 bits. */
  readonly transmit: number;
  /** Our transmit instant, milliseconds of the day. */
  readonly sentMs: number;
  /** Round-trip time, milliseconds. */
  readonly rttMs: number;
  /** Remote tick, milliseconds: how far the stamps may lag behind the remote clock. */
  readonly tickMs: number;
  /** How earlier replies of this host were read beyond doubt; settles an ambiguous one. */
  readonly priorReading?: StampReading | undefined;
  /** An earlier reply of this host had its own stamps: equal ones are chance, not a copy. */
  readonly hasOwnTime?: boolean | undefined;
  /** The originate stamp is so much older than the departure that no synchronised clock shows it on arrival. */
  readonly originateIsEarly?: boolean | undefined;
}

/** The outcome of reading the remote stamps of one reply. */
export interface ReadStamps {
  /** How they were read. */
  readonly reading: StampReading;
  /** Receive stamp, milliseconds of the day in [0, 86 400 000); absent when it cannot be read. */
  readonly receiveMs: number | undefined;
  /** Transmit stamp, milliseconds of the day in [0, 86 400 000); absent when it cannot be read. */
  readonly transmitMs: number | undefined;
  /** Whether the two stamps agree with each other and with the round-trip time. */
  readonly consistent: boolean;
  /** What is odd about them. */
  readonly flags: readonly ReadingFlag[];
}

interface Candidate {
  readonly reading: StampReading;
  readonly receiveMs: number;
  readonly transmitMs: number;
}

/** Finds the reading that the stamps of one reply support. */
export function readStamps(stamps: StampsToRead): ReadStamps {
  const { receive, transmit } = stamps;
  const flags: ReadingFlag[] = [];
  const highBit = hasHighBit(receive) || hasHighBit(transmit);
  const meaningless = meaninglessFlag(stamps);
  if (meaningless !== undefined) return unreadable([meaningless]);

  const plain = highBit
    ? candidate("high-bit", clearHighBit(receive), clearHighBit(transmit))
    : candidate("standard", receive, transmit);
  const swapped = candidate("little-endian", byteSwap32(receive), byteSwap32(transmit));
  const swappedFits = swapped !== undefined && isNear(swapped, stamps) &&
    inconsistency(swapped, stamps) === undefined;

  if (plain === undefined && !swappedFits) {
    return unreadable(highBit ? ["non-standard", "out-of-range"] : ["out-of-range"]);
  }
  let chosen = plain;
  if (swapped !== undefined && swappedFits && !(plain !== undefined && isNear(plain, stamps))) {
    // The swapped reading is near our time and the plain one is not, or does not exist.
    const plainFits = plain !== undefined && inconsistency(plain, stamps) === undefined;
    if (!plainFits || stamps.priorReading === "little-endian") chosen = swapped;
    else if (stamps.priorReading !== plain.reading) {
      return { ...unreadable(["ambiguous"]), reading: "ambiguous" };
    }
  }
  if (chosen === undefined) return unreadable(["out-of-range"]);
  if (chosen.reading === "high-bit") flags.push("non-standard");
  if (chosen.reading === "little-endian") flags.push("byte-swapped");
  const trouble = inconsistency(chosen, stamps);
  if (trouble !== undefined) flags.push(trouble);
  else if (foldMs(chosen.transmitMs - chosen.receiveMs) < 0) flags.push("transmit-before-receive");
  return { ...chosen, consistent: trouble === undefined, flags };
}

/** Constants and copies, which carry no time although they may fall in the range of a day. */
function meaninglessFlag(stamps: StampsToRead): ReadingFlag | undefined {
  const { originate, receive, transmit, sentMs, rttMs } = stamps;
  if (receive === originate && transmit === originate && stamps.hasOwnTime !== true) {
    const isOurTime = stamps.originateIsEarly !== true &&
      Math.abs(foldMs(originate - sentMs)) <= NEAR_MS;
    if (rttMs > COPY_RTT_MS || !isOurTime) return "originate-copied";
  }
  const near = isStandardStamp(receive) && Math.abs(foldMs(receive - sentMs)) <= NEAR_MS;
  if (near) return undefined;
  if (receive === 0 && transmit === 0) return "zero";
  if (receive === 1 && transmit === 1) return "one";
  if ((receive & 0xffff) === 0 && (transmit & 0xffff) === 0) return "low-bits-zero";
  return undefined;
}

function candidate(
  reading: StampReading,
  receiveMs: number,
  transmitMs: number,
): Candidate | undefined {
  if (!isStandardStamp(receiveMs) || !isStandardStamp(transmitMs)) return undefined;
  return { reading, receiveMs, transmitMs };
}

function isNear(read: Candidate, stamps: StampsToRead): boolean {
  return Math.abs(foldMs(read.receiveMs - stamps.sentMs)) <= NEAR_MS &&
    Math.abs(foldMs(read.transmitMs - stamps.sentMs)) <= NEAR_MS;
}

/**
 * Why the two stamps cannot both be true. The receive stamp lags the remote clock by less than a
 * tick and the transmit stamp does not lead it, so X − R < processing time + tick ≤ RTT + tick.
 */
function inconsistency(read: Candidate, stamps: StampsToRead): ReadingFlag | undefined {
  const processingMs = foldMs(read.transmitMs - read.receiveMs);
  // However coarse it is, a clock does not run backwards.
  if (processingMs < -Math.min(FINE_TICK_MS, stamps.tickMs)) return "transmit-before-receive";
  if (processingMs > stamps.rttMs + stamps.tickMs + PROCESSING_SLACK_MS) {
    return "processing-exceeds-rtt";
  }
  return undefined;
}

function unreadable(flags: readonly ReadingFlag[]): ReadStamps {
  return {
    reading: "unreadable",
    receiveMs: undefined,
    transmitMs: undefined,
    consistent: false,
    flags,
  };
}
