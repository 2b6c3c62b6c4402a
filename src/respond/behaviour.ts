/** How one simulated host behaves: its clock, its treatment of messages, and the path to it. */

/** Where the receive and transmit timestamps come from. */
export const SOURCES_OF_TIME = [
  "clock",
  "stuck",
  "zero",
  "one",
  "little-endian-one",
  "reflection",
  "originate",
  "random",
] as const;

/** One of {@linkcode SOURCES_OF_TIME}. */
export type SourceOfTime = typeof SOURCES_OF_TIME[number];

/** What a timestamp counts. */
export const UNITS = [
  "ms-of-day",
  "seconds-of-day",
  "unix-seconds",
  "unix-ms",
  "uptime-ms",
] as const;

/** One of {@linkcode UNITS}. */
export type Unit = typeof UNITS[number];

/** What a reply can have wrong. */
export const TAMPERINGS = ["originate", "checksum", "identifier", "sequence", "source"] as const;

/** One of {@linkcode TAMPERINGS}. */
export type Tampering = typeof TAMPERINGS[number];

/** What is done with a timestamp request whose ICMP code is not 0: no reply, or one with code 0 or with the same code. */
export const ODD_CODE_REPLIES = ["silent", "zero", "same"] as const;

/** One of {@linkcode ODD_CODE_REPLIES}. */
export type OddCodeReply = typeof ODD_CODE_REPLIES[number];

/** What is done with octets after a timestamp message: they are cut, they come back, or there is no reply. */
export const LONG_REPLIES = ["cut", "return", "silent"] as const;

/** One of {@linkcode LONG_REPLIES}. */
export type LongReply = typeof LONG_REPLIES[number];

/** How the IPv4 identification goes on from reply to reply. */
export const IDENTIFICATIONS = ["counter", "random", "zero"] as const;

/** One of {@linkcode IDENTIFICATIONS}. */
export type Identification = typeof IDENTIFICATIONS[number];

/** An ICMP error that is sent instead of a reply. */
export interface IcmpErrorKind {
  /** ICMP type: 3, 4, 11 or 12. */
  readonly type: number;
  /** ICMP code, 0 to 255. */
  readonly code: number;
}

/** Everything about one host. Times are milliseconds, ratios 0 to 1. */
export interface Behaviour {
  /** It answers timestamp requests. */
  readonly answersTimestamp: boolean;
  /** It answers echo requests. */
  readonly answersEcho: boolean;

  /** Where its timestamps come from. */
  readonly shows: SourceOfTime;
  /** What they count. */
  readonly unit: Unit;
  /** Its clock minus ours when the run starts. */
  readonly offsetMs: number;
  /** How much faster than ours its clock runs, parts per million. */
  readonly skewPpm: number;
  /** How far its clock is stepped, once. */
  readonly stepMs: number;
  /** When that happens, after the start of the run. */
  readonly stepAfterMs: number;
  /** Its clock advances in steps of this length. */
  readonly tickMs: number;
  /** Local time minus UTC, in minutes, of a clock that shows local time. */
  readonly utcOffsetMinutes: number;
  /** What an uptime shows when the run starts. */
  readonly uptimeMs: number;
  /** The four octets of a timestamp are in the opposite order. */
  readonly littleEndian: boolean;
  /** The high-order bit is set. */
  readonly highBit: boolean;
  /** Only the low 16 bits are sent, in the high half. */
  readonly swappedHalves: boolean;
  /** Receive and transmit are read separately, not once for both. */
  readonly separateStamps: boolean;

  /** It answers requests with a wrong ICMP checksum. */
  readonly checksumLazy: boolean;
  /** What it does with timestamp requests whose ICMP code is not 0. */
  readonly oddCode: OddCodeReply;
  /** What it does with octets after a timestamp message. */
  readonly long: LongReply;
  /** The reply has the type of service of the request. */
  readonly copiesTos: boolean;
  /** Time to live of its replies, 1 to 255. */
  readonly ttl: number;
  /** Its replies have the don't-fragment bit. */
  readonly dontFragment: boolean;
  /** The IPv4 identification of its replies. */
  readonly identification: Identification;
  /** What is wrong with its replies. */
  readonly tampers: readonly Tampering[];

  /** From arrival to the host. */
  readonly outMs: number;
  /** Mean of an exponential delay on top of that. */
  readonly outJitterMs: number;
  /** From the receive timestamp to the transmit timestamp. */
  readonly processingMs: number;
  /** From the host to departure. */
  readonly backMs: number;
  /** Mean of an exponential delay on top of that. */
  readonly backJitterMs: number;
  /** Share of requests that are lost. */
  readonly lossOutRatio: number;
  /** Share of replies that are lost. */
  readonly lossBackRatio: number;
  /** Share of replies that are sent twice. */
  readonly duplicateRatio: number;
  /** Share of replies that are held back, so that others overtake them. */
  readonly reorderRatio: number;
  /** How long they are held back. */
  readonly reorderMs: number;
  /** Requests a second that the host answers; Infinity for all. */
  readonly ratePps: number;
  /** Sent instead of a reply; undefined for none. */
  readonly icmpError: IcmpErrorKind | undefined;
  /** Share of requests to which it is sent. */
  readonly icmpErrorRatio: number;
}

/** A host that is right: RFC 792, page 16, and RFC 1122 §3.2.2.8, with one reading of the clock for both timestamps. */
export const RIGHT_HOST: Behaviour = {
  answersTimestamp: true,
  answersEcho: true,
  shows: "clock",
  unit: "ms-of-day",
  offsetMs: 0,
  skewPpm: 0,
  stepMs: 0,
  stepAfterMs: 0,
  tickMs: 1,
  utcOffsetMinutes: 0,
  // Two weeks and a bit: beyond any time of day, and below the high-order bit for months.
  uptimeMs: 1_234_567_890,
  littleEndian: false,
  highBit: false,
  swappedHalves: false,
  separateStamps: false,
  checksumLazy: false,
  oddCode: "silent",
  long: "cut",
  copiesTos: false,
  ttl: 64,
  dontFragment: false,
  identification: "counter",
  tampers: [],
  outMs: 0,
  outJitterMs: 0,
  processingMs: 0,
  backMs: 0,
  backJitterMs: 0,
  lossOutRatio: 0,
  lossBackRatio: 0,
  duplicateRatio: 0,
  reorderRatio: 0,
  reorderMs: 10,
  ratePps: Infinity,
  icmpError: undefined,
  icmpErrorRatio: 1,
};
