/**
 * The start of a datagram, as an ICMP error quotes it (RFC 792; RFC 1812 §4.3.2.3).
 *
 * ```text
 * +------------------------------------------------+
 * | IPv4 header of the refused datagram, IHL × 4   |
 * +------------------------------------------------+
 * | the payload's first 8 octets, or more        |
 * +------------------------------------------------+
 * ```
 *
 * The quoted header may carry options, so its payload is not always at octet 20; routers have
 * changed its TTL and sometimes its checksum or total length, so those are not held against it.
 */

import { ICMP } from "./icmp_header.ts";
import { type Ipv4Header, parseIpv4Header, PROTOCOL_ICMP } from "./ipv4_header.ts";
import { malformed, type ParseResult } from "./malformed.ts";
import { readU16, readU32, readU8, slice } from "./octets.ts";
import { TIMESTAMP, TIMESTAMP_BYTES } from "./timestamp_message.ts";

/** Octets of payload that every quote must have (RFC 792). */
export const QUOTED_PAYLOAD_MIN_BYTES = 8;

/** The start of a quoted ICMP message: enough to know our own probe by. */
export interface QuotedIcmp {
  /** Type of the quoted message, 0 to 255. */
  readonly type: number;
  /** Code of the quoted message, 0 to 255. */
  readonly code: number;
  /** Checksum, which cannot be verified when the message is cut. */
  readonly checksum: number;
  /** Identifier, if the type has one; else whatever is there. */
  readonly identifier: number;
  /** Sequence number, if the type has one; else whatever is there. */
  readonly sequence: number;
  /** Originate stamp of a timestamp message, if 20 octets were quoted. */
  readonly originateMs: number | undefined;
}

/** The start of a datagram that an ICMP error quotes. */
export interface QuotedDatagram {
  /** Its header. Total length is that of the whole datagram, not of the quote. */
  readonly header: Ipv4Header;
  /** The part of its payload that is there, a view on the received octets. */
  readonly payload: Uint8Array;
  /** Its ICMP message; undefined for another protocol and for a later fragment. */
  readonly icmp: QuotedIcmp | undefined;
}

/** Parses the quote from `start` to `end`. */
export function parseQuotedDatagram(
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): ParseResult<QuotedDatagram> {
  const parsed = parseIpv4Header(bytes, start, end);
  if (!parsed.ok) return { ok: false, malformed: { ...parsed.malformed, layer: "quote" } };
  const header = parsed.value;
  const payloadStart = start + header.headerLengthBytes;
  const available = end - payloadStart;
  if (available < QUOTED_PAYLOAD_MIN_BYTES) {
    return malformed(
      "quote",
      `${QUOTED_PAYLOAD_MIN_BYTES} octets of payload expected, ${available} are here`,
      payloadStart,
      QUOTED_PAYLOAD_MIN_BYTES,
      available,
    );
  }
  const payload = slice(bytes, payloadStart, end);
  const isIcmp = header.protocol === PROTOCOL_ICMP && header.fragmentOffsetBytes === 0;
  const icmp = isIcmp ? parseQuotedIcmp(bytes, payloadStart, available) : undefined;
  return { ok: true, value: { header, payload, icmp } };
}

function parseQuotedIcmp(bytes: Uint8Array, start: number, available: number): QuotedIcmp {
  return {
    type: readU8(bytes, start + ICMP.type),
    code: readU8(bytes, start + ICMP.code),
    checksum: readU16(bytes, start + ICMP.checksum),
    identifier: readU16(bytes, start + TIMESTAMP.identifier),
    sequence: readU16(bytes, start + TIMESTAMP.sequence),
    originateMs: available >= TIMESTAMP_BYTES
      ? readU32(bytes, start + TIMESTAMP.originate)
      : undefined,
  };
}
