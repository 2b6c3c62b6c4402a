/**
 * A whole IPv4 datagram that carries one ICMP message.
 *
 * ```text
 * +---------------------------+----------------------------+ - - - - - +
 * | IPv4 header, IHL × 4      | ICMP message               | padding   |
 * +---------------------------+----------------------------+ - - - - - +
 * 0                                                        total length
 * ```
 *
 * Octets after total length are padding of the link (Ethernet frames have at least 46) and no
 * part of the datagram. Where the parts start comes from the header, so there are no offsets here.
 */

import { emitIcmpMessage, type IcmpFields, icmpMessageLength } from "./icmp_message.ts";
import { type IcmpMessage, parseIcmpMessage } from "./icmp_message.ts";
import { emitIpv4Header, IPV4, IPV4_MIN_HEADER_BYTES, type Ipv4Fields } from "./ipv4_header.ts";
import { type Ipv4Header, parseIpv4Header, PROTOCOL_ICMP } from "./ipv4_header.ts";
import { protocolName } from "./icmp_names.ts";
import { malformed, type MalformedResult, type ParseResult } from "./malformed.ts";

/** An IPv4 datagram with an ICMP message, as it was received. */
export interface Datagram {
  /** The IPv4 header. */
  readonly header: Ipv4Header;
  /** The ICMP message. */
  readonly message: IcmpMessage;
}

/**
 * Parses a received datagram. Never throws and never reads past `bytes`; the views in the value
 * share its memory. Wrong checksums are reported (`checksumOk`), not refused; fragments are.
 */
export function parseDatagram(bytes: Uint8Array): ParseResult<Datagram> {
  const parsed = parseIpv4Header(bytes, 0, bytes.length);
  if (!parsed.ok) return parsed;
  const header = parsed.value;
  const failure = checkHeader(header, bytes.length);
  if (failure !== undefined) return failure;
  const message = parseIcmpMessage(bytes, header.headerLengthBytes, header.totalLengthBytes);
  if (!message.ok) return message;
  return { ok: true, value: { header, message: message.value } };
}

function checkHeader(header: Ipv4Header, receivedBytes: number): MalformedResult | undefined {
  const { headerLengthBytes, totalLengthBytes, moreFragments, fragmentOffsetBytes } = header;
  if (totalLengthBytes > receivedBytes) {
    return malformed(
      "ipv4",
      `total length says ${totalLengthBytes} octets, ${receivedBytes} are here`,
      IPV4.totalLength,
      totalLengthBytes,
      receivedBytes,
    );
  }
  if (totalLengthBytes < headerLengthBytes) {
    return malformed(
      "ipv4",
      `total length says ${totalLengthBytes} octets, less than the header's ${headerLengthBytes}`,
      IPV4.totalLength,
      headerLengthBytes,
      totalLengthBytes,
    );
  }
  if (moreFragments || fragmentOffsetBytes !== 0) {
    const more = moreFragments ? "more to come" : "the last one";
    return malformed(
      "ipv4",
      `a fragment at offset ${fragmentOffsetBytes}, ${more}, not a whole datagram`,
      IPV4.flagsAndOffset,
      totalLengthBytes,
      receivedBytes,
    );
  }
  if (header.protocol !== PROTOCOL_ICMP) {
    const name = protocolName(header.protocol);
    return malformed(
      "ipv4",
      `protocol is ${header.protocol}${name === undefined ? "" : ` (${name})`}, not 1 (ICMP)`,
      IPV4.protocol,
      totalLengthBytes,
      receivedBytes,
    );
  }
  return undefined;
}

/** What a datagram to be emitted says. A parsed {@linkcode Datagram} is one. */
export interface DatagramFields {
  /** The IPv4 header. */
  readonly header: Ipv4Fields;
  /** The ICMP message. */
  readonly message: IcmpFields;
}

/** Length in octets of a datagram when emitted. */
export function datagramLength(fields: DatagramFields): number {
  return IPV4_MIN_HEADER_BYTES + (fields.header.options?.length ?? 0) +
    icmpMessageLength(fields.message);
}

/**
 * Emits a datagram into a new buffer. A parsed datagram comes out octet for octet as it
 * came in, wrong checksums and reserved bits included.
 *
 * @throws {RangeError} A field does not fit its octets.
 */
export function emitDatagram(fields: DatagramFields): Uint8Array {
  const bytes = new Uint8Array(datagramLength(fields));
  const messageBytes = icmpMessageLength(fields.message);
  const headerLengthBytes = emitIpv4Header(fields.header, messageBytes, bytes);
  emitIcmpMessage(fields.message, bytes, headerLengthBytes);
  return bytes;
}
