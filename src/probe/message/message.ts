/**
 * A kind of probe: how its datagram is written, which replies can answer it, and what an answer says.
 *
 * The prober knows probes through this interface only, so that one run may ask a host in several ways. Each file beside
 * this one defines one kind.
 *
 * Every kind has its own 32 bits in each probe, the token: the originate timestamp of a timestamp message, the first
 * four payload octets of an echo. Both lie at octet 8 of the ICMP message. A reply repeats them, and an ICMP error quotes
 * them where it quotes that much, so they distinguish the answers to two probes that had the same sequence number.
 */

import type { EchoMessage, IcmpMessage, Ipv4Header, TimestampMessage } from "../../packet/mod.ts";
import type { ReplyDetail } from "../outcome.ts";

/** Where in an ICMP message the token starts, in octets. */
export const TOKEN_START = 8;
/** Length of the token in octets. */
export const TOKEN_BYTES = 4;

/** A reply that can be the answer to a probe. */
export type ReplyMessage = TimestampMessage | EchoMessage;

/** What the datagram of one probe says. */
export interface ProbeContent {
  /** The host that is asked. */
  readonly target: { readonly address: number };
  /** ICMP identifier, 16 bits. */
  readonly identifier: number;
  /** ICMP sequence number, 16 bits. */
  readonly sequence: number;
  /** The probe's own 32 bits; not on the wire where the message has no room for them. */
  readonly token: number;
  /** Time to live, 1 to 255; that of the message when undefined. */
  readonly ttl: number | undefined;
}

/** What an answer says beside its header. */
export interface ReplyContent {
  /** Originate, receive and transmit timestamps; undefined where the answer has none. */
  readonly stamps: ReplyDetail["stamps"];
  /** Length of the ICMP message in octets. */
  readonly lengthBytes: number;
  /** What is odd about it: some of {@linkcode ReplyFlag}. */
  readonly flags: readonly string[];
}

/** One kind of probe. Instances have no state, and one serves all targets of a run. */
export interface ProbeMessage {
  /** Name of the kind. */
  readonly name: "timestamp" | "echo" | "ip-timestamp" | "bad-checksum";
  /** ICMP type of the request. */
  readonly requestType: number;
  /** ICMP type of the answer. */
  readonly replyType: number;
  /** Length of the datagram in octets, IPv4 header included. */
  readonly lengthBytes: number;
  /** Where in the datagram the ICMP message starts, in octets: length of the IPv4 header. */
  readonly messageStart: number;
  /** The token is on the wire. */
  readonly hasToken: boolean;
  /** The token is the time of day at which the datagram is handed to the kernel. */
  readonly isTimed?: boolean;
  /**
   * The token of a probe that is about to be sent.
   *
   * @param timeOfDayMs whole milliseconds since midnight UT
   * @param cookie makes a number that only the target can know, 32 bits
   */
  makeToken(timeOfDayMs: number, cookie: () => number): number;
  /**
   * Writes the datagram of a probe to the start of `bytes` and returns the octets written.
   *
   * @throws {RangeError} `bytes` is shorter than {@linkcode lengthBytes}.
   */
  emit(probe: ProbeContent, bytes: Uint8Array): Uint8Array;
  /** Whether a message is of the type that answers this kind. Its numbers and its token are the caller's to compare. */
  isAnswer(message: IcmpMessage): message is ReplyMessage;
  /** Whether an answer repeats the token of a probe; true where there is none to repeat. */
  repeatsToken(reply: ReplyMessage, token: number): boolean;
  /** Reads an answer to a probe. */
  describe(reply: ReplyMessage, header: Ipv4Header, probe: ProbeContent): ReplyContent;
}
