/**
 * The datagrams of the simulated network, written octet by octet with the lab's tools and not
 * through src/packet: a mistake there must not be made here as well.
 */

import {
  checksum,
  headerLength,
  read16,
  read32,
  sealHeader,
  sealMessage,
  spoilMessage,
  write16,
  write32,
} from "../lab/octets.ts";
import { writeHeader, writeTimestampReply } from "../lab/packet.ts";
import { setFragment, writeIdentity, writeOriginate } from "../lab/packet_edit.ts";

/** Ways in which an arriving datagram is not a plain reply. */
export const manglingKinds = [
  "bad-checksum",
  "bad-ip-checksum",
  "odd-code",
  "ip-options",
  "trailing-bytes",
  "cut-message",
  "lying-length",
  "short",
  "fragment-first",
  "fragment-last",
  "wrong-source",
  "wrong-identifier",
  "stale-sequence",
  "future-sequence",
  "flipped-sequence",
  "originate-changed",
  "echo-reply",
  "timestamp-request",
  "router-advertisement",
  "other-protocol",
  "ipv6",
  "oversize",
  "empty",
] as const;

/** A way in which an arriving datagram is not a plain reply. */
export type Mangling = typeof manglingKinds[number];

/** An ICMP error as a test describes it. */
export interface SimulatedError {
  /** ICMP type: 3, 4, 5, 11 or 12. */
  readonly type: number;
  /** ICMP code. */
  readonly code: number;
  /** Octets of the message quoted; 8 by default. */
  readonly quoteBytes?: number;
  /** Octets of no-operation options in the quoted header; 0 by default. */
  readonly quoteOptionBytes?: number;
  /** The error's own checksum is wrong. */
  readonly badChecksum?: boolean;
  /** Sequence numbers by which the quote is off. */
  readonly quoteSequenceBy?: number;
  /** The quoted originate stamp is another one (visible with quoteBytes of 12 and more). */
  readonly quoteOtherOriginate?: boolean;
}

/** Our address in the simulated network, 192.0.2.1. */
export const OWN_ADDRESS = 0xc0000201;

const IP_BYTES = 20;
const TIMESTAMP_MESSAGE_BYTES = 20;
const ERROR_BYTES = 8;
const NO_OPERATION = 1;
const REPLY_TTL = 61;
/** From the address that was asked to one that was not. */
const STRANGER = 0x10000;

/** A request as the simulated host reads it. */
export interface SimulatedRequest {
  /** The whole datagram, a copy. */
  readonly bytes: Uint8Array;
  /** Where its ICMP message starts. */
  readonly start: number;
  /** Time to live. */
  readonly ttl: number;
  /** ICMP type. */
  readonly type: number;
  /** Who is asked. */
  readonly destination: number;
  /** ICMP identifier. */
  readonly identifier: number;
  /** ICMP sequence number. */
  readonly sequence: number;
  /** Originate stamp, or the first four octets of an echo's payload; 0 when there are none. */
  readonly originateMs: number;
}

/** Reads a request; throws when it is not a sound IPv4 datagram with an ICMP request. */
export function readRequest(datagram: Uint8Array): SimulatedRequest {
  const bytes = datagram.slice();
  const start = headerLength(bytes);
  if (octet(bytes, 0) >>> 4 !== 4 || read16(bytes, 2) !== bytes.length || bytes[9] !== 1) {
    throw new Error("Cannot take the request: it is no whole IPv4 datagram with ICMP");
  }
  if (checksum(bytes, 0, start) !== 0) throw new Error("Cannot take the request: bad IP checksum");
  return {
    bytes,
    start,
    ttl: octet(bytes, 8),
    type: octet(bytes, start),
    destination: read32(bytes, 16),
    identifier: read16(bytes, start + 4),
    sequence: read16(bytes, start + 6),
    originateMs: bytes.length >= start + 12 ? read32(bytes, start + 8) : 0,
  };
}

/** The plain reply of the host that was asked. */
export function writeReply(
  request: SimulatedRequest,
  receiveMs: number,
  transmitMs: number,
): Uint8Array {
  const { identifier, sequence, originateMs, destination } = request;
  if (request.type === 8) {
    const echo = new Uint8Array(IP_BYTES + request.bytes.length - request.start);
    echo.set(request.bytes.subarray(request.start), IP_BYTES);
    echo[IP_BYTES] = 0;
    sealMessage(echo, IP_BYTES, echo.length);
    writeHeader(echo, IP_BYTES, echo.length, 0, 1, REPLY_TTL, destination, OWN_ADDRESS);
    return echo;
  }
  const bytes = new Uint8Array(IP_BYTES + TIMESTAMP_MESSAGE_BYTES);
  writeTimestampReply(bytes, IP_BYTES, identifier, sequence, originateMs, receiveMs, transmitMs);
  writeHeader(bytes, IP_BYTES, bytes.length, 0, 1, REPLY_TTL, destination, OWN_ADDRESS);
  return bytes;
}

