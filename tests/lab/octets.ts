/**
 * The octets of IPv4 and ICMP, read and written by hand, sharing no code with src.
 *
 *   IPv4  0 version·IHL  1 TOS  2 total length  4 identification  6 flags·fragment offset
 *         8 TTL  9 protocol  10 checksum  12 source  16 destination  20 options
 *   ICMP  0 type  1 code  2 checksum  4 identifier  6 sequence  8 originate  12 receive  16 transmit
 */

/** Offsets in an IPv4 header. */
export const Ip = {
  tos: 1,
  length: 2,
  identification: 4,
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
} as const;
/** Offsets in an ICMP message. */
export const Icmp = {
  type: 0,
  code: 1,
  checksum: 2,
  identifier: 4,
  sequence: 6,
  originate: 8,
  receive: 12,
  transmit: 16,
} as const;
/** Where the options of an IPv4 header start; its length without any. */
export const IP_OPTIONS = 20;
/** The longest IPv4 header. */
export const MAX_HEADER_BYTES = 60;
/** Length of a whole timestamp message. */
export const ICMP_TIMESTAMP_BYTES = 20;
/** ICMP as the IPv4 header's protocol. */
export const PROTOCOL_ICMP = 1;

/** Reads two octets. */
export function read16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** Reads four octets. */
export function read32(bytes: Uint8Array, at: number): number {
  return (read16(bytes, at) * 65536) + read16(bytes, at + 2);
}

/** Writes two octets. */
export function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Writes four octets. */
export function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** The Internet checksum (RFC 1071) over [start, end): 0 over bytes that hold a right one. */
export function checksum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  let at = start;
  for (; at + 1 < end; at += 2) sum += read16(bytes, at);
  if (at < end) sum += (bytes[at] as number) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Length of the IPv4 header by its first octet. */
export function headerLength(bytes: Uint8Array): number {
  return ((bytes[0] as number) & 15) * 4;
}

/** Repairs an IPv4 header's total length and checksum after a change. */
export function sealHeader(bytes: Uint8Array, totalBytes: number): void {
  write16(bytes, Ip.length, totalBytes);
  sealHeaderChecksum(bytes);
}

/** Repairs an IPv4 header's checksum. */
export function sealHeaderChecksum(bytes: Uint8Array): void {
  write16(bytes, Ip.checksum, 0);
  write16(bytes, Ip.checksum, checksum(bytes, 0, headerLength(bytes)));
}

/** Repairs the checksum of the ICMP message in [start, end). */
export function sealMessage(bytes: Uint8Array, start: number, end: number): void {
  write16(bytes, start + Icmp.checksum, 0);
  write16(bytes, start + Icmp.checksum, checksum(bytes, start, end));
}

/** Makes an ICMP checksum wrong, and certainly so. */
export function spoilMessage(bytes: Uint8Array, start: number): void {
  bytes[start + Icmp.checksum] = (bytes[start + Icmp.checksum] as number) ^ 0x55;
}
