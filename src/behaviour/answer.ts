/** The evidence about one host: what it was asked and what it answered. */

/**
 * Ways to ask a host, each of which shows something that the others do not. The first four are those of Sundial (E. C. Rye
 * and R. Beverly, "Sundials in the shade", PAM 2019), the last of which it calls duplicate timestamp.
 *
 * - `standard`: originate is the time of day, receive and transmit are 0
 * - `bad-clock`: originate is a number far from the time of day
 * - `bad-checksum`: like `standard`, with a wrong ICMP checksum
 * - `filled`: all three timestamps are numbers far from the time of day, receive and transmit the same one
 * - `odd-code`: like `standard`, with an ICMP code other than 0
 * - `long`: like `standard`, with octets after the message
 * - `service`: like `standard`, with a type of service other than 0
 */
export const QUESTIONS = [
  "standard",
  "bad-clock",
  "bad-checksum",
  "filled",
  "odd-code",
  "long",
  "service",
] as const;

/** One way to ask. */
export type Question = typeof QUESTIONS[number];

/** The three timestamps of a message, raw unsigned 32-bit numbers. */
export interface RawTimestamps {
  /** Originate timestamp. */
  readonly originate: number;
  /** Receive timestamp. */
  readonly receive: number;
  /** Transmit timestamp. */
  readonly transmit: number;
}

/** One answered probe. */
export interface HostAnswer {
  /** How it was asked. */
  readonly question: Question;
  /** The timestamps of the request. */
  readonly request: RawTimestamps;
  /** The timestamps of the reply. */
  readonly reply: RawTimestamps;
  /** When the request left, by our clock: Unix time in milliseconds, with its fraction. */
  readonly sentUnixMs: number;
  /** When the reply arrived, by our clock: Unix time in milliseconds, with its fraction. */
  readonly receivedUnixMs: number;
  /** Length of the ICMP message of the request, in octets. */
  readonly requestBytes: number;
  /** Length of the ICMP message of the reply, in octets. */
  readonly replyBytes: number;
  /** Type-of-service octet of the request. */
  readonly requestTos: number;
  /** Type-of-service octet of the reply. */
  readonly replyTos: number;
  /** ICMP code of the reply. */
  readonly replyCode: number;
  /** Time to live of the reply, 0 to 255. */
  readonly ttl: number;
  /** Identification of the reply's IPv4 header, 0 to 65535. */
  readonly identification: number;
  /** The reply's don't-fragment bit. */
  readonly hasDontFragment: boolean;
}

/** All evidence about one host. */
export interface HostEvidence {
  /** How often each question was sent and has been answered or has timed out. */
  readonly asked: Readonly<Partial<Record<Question, number>>>;
  /** Replies with a wrong ICMP checksum, which are not among the answers. */
  readonly wrongChecksums?: number | undefined;
  /** The answers in the order in which the requests left. */
  readonly answers: readonly HostAnswer[];
}
