/** Requests as the lab reads them, and replies as it writes them. */

import {
  checksum,
  headerLength,
  Icmp,
  ICMP_TIMESTAMP_BYTES,
  Ip,
  IP_OPTIONS,
  PROTOCOL_ICMP,
  read16,
  read32,
  sealHeader,
  sealMessage,
  write16,
  write32,
} from "./octets.ts";

const ICMP_HEADER_BYTES = 8;
const MORE_FRAGMENTS_AND_OFFSET = 0x3fff;

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
    this.totalBytes = read16(bytes, Ip.length);
    this.source = read32(bytes, Ip.source);
    this.destination = read32(bytes, Ip.destination);
    this.ttl = bytes[Ip.ttl] as number;
    this.tos = bytes[Ip.tos] as number;
    const start = this.headerBytes;
    this.isMessage = this.totalBytes <= lengthBytes && start >= IP_OPTIONS &&
      bytes[Ip.protocol] === PROTOCOL_ICMP &&
      (read16(bytes, Ip.fragment) & MORE_FRAGMENTS_AND_OFFSET) === 0 &&
      this.totalBytes >= start + ICMP_HEADER_BYTES;
    if (!this.isMessage) return true;
    this.type = bytes[start + Icmp.type] as number;
    this.code = bytes[start + Icmp.code] as number;
    this.identifier = read16(bytes, start + Icmp.identifier);
    this.sequence = read16(bytes, start + Icmp.sequence);
    this.originateMs = this.totalBytes >= start + ICMP_TIMESTAMP_BYTES
      ? read32(bytes, start + Icmp.originate)
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
  bytes[Ip.tos] = tos;
  write16(bytes, Ip.identification, identification);
  write16(bytes, Ip.fragment, 0);
  bytes[Ip.ttl] = ttl;
  bytes[Ip.protocol] = PROTOCOL_ICMP;
  write32(bytes, Ip.source, source);
  write32(bytes, Ip.destination, destination);
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
  bytes[start + Icmp.type] = 13;
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
  bytes[start + Icmp.type] = 14;
  bytes[start + Icmp.code] = 0;
  write16(bytes, start + Icmp.identifier, identifier);
  write16(bytes, start + Icmp.sequence, sequence);
  write32(bytes, start + Icmp.originate, originateMs);
  write32(bytes, start + Icmp.receive, receiveMs);
  write32(bytes, start + Icmp.transmit, transmitMs);
  sealMessage(bytes, start, start + ICMP_TIMESTAMP_BYTES);
}

/** Writes an echo reply at `start` with the request's identifier, sequence and payload; returns its end. */
export function writeEchoReply(bytes: Uint8Array, start: number, request: Request): number {
  const message = request.bytes.subarray(request.messageStart, request.totalBytes);
  bytes.set(message, start);
  bytes[start + Icmp.type] = 0;
  bytes[start + Icmp.code] = 0;
  const end = start + message.length;
  sealMessage(bytes, start, end);
  return end;
}