/** An ICMP error of `reporter` that quotes the request. */
export function writeErrorReply(
  request: SimulatedRequest,
  error: SimulatedError,
  reporter: number,
): Uint8Array {
  const quotedHeaderBytes = request.start + (error.quoteOptionBytes ?? 0);
  const quote = request.bytes.slice(request.start, request.start + (error.quoteBytes ?? 8));
  write16(quote, 6, (request.sequence + (error.quoteSequenceBy ?? 0)) & 0xffff);
  if (error.quoteOtherOriginate) write32(quote, 8, request.originateMs ^ 0x1234);
  const at = IP_BYTES + ERROR_BYTES;
  const bytes = new Uint8Array(at + quotedHeaderBytes + quote.length);
  bytes[IP_BYTES] = error.type;
  bytes[IP_BYTES + 1] = error.code;
  bytes.set(request.bytes.subarray(0, request.start), at);
  // The kernel has filled in where it came from.
  write32(bytes, at + 12, OWN_ADDRESS);
  bytes.fill(NO_OPERATION, at + request.start, at + quotedHeaderBytes);
  bytes[at] = 0x40 | (quotedHeaderBytes / 4);
  sealHeader(bytes.subarray(at, at + quotedHeaderBytes), request.bytes.length);
  bytes.set(quote, at + quotedHeaderBytes);
  sealMessage(bytes, IP_BYTES, bytes.length);
  if (error.badChecksum) spoilMessage(bytes, IP_BYTES);
  writeHeader(bytes, IP_BYTES, bytes.length, 0xc0, 2, 250, reporter, OWN_ADDRESS);
  return bytes;
}

/** The reply, spoiled. `source` is what the kernel would report as the sender. */
export function mangle(
  reply: Uint8Array,
  kind: Mangling,
): { readonly bytes: Uint8Array; readonly sourceBy: number } {
  const bytes = reply.slice();
  const start = IP_BYTES;
  const sequence = read16(bytes, start + 6);
  const identifier = read16(bytes, start + 4);
  const seal = () => sealMessage(bytes, start, bytes.length);
  switch (kind) {
    case "bad-checksum":
      spoilMessage(bytes, start);
      break;
    case "bad-ip-checksum":
      bytes[10] = octet(bytes, 10) ^ 0x55;
      break;
    case "odd-code":
      bytes[start + 1] = 7;
      seal();
      break;
    case "ip-options":
      return { bytes: withOptions(bytes), sourceBy: 0 };
    case "trailing-bytes":
      return { bytes: lengthened(bytes, 12), sourceBy: 0 };
    case "oversize":
      return { bytes: lengthened(bytes, 4000), sourceBy: 0 };
    case "cut-message": {
      const cut = bytes.slice(0, start + 12);
      sealMessage(cut, start, cut.length);
      sealHeader(cut, cut.length);
      return { bytes: cut, sourceBy: 0 };
    }
    case "lying-length":
      sealHeader(bytes, bytes.length + 40);
      break;
    case "short":
      return { bytes: bytes.slice(0, 11), sourceBy: 0 };
    case "empty":
      return { bytes: new Uint8Array(0), sourceBy: 0 };
    case "fragment-first":
      setFragment(bytes, 0, true);
      sealHeader(bytes, bytes.length);
      break;
    case "fragment-last":
      setFragment(bytes, 8, false);
      sealHeader(bytes, bytes.length);
      break;
    case "wrong-source":
      return { bytes, sourceBy: STRANGER };
    case "wrong-identifier":
      writeIdentity(bytes, start, identifier ^ 0x0101, sequence);
      seal();
      break;
    case "stale-sequence":
      writeIdentity(bytes, start, identifier, sequence - 1000);
      seal();
      break;
    case "future-sequence":
      writeIdentity(bytes, start, identifier, sequence + 1000);
      seal();
      break;
    case "flipped-sequence":
      // A bit flipped on the way: the checksum shows only that something is wrong.
      bytes[start + 7] = octet(bytes, start + 7) ^ 1;
      break;
    case "originate-changed":
      writeOriginate(bytes, start, 12_345_678);
      seal();
      break;
    case "echo-reply":
      bytes[start] = bytes[start] === 14 ? 0 : 14;
      seal();
      break;
    case "timestamp-request":
      bytes[start] = 13;
      seal();
      break;
    case "router-advertisement":
      bytes[start] = 9;
      seal();
      break;
    case "other-protocol":
      bytes[9] = 17;
      sealHeader(bytes, bytes.length);
      break;
    case "ipv6":
      bytes[0] = 0x60;
      break;
  }
  return { bytes, sourceBy: 0 };
}

function lengthened(bytes: Uint8Array, by: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + by).fill(0xa5);
  longer.set(bytes);
  sealMessage(longer, IP_BYTES, longer.length);
  sealHeader(longer, longer.length);
  return longer;
}

function withOptions(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 8).fill(NO_OPERATION);
  longer.set(bytes.subarray(0, IP_BYTES));
  longer.set(bytes.subarray(IP_BYTES), IP_BYTES + 8);
  longer[0] = 0x47;
  sealHeader(longer, longer.length);
  return longer;
}

function octet(bytes: Uint8Array, offset: number): number {
  return bytes[offset] as number;
}
