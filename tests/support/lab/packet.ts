/**
 * The lab's own packet bytes, written by hand and shared with nobody.
 *
 *   IPv4  0 version·IHL  1 TOS  2 total length  4 identification  6 flags·fragment offset
 *         8 TTL  9 protocol  10 checksum  12 source  16 destination  20 options
 *   ICMP  0 type  1 code  2 checksum  4 identifier  6 sequence  8 originate  12 receive  16 transmit
 */

const IP_TOS = 1;
const IP_LENGTH = 2;
const IP_IDENTIFICATION = 4;
const IP_FRAGMENT = 6;
const IP_TTL = 8;
const IP_PROTOCOL = 9;
const IP_CHECKSUM = 10;
const IP_SOURCE = 12;
const IP_DESTINATION = 16;
/** Where the options of an IPv4 header start; its length without any. */
export const IP_OPTIONS = 20;
/** The longest IPv4 header. */
export const LONGEST_HEADER_BYTES = 60;
const ICMP_TYPE = 0;
const ICMP_CODE = 1;
const ICMP_CHECKSUM = 2;
const ICMP_IDENTIFIER = 4;
const ICMP_SEQUENCE = 6;
const ICMP_ORIGINATE = 8;
const ICMP_RECEIVE = 12;
const ICMP_TRANSMIT = 16;
/** Length of a whole timestamp message. */
export const ICMP_TIMESTAMP_BYTES = 20;
const ICMP_HEADER_BYTES = 8;
const PROTOCOL_ICMP = 1;
const MORE_FRAGMENTS = 0x2000;
const MORE_FRAGMENTS_AND_OFFSET = 0x3fff;

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

/** Length of the IPv4 header that the first octet tells. */
export function headerLength(bytes: Uint8Array): number {
  return ((bytes[0] as number) & 15) * 4;
}

/** Repairs an IPv4 header's total length and checksum after a change. */
export function sealHeader(bytes: Uint8Array, totalBytes: number): void {
  write16(bytes, IP_LENGTH, totalBytes);
  sealHeaderChecksum(bytes);
}

/** Repairs an IPv4 header's checksum. */
export function sealHeaderChecksum(bytes: Uint8Array): void {
  write16(bytes, IP_CHECKSUM, 0);
  write16(bytes, IP_CHECKSUM, checksum(bytes, 0, headerLength(bytes)));
}

/** Repairs the checksum of the ICMP message in [start, end). */
export function sealMessage(bytes: Uint8Array, start: number, end: number): void {
  write16(bytes, start + ICMP_CHECKSUM, 0);
  write16(bytes, start + ICMP_CHECKSUM, checksum(bytes, start, end));
}

/** Makes an ICMP checksum wrong, and certainly so. */
export function spoilMessage(bytes: Uint8Array, start: number): void {
  bytes[start + ICMP_CHECKSUM] = (bytes[start + ICMP_CHECKSUM] as number) ^ 0x55;
}

/** The two addresses of a datagram. */
export function readAddresses(bytes: Uint8Array): { source: number; destination: number } {
  return { source: read32(bytes, IP_SOURCE), destination: read32(bytes, IP_DESTINATION) };
}

/** Changes a datagram's source address; its header checksum is then stale. */
export function writeSource(bytes: Uint8Array, source: number): void {
  write32(bytes, IP_SOURCE, source);
}

/** Changes a datagram's place among fragments; its header checksum is then stale. */
export function setFragment(bytes: Uint8Array, offsetBytes: number, moreFollow: boolean): void {
  write16(bytes, IP_FRAGMENT, (moreFollow ? MORE_FRAGMENTS : 0) | (offsetBytes / 8));
}

/** Identifier and sequence of the message at `start`. */
export function readIdentity(
  bytes: Uint8Array,
  start: number,
): { identifier: number; sequence: number } {
  return {
    identifier: read16(bytes, start + ICMP_IDENTIFIER),
    sequence: read16(bytes, start + ICMP_SEQUENCE),
  };
}

/** Changes identifier and sequence (modulo 65,536); the checksum is then stale. */
export function writeIdentity(
  bytes: Uint8Array,
  start: number,
  identifier: number,
  sequence: number,
): void {
  write16(bytes, start + ICMP_IDENTIFIER, identifier & 0xffff);
  write16(bytes, start + ICMP_SEQUENCE, sequence & 0xffff);
}

/** Changes a timestamp message's originate stamp; the checksum is then stale. Nothing for a shorter message. */
export function writeOriginate(bytes: Uint8Array, start: number, originateMs: number): void {
  if (bytes.length >= start + ICMP_TIMESTAMP_BYTES) {
    write32(bytes, start + ICMP_ORIGINATE, originateMs);
  }
}

/** Repairs whatever would keep a kernel from delivering these bytes as ICMP to `destination`. */
export function makeDeliverable(bytes: Uint8Array, destination: number): Uint8Array {
  const repaired = bytes.length < IP_OPTIONS ? new Uint8Array(IP_OPTIONS) : bytes;
  if (repaired !== bytes) repaired.set(bytes);
  const told = (repaired[0] as number) & 15;
  const isPossible = told * 4 >= IP_OPTIONS && told * 4 <= repaired.length;
  repaired[0] = 0x40 | (isPossible ? told : IP_OPTIONS / 4);
  write16(repaired, IP_FRAGMENT, 0);
  if (repaired[IP_TTL] === 0) repaired[IP_TTL] = 1;
  repaired[IP_PROTOCOL] = PROTOCOL_ICMP;
  write32(repaired, IP_DESTINATION, destination);
  sealHeader(repaired, repaired.length);
  return repaired;
}

