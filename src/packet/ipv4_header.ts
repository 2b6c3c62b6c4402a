/**
 * The IPv4 header (RFC 791 §3.1).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+---------------+-------------------------------+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * +-------+-------+---------------+-----+-------------------------+
 * |         Identification        |Flags|      Fragment Offset    |
 * +---------------+---------------+-----+-------------------------+
 * |  Time to Live |    Protocol   |        Header Checksum        |
 * +---------------+---------------+-------------------------------+
 * |                       Source Address                          |
 * +---------------------------------------------------------------+
 * |                    Destination Address                        |
 * +-----------------------------------------------+---------------+
 * |                    Options                    |    Padding    |
 * +-----------------------------------------------+---------------+
 * ```
 */

import { expectedFromSum, internetChecksum, isSumRight, sumWords } from "./checksum.ts";
import { malformed, type ParseResult } from "./malformed.ts";
import { NO_OCTETS, readU16, readU32, readU8, requireRange, requireRoom } from "./octets.ts";
import { slice, writeU16, writeU32, writeU8 } from "./octets.ts";

/** Offsets of the header's fields, in octets. */
export const IPV4 = {
  versionAndLength: 0,
  tos: 1,
  totalLength: 2,
  identification: 4,
  flagsAndOffset: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
  options: 20,
} as const;

/** Length of a header without options. */
export const IPV4_MIN_HEADER_BYTES = 20;
/** Length of the longest header that IHL can say. */
export const IPV4_MAX_HEADER_BYTES = 60;
/** Length of the longest datagram that total length can say. */
export const IPV4_MAX_DATAGRAM_BYTES = 65_535;
/** Protocol number of ICMP. */
export const PROTOCOL_ICMP = 1;

/** The bits beside the fragment offset. */
export const IPV4_FLAG = { reserved: 0x8000, dontFragment: 0x4000, moreFragments: 0x2000 } as const;
const FRAGMENT_OFFSET_MASK = 0x1fff;
/** Fragment offsets count in units of this many octets. */
const FRAGMENT_UNIT_BYTES = 8;

/** An IPv4 header as it was received. */
export interface Ipv4Header {
  /** Length of the header with its options, from IHL: 20 to 60. */
  readonly headerLengthBytes: number;
  /** Type of service: DSCP in the high six bits, ECN in the low two (RFC 2474, RFC 3168). */
  readonly tos: number;
  /** Length of the whole datagram as the header says. */
  readonly totalLengthBytes: number;
  /** Identification, which fragments of one datagram share. */
  readonly identification: number;
  /** The flag that must be zero (RFC 791). */
  readonly reservedFlag: boolean;
  /** DF: routers may not fragment the datagram. */
  readonly dontFragment: boolean;
  /** MF: this is a fragment and not the last one. */
  readonly moreFragments: boolean;
  /** Where in the original datagram this fragment starts; 0 for a whole datagram. */
  readonly fragmentOffsetBytes: number;
  /** Time to live, in hops. */
  readonly ttl: number;
  /** Protocol of the payload; 1 is ICMP. */
  readonly protocol: number;
  /** Header checksum as received. */
  readonly checksum: number;
  /** Whether the header checksum is right. */
  readonly checksumOk: boolean;
  /** The header checksum that would be right. */
  readonly expectedChecksum: number;
  /** Source address. */
  readonly source: number;
  /** Destination address. */
  readonly destination: number;
  /** Options with their padding, a view on the received octets. */
  readonly options: Uint8Array;
}

/**
 * Parses the header that starts at `start`. Checks version, and that the header fits before `end`;
 * what total length says is the caller's to check, since a quoted header's payload is cut.
 */
export function parseIpv4Header(
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): ParseResult<Ipv4Header> {
  const available = end - start;
  if (available < IPV4_MIN_HEADER_BYTES) {
    return malformed(
      "ipv4",
      `a header has at least ${IPV4_MIN_HEADER_BYTES} octets, ${available} are here`,
      start,
      IPV4_MIN_HEADER_BYTES,
      available,
    );
  }
  const versionAndLength = readU8(bytes, start + IPV4.versionAndLength);
  if (versionAndLength >>> 4 !== 4) {
    return malformed(
      "ipv4",
      `version is ${versionAndLength >>> 4}, not 4`,
      start,
      IPV4_MIN_HEADER_BYTES,
      available,
    );
  }
  const headerLengthBytes = (versionAndLength & 0x0f) * 4;
  if (headerLengthBytes < IPV4_MIN_HEADER_BYTES || headerLengthBytes > available) {
    const state = headerLengthBytes > available ? `, ${available} are here` : ", 20 is the least";
    return malformed(
      "ipv4",
      `header length says ${headerLengthBytes} octets${state}`,
      start,
      Math.max(headerLengthBytes, IPV4_MIN_HEADER_BYTES),
      available,
    );
  }
  const headerEnd = start + headerLengthBytes;
  const flagsAndOffset = readU16(bytes, start + IPV4.flagsAndOffset);
  const checksum = readU16(bytes, start + IPV4.checksum);
  const sum = sumWords(bytes, start, headerEnd);
  return {
    ok: true,
    value: {
      headerLengthBytes,
      tos: readU8(bytes, start + IPV4.tos),
      totalLengthBytes: readU16(bytes, start + IPV4.totalLength),
      identification: readU16(bytes, start + IPV4.identification),
      reservedFlag: (flagsAndOffset & IPV4_FLAG.reserved) !== 0,
      dontFragment: (flagsAndOffset & IPV4_FLAG.dontFragment) !== 0,
      moreFragments: (flagsAndOffset & IPV4_FLAG.moreFragments) !== 0,
      fragmentOffsetBytes: (flagsAndOffset & FRAGMENT_OFFSET_MASK) * FRAGMENT_UNIT_BYTES,
      ttl: readU8(bytes, start + IPV4.ttl),
      protocol: readU8(bytes, start + IPV4.protocol),
      checksum,
      checksumOk: isSumRight(sum),
      expectedChecksum: expectedFromSum(sum, checksum),
      source: readU32(bytes, start + IPV4.source),
      destination: readU32(bytes, start + IPV4.destination),
      options: slice(bytes, start + IPV4.options, headerEnd),
    },
  };
}

