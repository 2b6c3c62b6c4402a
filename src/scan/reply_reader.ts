/**
 * Reads what a sweep receives. The common case, a timestamp reply, is read in place without
 * allocating; ICMP errors go through the full parser.
 */

import { foldSum, sumWords } from "../packet/checksum.ts";
import { ICMP, ICMP_TYPE } from "../packet/icmp_header.ts";
import { IPV4, IPV4_MIN_HEADER_BYTES } from "../packet/ipv4_header.ts";
import { readU16, readU32 } from "../packet/octets.ts";
import { TIMESTAMP, TIMESTAMP_BYTES } from "../packet/timestamp_message.ts";

/** What some octets are: a reply to the message of the scan, another ICMP message, or nothing that can be read. */
export type ReplyKind = "reply" | "other" | "malformed";

/** What numbers are before a first reply was read: a small one, with which the engine reads faster. */
const UNREAD = 0;

/** Fields of the reply that was read last. One object serves a whole scan. */
export class ReplyReader {
  /** Sender's address, unsigned 32-bit. */
  source: number = UNREAD;
  /** Address that it was sent to, unsigned 32-bit. */
  destination: number = UNREAD;
  /** Header without options and as long as the replies to our probes: a witness sees no others. */
  isPlain!: boolean;
  /** Identification of the IPv4 header. */
  ipId: number = UNREAD;
  /** Time to live as it arrived. */
  ttl: number = UNREAD;
  /** ICMP code; 0 by RFC 792. */
  code: number = UNREAD;
  /** Whether the ICMP checksum is right. */
  checksumOk!: boolean;
  /** Identifier and sequence as one unsigned 32-bit number. */
  proof: number = UNREAD;
  /** Originate stamp, raw. */
  originateMs: number = UNREAD;
  /** Receive stamp, raw. */
  receiveMs: number = UNREAD;
  /** Transmit stamp, raw. */
  transmitMs: number = UNREAD;
  readonly #type: number;

  /** Reads replies of that ICMP type, those to timestamp requests by default; an echo reply has no stamps but ours. */
  constructor(type: number = ICMP_TYPE.timestampReply) {
    this.#type = type;
  }

  /**
   * Reads a datagram from `start`, `lengthBytes` long. Octets beyond the IPv4 total length are not part of it.
   * The fields are those of the datagram only when the result is `reply`.
   */
  read(bytes: Uint8Array, start: number, lengthBytes: number): ReplyKind {
    if (lengthBytes < IPV4_MIN_HEADER_BYTES) return "malformed";
    const versionAndLength = bytes[start] as number;
    const headerBytes = (versionAndLength & 0x0f) * 4;
    const totalBytes = readU16(bytes, start + IPV4.totalLength);
    if (versionAndLength >>> 4 !== 4 || headerBytes < IPV4_MIN_HEADER_BYTES) return "malformed";
    if (totalBytes > lengthBytes || totalBytes < headerBytes + ICMP.rest) return "malformed";
    const message = start + headerBytes, end = start + totalBytes;
    // A packet socket is before the kernel's own check.
    if (foldSum(sumWords(bytes, start, message)) !== 0xffff) return "malformed";
    if (bytes[message + ICMP.type] !== this.#type) return "other";
    if (end - message < TIMESTAMP_BYTES) return "malformed";
    this.source = readU32(bytes, start + IPV4.source);
    this.destination = readU32(bytes, start + IPV4.destination);
    this.isPlain = headerBytes === IPV4_MIN_HEADER_BYTES &&
      totalBytes === IPV4_MIN_HEADER_BYTES + TIMESTAMP_BYTES;
    this.ipId = readU16(bytes, start + IPV4.identification);
    this.ttl = bytes[start + IPV4.ttl] as number;
    this.code = bytes[message + ICMP.code] as number;
    this.checksumOk = foldSum(sumWords(bytes, message, end)) === 0xffff;
    this.proof = readU32(bytes, message + TIMESTAMP.identifier);
    this.originateMs = readU32(bytes, message + TIMESTAMP.originate);
    this.receiveMs = readU32(bytes, message + TIMESTAMP.receive);
    this.transmitMs = readU32(bytes, message + TIMESTAMP.transmit);
    return "reply";
  }
}
