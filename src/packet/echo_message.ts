/**
 * ICMP Echo and Echo Reply (RFC 792, page 14).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |  Type 8 or 0  |      Code     |           Checksum            |
 * +---------------+---------------+-------------------------------+
 * |           Identifier          |        Sequence Number        |
 * +-------------------------------+-------------------------------+
 * |                           Payload                             |
 * +---------------------------------------------------------------+
 * ```
 */

import { emitIcmpHeader, ICMP_TYPE, type IcmpHeader, parseIcmpHeader } from "./icmp_header.ts";
import { malformed, type ParseResult } from "./malformed.ts";
import { NO_OCTETS, readU16, requireRange, requireRoom, slice, writeU16 } from "./octets.ts";

/** Offsets of the fields after the checksum, in octets. */
export const ECHO = { identifier: 4, sequence: 6, payload: 8 } as const;

/** Length of the message without payload. */
export const ECHO_MIN_BYTES = 8;

/** Echo or Echo Reply, as it was received. */
export interface EchoMessage extends IcmpHeader {
  /** Which of the two. */
  readonly kind: "echo-request" | "echo-reply";
  /** Identifier, with which a sender knows its own. */
  readonly identifier: number;
  /** Sequence number. */
  readonly sequence: number;
  /** The octets that the reply returns, a view on the received octets. */
  readonly payload: Uint8Array;
}

/** Parses the message of type 8 or 0 from `start` to `end`. */
export function parseEchoMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
): ParseResult<EchoMessage> {
  const available = end - start;
  if (available < ECHO_MIN_BYTES) {
    return malformed(
      "echo",
      `an echo message has at least ${ECHO_MIN_BYTES} octets, ${available} are here`,
      start,
      ECHO_MIN_BYTES,
      available,
    );
  }
  const { type, code, checksum, checksumOk, expectedChecksum } = parseIcmpHeader(bytes, start, end);
  return {
    ok: true,
    value: {
      kind: type === ICMP_TYPE.echoRequest ? "echo-request" : "echo-reply",
      type,
      code,
      checksum,
      checksumOk,
      expectedChecksum,
      identifier: readU16(bytes, start + ECHO.identifier),
      sequence: readU16(bytes, start + ECHO.sequence),
      payload: slice(bytes, start + ECHO.payload, end),
    },
  };
}

/** What an echo message to be emitted says. A parsed {@linkcode EchoMessage} is one. */
export interface EchoFields {
  /** Which of the two. */
  readonly kind: "echo-request" | "echo-reply";
  /** Identifier, 0 to 65535. */
  readonly identifier: number;
  /** Sequence number. */
  readonly sequence: number;
  /** Code; 0 when absent. */
  readonly code?: number;
  /** Checksum; the right one when absent. */
  readonly checksum?: number;
  /** Payload; none when absent. */
  readonly payload?: Uint8Array;
}

/** Length in octets of the message when emitted. */
export function echoMessageLength(fields: EchoFields): number {
  return ECHO_MIN_BYTES + (fields.payload?.length ?? 0);
}

/**
 * Emits an echo message into `target` at `offset`.
 *
 * @returns The message's length in octets.
 * @throws {RangeError} A field does not fit its octets, or the message does not fit `target`.
 */
export function emitEchoMessage(
  fields: EchoFields,
  target: Uint8Array,
  offset: number = 0,
): number {
  const lengthBytes = echoMessageLength(fields);
  requireRoom(target, offset, lengthBytes);
  const { identifier, sequence } = fields;
  writeU16(target, offset + ECHO.identifier, requireRange("identifier", identifier, 0xffff));
  writeU16(target, offset + ECHO.sequence, requireRange("sequence", sequence, 0xffff));
  target.set(fields.payload ?? NO_OCTETS, offset + ECHO.payload);
  const type = fields.kind === "echo-request" ? ICMP_TYPE.echoRequest : ICMP_TYPE.echoReply;
  emitIcmpHeader({ ...fields, type }, target, offset, offset + lengthBytes);
  return lengthBytes;
}
