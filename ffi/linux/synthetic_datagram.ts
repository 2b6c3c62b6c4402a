/**
 * Whole IPv4 datagrams from what an echo socket gives: the ICMP message, and in control messages some fields of the header.
 *
 * ```text
 *  0                    20                     28                    48
 * +--------------------+----------------------+---------------------+----------------------+
 * | IPv4 header        | ICMP error, 8 octets | quoted IPv4 header  | quoted ICMP message  |
 * +--------------------+----------------------+---------------------+----------------------+
 *   of replies: followed by the ICMP message as it was received
 * ```
 *
 * What the kernel keeps to itself (identification, fragment field) is 0; the checksums are right (RFC 1071), since the kernel
 * has checked those that were received.
 */

const HEADER_BYTES = 20;
const ERROR_BYTES = 8;
const PROTOCOL_ICMP = 1;
const DESTINATION_UNREACHABLE = 3;
const FRAGMENTATION_NEEDED = 4;
const REDIRECT = 5;
const PARAMETER_PROBLEM = 12;

/** What is known of an IPv4 header. */
export interface KnownHeader {
  /** Source, an unsigned 32-bit number. */
  readonly source: number;
  /** Destination, an unsigned 32-bit number. */
  readonly destination: number;
  /** Time to live. */
  readonly ttl: number;
  /** Type of service octet. */
  readonly tos: number;
}

/** An ICMP error as the error queue reports it. */
export interface QueuedIcmpError {
  /** ICMP type. */
  readonly type: number;
  /** ICMP code. */
  readonly code: number;
  /** `ee_info`: MTU of the next hop, pointer, or gateway in network byte order read as little-endian. */
  readonly info: number;
  /** Where the datagram that it is about was sent, an unsigned 32-bit number. */
  readonly quotedDestination: number;
  /** The ICMP message that it quotes. */
  readonly quoted: Uint8Array;
}

/** A datagram with that ICMP message. */
export function composeReply(header: KnownHeader, message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + message.length);
  writeHeader(new DataView(bytes.buffer), 0, bytes.length, header);
  bytes.set(message, HEADER_BYTES);
  return bytes;
}

/** A datagram with that ICMP error, which was sent to where the quoted one came from. */
export function composeError(header: KnownHeader, error: QueuedIcmpError): Uint8Array {
  const start = HEADER_BYTES + ERROR_BYTES;
  const bytes = new Uint8Array(start + HEADER_BYTES + error.quoted.length);
  const view = new DataView(bytes.buffer);
  writeHeader(view, 0, bytes.length, header);
  bytes[HEADER_BYTES] = error.type;
  bytes[HEADER_BYTES + 1] = error.code;
  view.setUint32(HEADER_BYTES + 4, restOfHeader(error));
  writeHeader(view, start, HEADER_BYTES + error.quoted.length, {
    source: header.destination,
    destination: error.quotedDestination,
    // The queue does not say how much of the datagram was left.
    ttl: 1,
    tos: 0,
  });
  bytes.set(error.quoted, start + HEADER_BYTES);
  view.setUint16(HEADER_BYTES + 2, checksum(view, HEADER_BYTES, bytes.length));
  return bytes;
}

function restOfHeader({ type, code, info }: QueuedIcmpError): number {
  if (type === DESTINATION_UNREACHABLE && code === FRAGMENTATION_NEEDED) return info & 0xffff;
  if (type === PARAMETER_PROBLEM && code === 0) return (info & 0xff) << 24 >>> 0;
  return type === REDIRECT ? swapBytes(info) : 0;
}

function writeHeader(
  view: DataView,
  start: number,
  totalBytes: number,
  { source, destination, ttl, tos }: KnownHeader,
): void {
  view.setUint8(start, 0x45);
  view.setUint8(start + 1, tos);
  view.setUint16(start + 2, totalBytes);
  view.setUint8(start + 8, ttl);
  view.setUint8(start + 9, PROTOCOL_ICMP);
  view.setUint32(start + 12, source);
  view.setUint32(start + 16, destination);
  view.setUint16(start + 10, checksum(view, start, start + HEADER_BYTES));
}

/** The Internet checksum of what stands from `start` to `end`, where the checksum itself is still 0. */
function checksum(view: DataView, start: number, end: number): number {
  let sum = 0;
  for (let offset = start; offset + 1 < end; offset += 2) sum += view.getUint16(offset);
  if ((end - start) % 2 === 1) sum += view.getUint8(end - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function swapBytes(word: number): number {
  return (word << 24 | (word & 0xff00) << 8 | word >>> 8 & 0xff00 | word >>> 24) >>> 0;
}