/** What a header to be emitted says. A parsed {@linkcode Ipv4Header} is one. */
export interface Ipv4Fields {
  /** Source address; 0 lets the kernel fill it in (raw(7), IP_HDRINCL). */
  readonly source: number;
  /** Destination address. */
  readonly destination: number;
  /** Type of service; 0 when absent. */
  readonly tos?: number;
  /** Total length; the true one when absent. */
  readonly totalLengthBytes?: number;
  /** Identification; 0 when absent, which lets the kernel fill it in. */
  readonly identification?: number;
  /** The flag that must be zero. */
  readonly reservedFlag?: boolean;
  /** DF. */
  readonly dontFragment?: boolean;
  /** MF. */
  readonly moreFragments?: boolean;
  /** Fragment offset, a multiple of 8. */
  readonly fragmentOffsetBytes?: number;
  /** Time to live; 64 when absent. */
  readonly ttl?: number;
  /** Protocol; ICMP when absent. */
  readonly protocol?: number;
  /** Header checksum; the right one when absent. */
  readonly checksum?: number;
  /** Options with their padding: up to 40 octets, a multiple of 4. */
  readonly options?: Uint8Array;
}

/** Default time to live. */
export const DEFAULT_TTL = 64;

/**
 * Emits a header into `target` at `offset`.
 *
 * @param payloadBytes Octets that will follow the header; total length counts them.
 * @returns The header's length in octets.
 * @throws {RangeError} A field does not fit its octets, or the header does not fit `target`.
 */
export function emitIpv4Header(
  fields: Ipv4Fields,
  payloadBytes: number,
  target: Uint8Array,
  offset: number = 0,
): number {
  const { source, destination, options = NO_OCTETS } = fields;
  const { tos = 0, identification = 0, ttl = DEFAULT_TTL, protocol = PROTOCOL_ICMP } = fields;
  const headerLengthBytes = IPV4_MIN_HEADER_BYTES + options.length;
  if (options.length % 4 !== 0) {
    throw new RangeError(
      `Cannot emit ${options.length} octets of options: expected a multiple of 4`,
    );
  }
  requireRange("header length", headerLengthBytes, IPV4_MAX_HEADER_BYTES);
  requireRoom(target, offset, headerLengthBytes);
  const totalLengthBytes = fields.totalLengthBytes ?? headerLengthBytes + payloadBytes;
  requireRange("total length", totalLengthBytes, IPV4_MAX_DATAGRAM_BYTES);
  const fragmentOffsetBytes = fields.fragmentOffsetBytes ?? 0;
  const fragmentUnits = fragmentOffsetBytes / FRAGMENT_UNIT_BYTES;
  requireRange("fragment offset in units of 8 octets", fragmentUnits, FRAGMENT_OFFSET_MASK);
  const flagsAndOffset = fragmentUnits |
    (fields.reservedFlag ? IPV4_FLAG.reserved : 0) |
    (fields.dontFragment ? IPV4_FLAG.dontFragment : 0) |
    (fields.moreFragments ? IPV4_FLAG.moreFragments : 0);
  writeU8(target, offset + IPV4.versionAndLength, 0x40 | headerLengthBytes / 4);
  writeU8(target, offset + IPV4.tos, requireRange("type of service", tos, 0xff));
  writeU16(target, offset + IPV4.totalLength, totalLengthBytes);
  requireRange("identification", identification, 0xffff);
  writeU16(target, offset + IPV4.identification, identification);
  writeU16(target, offset + IPV4.flagsAndOffset, flagsAndOffset);
  writeU8(target, offset + IPV4.ttl, requireRange("time to live", ttl, 0xff));
  writeU8(target, offset + IPV4.protocol, requireRange("protocol", protocol, 0xff));
  writeU16(target, offset + IPV4.checksum, 0);
  writeU32(target, offset + IPV4.source, requireRange("source", source, 0xffffffff));
  writeU32(target, offset + IPV4.destination, requireRange("destination", destination, 0xffffffff));
  target.set(options, offset + IPV4.options);
  const checksum = fields.checksum ??
    internetChecksum(target, offset, offset + headerLengthBytes);
  writeU16(target, offset + IPV4.checksum, requireRange("header checksum", checksum, 0xffff));
  return headerLengthBytes;
}
