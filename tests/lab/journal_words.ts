/** The words of the log, and a request as it is noted. */

/** What became of a request. */
export const fates = [
  "replied",
  "lost_out",
  "lost_back",
  "silent",
  "unanswered",
  "bad_checksum",
  "rate_limited",
  "refused",
  "expired",
  "malformed",
] as const;

/** What became of a request. */
export type Fate = typeof fates[number];

/** What kind of packet left. */
export const departureKinds = [
  "reply",
  "duplicate",
  "error",
  "corrupted",
  "forged",
  "mutated",
] as const;

/** What kind of packet left. */
export type DepartureKind = typeof departureKinds[number];

/** What was asked. */
export const messageKinds = ["timestamp", "echo", "other"] as const;

/** What was asked. */
export type MessageKind = typeof messageKinds[number];

/** One request as it is noted; unknown numbers are NaN. */
export interface RequestNote {
  /** Who was asked. */
  host: number;
  /** Who asked. */
  source: number;
  /** What was asked. */
  message: MessageKind;
  /** ICMP identifier. */
  identifier: number;
  /** ICMP sequence. */
  sequence: number;
  /** Originate stamp as received; NaN for other messages. */
  originateMs: number;
  /** TTL as received. */
  ttl: number;
  /** When it was read from the device. */
  arrivalNs: number;
  /** What became of it. */
  fate: Fate;
  /** Delay before the receive stamp. */
  outNs: number;
  /** Delay between the stamps. */
  processingNs: number;
  /** Delay after the transmit stamp. */
  backNs: number;
  /** Our time of the receive stamp. */
  receiveAtNs: number;
  /** Remote minus local at that time. */
  receiveOffsetNs: number;
  /** The receive stamp. */
  receiveMs: number;
  /** Our time of the transmit stamp. */
  transmitAtNs: number;
  /** Remote minus local at that time. */
  transmitOffsetNs: number;
  /** The transmit stamp. */
  transmitMs: number;
}

/** A note to be filled in. */
export function emptyNote(): RequestNote {
  return {
    host: 0,
    source: 0,
    message: "other",
    identifier: 0,
    sequence: 0,
    originateMs: NaN,
    ttl: 0,
    arrivalNs: 0,
    fate: "malformed",
    outNs: 0,
    processingNs: 0,
    backNs: 0,
    receiveAtNs: NaN,
    receiveOffsetNs: NaN,
    receiveMs: NaN,
    transmitAtNs: NaN,
    transmitOffsetNs: NaN,
    transmitMs: NaN,
  };
}
