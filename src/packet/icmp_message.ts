/**
 * ICMP messages of every type (RFC 792). Types that icmptime has no use for are kept as octets.
 *
 * ```text
 * +---------------+---------------+-------------------------------+
 * |      Type     |      Code     |           Checksum            |
 * +---------------+---------------+-------------------------------+
 * |  0, 8: echo_message.ts    13, 14: timestamp_message.ts        |
 * |  3, 4, 5, 11, 12: icmp_error.ts    any other: octets          |
 * +---------------------------------------------------------------+
 * ```
 *
 * The offsets are those of icmp_header.ts.
 */

import { type EchoFields, echoMessageLength, emitEchoMessage } from "./echo_message.ts";
import { type EchoMessage, parseEchoMessage } from "./echo_message.ts";
import { emitIcmpError, type IcmpErrorFields, icmpErrorLength } from "./icmp_error.ts";
import { type IcmpErrorMessage, isErrorType, parseIcmpError } from "./icmp_error.ts";
import { emitIcmpHeader, ICMP, ICMP_MIN_BYTES, ICMP_TYPE } from "./icmp_header.ts";
import { type IcmpHeader, type IcmpHeaderFields, parseIcmpHeader } from "./icmp_header.ts";
import { malformed, type ParseResult } from "./malformed.ts";
import { readU8, requireRoom, slice } from "./octets.ts";
import { emitTimestampMessage, parseTimestampMessage } from "./timestamp_message.ts";
import { type TimestampFields, type TimestampMessage } from "./timestamp_message.ts";
import { timestampMessageLength } from "./timestamp_message.ts";

/** An ICMP message of a type that is not read further, as it was received. */
export interface OtherIcmpMessage extends IcmpHeader {
  /** Discriminates the union. */
  readonly kind: "other";
  /** Everything after the checksum, a view on the received octets. */
  readonly body: Uint8Array;
}

/** An ICMP message, as it was received. */
export type IcmpMessage = TimestampMessage | EchoMessage | IcmpErrorMessage | OtherIcmpMessage;

/** Parses the ICMP message from `start` to `end`, octets that the caller knows to be there. */
export function parseIcmpMessage(
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): ParseResult<IcmpMessage> {
  const available = end - start;
  if (available < ICMP_MIN_BYTES) {
    return malformed(
      "icmp",
      `an ICMP message has at least ${ICMP_MIN_BYTES} octets, ${available} are here`,
      start,
      ICMP_MIN_BYTES,
      available,
    );
  }
  const type = readU8(bytes, start + ICMP.type);
  if (type === ICMP_TYPE.timestampReply || type === ICMP_TYPE.timestampRequest) {
    return parseTimestampMessage(bytes, start, end);
  }
  if (type === ICMP_TYPE.echoReply || type === ICMP_TYPE.echoRequest) {
    return parseEchoMessage(bytes, start, end);
  }
  if (isErrorType(type)) return parseIcmpError(bytes, start, end);
  const header = parseIcmpHeader(bytes, start, end);
  return {
    ok: true,
    value: { kind: "other", ...header, body: slice(bytes, start + ICMP.rest, end) },
  };
}

/** What a message of any other type to be emitted says. A parsed {@linkcode OtherIcmpMessage} is one. */
export interface OtherIcmpFields extends IcmpHeaderFields {
  /** Discriminates the union. */
  readonly kind: "other";
  /** Everything after the checksum. */
  readonly body: Uint8Array;
}

/** What an ICMP message to be emitted says. A parsed {@linkcode IcmpMessage} is one. */
export type IcmpFields = TimestampFields | EchoFields | IcmpErrorFields | OtherIcmpFields;

/** Length in octets of an ICMP message when emitted. */
export function icmpMessageLength(fields: IcmpFields): number {
  switch (fields.kind) {
    case "timestamp-request":
    case "timestamp-reply":
      return timestampMessageLength(fields);
    case "echo-request":
    case "echo-reply":
      return echoMessageLength(fields);
    case "error":
      return icmpErrorLength(fields);
    case "other":
      return ICMP_MIN_BYTES + fields.body.length;
  }
}

/**
 * Emits an ICMP message into `target` at `offset`.
 *
 * @returns The message's length in octets.
 * @throws {RangeError} A field does not fit its octets, or the message does not fit `target`.
 */
export function emitIcmpMessage(
  fields: IcmpFields,
  target: Uint8Array,
  offset: number = 0,
): number {
  switch (fields.kind) {
    case "timestamp-request":
    case "timestamp-reply":
      return emitTimestampMessage(fields, target, offset);
    case "echo-request":
    case "echo-reply":
      return emitEchoMessage(fields, target, offset);
    case "error":
      return emitIcmpError(fields, target, offset);
    case "other":
      return emitOtherMessage(fields, target, offset);
  }
}

function emitOtherMessage(fields: OtherIcmpFields, target: Uint8Array, offset: number): number {
  const lengthBytes = icmpMessageLength(fields);
  requireRoom(target, offset, lengthBytes);
  target.set(fields.body, offset + ICMP.rest);
  emitIcmpHeader(fields, target, offset, offset + lengthBytes);
  return lengthBytes;
}