/** A request as read from the wire; one object is read into again and again. */
export class Request {
  /** The buffer it was read from. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Total length as the header says. */
  totalBytes = 0;
  /** Length of the IPv4 header. */
  headerBytes = 0;
  /** Who asks. */
  source = 0;
  /** Who is asked. */
  destination = 0;
  /** Time to live. */
  ttl = 0;
  /** Type of service. */
  tos = 0;
  /** ICMP type. */
  type = 0;
  /** ICMP code. */
  code = 0;
  /** ICMP identifier. */
  identifier = 0;
  /** ICMP sequence. */
  sequence = 0;
  /** Originate stamp; NaN when the message is too short for one. */
  originateMs = 0;
  /** Whether the ICMP checksum is right. */
  checksumOk = false;
  /** True when this is ICMP, whole, with at least its first 8 octets. */
  isMessage = false;

  /** Where the ICMP message starts. */
  get messageStart(): number {
    return this.headerBytes;
  }

  /** Reads a datagram; false when it is not IPv4 at all (nothing else is set then). */
  parse(bytes: Uint8Array, lengthBytes: number): boolean {
    if (lengthBytes < IP_OPTIONS || (bytes[0] as number) >>> 4 !== 4) return false;
    this.bytes = bytes;
    this.headerBytes = headerLength(bytes);
    this.totalBytes = read16(bytes, IP_LENGTH);
    this.source = read32(bytes, IP_SOURCE);
    this.destination = read32(bytes, IP_DESTINATION);
    this.ttl = bytes[IP_TTL] as number;
    this.tos = bytes[IP_TOS] as number;
    const start = this.headerBytes;
    this.isMessage = this.totalBytes <= lengthBytes && start >= IP_OPTIONS &&
      bytes[IP_PROTOCOL] === PROTOCOL_ICMP &&
      (read16(bytes, IP_FRAGMENT) & MORE_FRAGMENTS_AND_OFFSET) === 0 &&
      this.totalBytes >= start + ICMP_HEADER_BYTES;
    if (!this.isMessage) return true;
    this.type = bytes[start + ICMP_TYPE] as number;
    this.code = bytes[start + ICMP_CODE] as number;
    this.identifier = read16(bytes, start + ICMP_IDENTIFIER);
    this.sequence = read16(bytes, start + ICMP_SEQUENCE);
    this.originateMs = this.totalBytes >= start + ICMP_TIMESTAMP_BYTES
      ? read32(bytes, start + ICMP_ORIGINATE)
      : NaN;
    this.checksumOk = checksum(bytes, start, this.totalBytes) === 0;
    return true;
  }
}

/** Writes an IPv4 header for an ICMP message, around options already in place. */
export function writeHeader(
  bytes: Uint8Array,
  headerBytes: number,
  totalBytes: number,
  tos: number,
  identification: number,
  ttl: number,
  source: number,
  destination: number,
): void {
  bytes[0] = 0x40 | (headerBytes / 4);
  bytes[IP_TOS] = tos;
  write16(bytes, IP_IDENTIFICATION, identification);
  write16(bytes, IP_FRAGMENT, 0);
  bytes[IP_TTL] = ttl;
  bytes[IP_PROTOCOL] = PROTOCOL_ICMP;
  write32(bytes, IP_SOURCE, source);
  write32(bytes, IP_DESTINATION, destination);
  sealHeader(bytes, totalBytes);
}

/** Writes a timestamp request at `start` with originate 0: 20 octets. */
export function writeTimestampRequest(
  bytes: Uint8Array,
  start: number,
  identifier: number,
  sequence: number,
): void {
  writeTimestampReply(bytes, start, identifier, sequence, 0, 0, 0);
  bytes[start + ICMP_TYPE] = 13;
  sealMessage(bytes, start, start + ICMP_TIMESTAMP_BYTES);
}

/** Writes a timestamp reply at `start`: 20 octets. */
export function writeTimestampReply(
  bytes: Uint8Array,
  start: number,
  identifier: number,
  sequence: number,
  originateMs: number,
  receiveMs: number,
  transmitMs: number,
): void {
  bytes[start + ICMP_TYPE] = 14;
  bytes[start + ICMP_CODE] = 0;
  write16(bytes, start + ICMP_IDENTIFIER, identifier);
  write16(bytes, start + ICMP_SEQUENCE, sequence);
  write32(bytes, start + ICMP_ORIGINATE, originateMs);
  write32(bytes, start + ICMP_RECEIVE, receiveMs);
  write32(bytes, start + ICMP_TRANSMIT, transmitMs);
  sealMessage(bytes, start, start + ICMP_TIMESTAMP_BYTES);
}

/** Writes an echo reply at `start` with the request's identifier, sequence and payload; returns its end. */
export function writeEchoReply(bytes: Uint8Array, start: number, request: Request): number {
  const message = request.bytes.subarray(request.messageStart, request.totalBytes);
  bytes.set(message, start);
  bytes[start + ICMP_TYPE] = 0;
  bytes[start + ICMP_CODE] = 0;
  const end = start + message.length;
  sealMessage(bytes, start, end);
  return end;
}

/** Reads `a.b.c.d`; NaN when it is anything else. */
export function parseDotted(text: string): number {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return NaN;
  }
  return parts.reduce((address, part) => address * 256 + Number(part), 0);
}

/** Reads `a.b.c.d/n` into its first address and size; undefined when it is anything else. */
export function parseBlock(text: string): { first: number; size: number } | undefined {
  const [address = "", length = "32"] = text.split("/");
  const parsed = parseDotted(address);
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : NaN;
  if (Number.isNaN(parsed) || !(bits >= 0 && bits <= 32)) return undefined;
  const size = 2 ** (32 - bits);
  return { first: parsed - parsed % size, size };
}
