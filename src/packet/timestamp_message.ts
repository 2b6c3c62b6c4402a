/**
 * ICMP Timestamp and Timestamp Reply (RFC 792, page 16).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * | Type 13 or 14 |      Code     |           Checksum            |
 * +---------------+---------------+-------------------------------+
 * |           Identifier          |        Sequence Number        |
 * +-------------------------------+-------------------------------+
 * |                      Originate Timestamp                      |
 * +---------------------------------------------------------------+
 * |                       Receive Timestamp                       |
 * +---------------------------------------------------------------+
 * |                      Transmit Timestamp                       |
 * +---------------------------------------------------------------+
 * ```
 *
 * A stamp is milliseconds since midnight UT; with its high bit set it is something else that the
 * sender had at hand. RFC 792 has nothing after the transmit stamp, but octets there are kept.
 */

import { emitIcmpHeader, ICMP_TYPE, type IcmpHeader, parseIcmpHeader } from "./icmp_header.ts";
import { malformed, type ParseResult } from "./malformed.ts";
import { NO_OCTETS, readU16, readU32, requireRange, requireRoom } from "./octets.ts";
import { slice, writeU16, writeU32 } from "./octets.ts";

/** Offsets of the fields after the checksum, in octets. */
export const TIMESTAMP = {
  identifier: 4,
  sequence: 6,
  originate: 8,
  receive: 12,
  transmit: 16,
  trailing: 20,
} as const;

/** Length of the message that RFC 792 defines. */
export const TIMESTAMP_BYTES = 20;

/** Timestamp or Timestamp Reply, as it was received. */
export interface TimestampMessage extends IcmpHeader {
  /** Which of the two. */
  readonly kind: "timestamp-request" | "timestamp-reply";
  /** Identifier, with which a sender knows its own. */
  readonly identifier: number;
  /** Sequence number. */
  readonly sequence: number;
  /** Originate stamp: 32 bits as received. */
  readonly originateMs: number;
  /** Receive stamp: 32 bits as received. */
  readonly receiveMs: number;
  /** Transmit stamp: 32 bits as received. */
  readonly transmitMs: number;
  /** Octets after the transmit stamp, a view on the received octets. */
  readonly trailing: Uint8Array;
}

/** Parses the message of type 13 or 14 from `start` to `end`. */
export function parseTimestampMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
): ParseResult<TimestampMessage> {
  const available = end - start;
  if (available < TIMESTAMP_BYTES) {
    return malformed(
      "timestamp",
      `a timestamp message has ${TIMESTAMP_BYTES} octets, ${available} are here`,
      start,
      TIMESTAMP_BYTES,
      available,
    );
  }
  const { type, code, checksum, checksumOk, expectedChecksum } = parseIcmpHeader(bytes, start, end);
  return {
    ok: true,
    value: {
      kind: type === ICMP_TYPE.timestampRequest ? "timestamp-request" : "timestamp-reply",
      type,
      code,
      checksum,
      checksumOk,
      expectedChecksum,
      identifier: readU16(bytes, start + TIMESTAMP.identifier),
      sequence: readU16(bytes, start + TIMESTAMP.sequence),
      originateMs: readU32(bytes, start + TIMESTAMP.originate),
      receiveMs: readU32(bytes, start + TIMESTAMP.receive),
      transmitMs: readU32(bytes, start + TIMESTAMP.transmit),
      trailing: slice(bytes, start + TIMESTAMP.trailing, end),
    },
  };
}

/** What a timestamp message to be emitted says. A parsed {@linkcode TimestampMessage} is one. */
export interface TimestampFields {
  /** Which of the two. */
  readonly kind: "timestamp-request" | "timestamp-reply";
  /** Identifier, 0 to 65535. */
  readonly identifier: number;
  /** Sequence number. */
  readonly sequence: number;
  /** Originate stamp, 32 bits. */
  readonly originateMs: number;
  /** Receive stamp, 32 bits; 0 when absent. */
  readonly receiveMs?: number;
  /** Transmit stamp, 32 bits; 0 when absent. */
  readonly transmitMs?: number;
  /** Code; 0 when absent. */
  readonly code?: number;
  /** Checksum; the right one when absent. */
  readonly checksum?: number;
  /** Octets to append. */
  readonly trailing?: Uint8Array;
}

/** Length in octets of the message when emitted. */
export function timestampMessageLength(fields: TimestampFields): number {
  return TIMESTAMP_BYTES + (fields.trailing?.length ?? 0);
}

/**
 * Emits a timestamp message into `target` at `offset`.
 *
 * @returns The message's length in octets.
 * @throws {RangeError} A field does not fit its octets, or the message does not fit `target`.
 */
export function emitTimestampMessage(
  fields: TimestampFields,
  target: Uint8Array,
  offset: number = 0,
): number {
  const lengthBytes = timestampMessageLength(fields);
  requireRoom(target, offset, lengthBytes);
  const { identifier, sequence, originateMs, receiveMs = 0, transmitMs = 0 } = fields;
  writeU16(
    target,
    offset + TIMESTAMP.identifier,
    requireRange("identifier", identifier, 0xffff),
  );
  writeU16(target, offset + TIMESTAMP.sequence, requireRange("sequence", sequence, 0xffff));
  writeU32(
    target,
    offset + TIMESTAMP.originate,
    requireRange("originate", originateMs, 0xffffffff),
  );
  writeU32(target, offset + TIMESTAMP.receive, requireRange("receive", receiveMs, 0xffffffff));
  writeU32(target, offset + TIMESTAMP.transmit, requireRange("transmit", transmitMs, 0xffffffff));
  target.set(fields.trailing ?? NO_OCTETS, offset + TIMESTAMP.trailing);
  const type = fields.kind === "timestamp-request"
    ? ICMP_TYPE.timestampRequest
    : ICMP_TYPE.timestampReply;
  emitIcmpHeader({ ...fields, type }, target, offset, offset + lengthBytes);
  return lengthBytes;
}
