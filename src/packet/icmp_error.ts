/**
 * ICMP errors: Destination Unreachable, Source Quench, Redirect, Time Exceeded and Parameter
 * Problem (RFC 792, pages 4 to 13), with the extension of RFC 4884.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |      Type     |      Code     |           Checksum            |
 * +---------------+---------------+-------------------------------+
 * |  unused; 3 code 4: |Length(4884)| Next-Hop MTU (RFC 1191);     |
 * |  5: Gateway Address; 11: |Length|; 12: Pointer, Length         |
 * +---------------------------------------------------------------+
 * |  IPv4 header + 64 bits or more of the refused datagram, then, |
 * |  if Length is not 0, an extension after Length × 4 octets     |
 * +---------------------------------------------------------------+
 * ```
 */

import { emitIcmpHeader, ICMP_TYPE, type IcmpHeader, parseIcmpHeader } from "./icmp_header.ts";
import { icmpErrorName } from "./icmp_names.ts";
import { malformed, type ParseResult } from "./malformed.ts";
import { readU16, readU32, readU8, requireRange, requireRoom, slice, writeU32 } from "./octets.ts";
import { parseQuotedDatagram, type QuotedDatagram } from "./quoted_datagram.ts";

/** Offsets of the fields after the checksum, in octets. */
export const ICMP_ERROR = {
  rest: 4,
  pointer: 4,
  quoteLength: 5,
  nextHopMtu: 6,
  gateway: 4,
  quote: 8,
} as const;

/** Length of the message before its quote. */
export const ICMP_ERROR_MIN_BYTES = 8;
/** RFC 4884 counts the quote's length in units of this many octets. */
const QUOTE_UNIT_BYTES = 4;
/** Code of Destination Unreachable that carries the MTU of the next hop. */
export const CODE_FRAGMENTATION_NEEDED = 4;

/** An ICMP error, as it was received. */
export interface IcmpErrorMessage extends IcmpHeader {
  /** Discriminates the union. */
  readonly kind: "error";
  /** Type and code in words, such as `destination unreachable: host unreachable`. */
  readonly name: string;
  /** The four octets after the checksum. */
  readonly restOfHeader: number;
  /** Octet of the refused datagram that is in error; of Parameter Problem with code 0. */
  readonly pointer: number | undefined;
  /** Address of the better router; of Redirect. */
  readonly gateway: number | undefined;
  /** Largest datagram that the next hop takes; of Destination Unreachable with code 4. */
  readonly nextHopMtuBytes: number | undefined;
  /** Everything after the first eight octets, a view on the received octets. */
  readonly body: Uint8Array;
  /** The datagram that was refused, as far as it is quoted. */
  readonly quote: ParseResult<QuotedDatagram>;
  /** Octets after the quote where RFC 4884's length says that it ends, a view. */
  readonly extension: Uint8Array;
}

/** Whether messages of this ICMP type are errors that quote a datagram. */
export function isErrorType(type: number): boolean {
  return type === ICMP_TYPE.destinationUnreachable || type === ICMP_TYPE.sourceQuench ||
    type === ICMP_TYPE.redirect || type === ICMP_TYPE.timeExceeded ||
    type === ICMP_TYPE.parameterProblem;
}

/**
 * Whether an ICMP error of this type means that the quoted datagram will have no answer. Source Quench (RFC 6633)
 * and Redirect do not: the datagram went on.
 */
export function isFinalErrorType(type: number): boolean {
  return type === ICMP_TYPE.destinationUnreachable || type === ICMP_TYPE.timeExceeded ||
    type === ICMP_TYPE.parameterProblem;
}

/** Whether an error says that the time to live was used up on the way: Time Exceeded with code 0. */
export function isTtlExpired({ type, code }: Pick<IcmpHeader, "type" | "code">): boolean {
  return type === ICMP_TYPE.timeExceeded && code === 0;
}

/** Parses the error from `start` to `end`. A malformed quote does not make the error malformed. */
export function parseIcmpError(
  bytes: Uint8Array,
  start: number,
  end: number,
): ParseResult<IcmpErrorMessage> {
  const available = end - start;
  if (available < ICMP_ERROR_MIN_BYTES) {
    return malformed(
      "error",
      `an ICMP error has at least ${ICMP_ERROR_MIN_BYTES} octets, ${available} are here`,
      start,
      ICMP_ERROR_MIN_BYTES,
      available,
    );
  }
  const header = parseIcmpHeader(bytes, start, end);
  const { type, code } = header;
  const bodyStart = start + ICMP_ERROR.quote;
  const quoteEnd = findQuoteEnd(bytes, start, end, type);
  const hasPointer = type === ICMP_TYPE.parameterProblem && code === 0;
  const hasMtu = type === ICMP_TYPE.destinationUnreachable && code === CODE_FRAGMENTATION_NEEDED;
  return {
    ok: true,
    value: {
      kind: "error",
      ...header,
      name: icmpErrorName(type, code),
      restOfHeader: readU32(bytes, start + ICMP_ERROR.rest),
      pointer: hasPointer ? readU8(bytes, start + ICMP_ERROR.pointer) : undefined,
      gateway: type === ICMP_TYPE.redirect ? readU32(bytes, start + ICMP_ERROR.gateway) : undefined,
      nextHopMtuBytes: hasMtu ? readU16(bytes, start + ICMP_ERROR.nextHopMtu) : undefined,
      body: slice(bytes, bodyStart, end),
      quote: parseQuotedDatagram(bytes, bodyStart, quoteEnd),
      extension: slice(bytes, quoteEnd, end),
    },
  };
}

/** Whether this type's fifth octet is RFC 4884's length of the quote. */
export function hasQuoteLength(type: number): boolean {
  return type === ICMP_TYPE.destinationUnreachable || type === ICMP_TYPE.timeExceeded ||
    type === ICMP_TYPE.parameterProblem;
}

/**
 * A length that is zero (sent by those who do not know RFC 4884) or longer than the message
 * says nothing: then all the rest is the quote.
 */
function findQuoteEnd(bytes: Uint8Array, start: number, end: number, type: number): number {
  if (!hasQuoteLength(type)) return end;
  const units = readU8(bytes, start + ICMP_ERROR.quoteLength);
  const quoteEnd = start + ICMP_ERROR.quote + units * QUOTE_UNIT_BYTES;
  return units === 0 || quoteEnd > end ? end : quoteEnd;
}

/** What an ICMP error to be emitted says. A parsed {@linkcode IcmpErrorMessage} is one. */
export interface IcmpErrorFields {
  /** Discriminates the union. */
  readonly kind: "error";
  /** Type: 3, 4, 5, 11 or 12. */
  readonly type: number;
  /** Code; 0 when absent. */
  readonly code?: number;
  /** Checksum; the right one when absent. */
  readonly checksum?: number;
  /** The four octets after the checksum; 0 when absent. */
  readonly restOfHeader?: number;
  /** The quote, and an extension if there is one. */
  readonly body: Uint8Array;
}

/** Length in octets of the message when emitted. */
export function icmpErrorLength(fields: IcmpErrorFields): number {
  return ICMP_ERROR_MIN_BYTES + fields.body.length;
}

/**
 * Emits an ICMP error into `target` at `offset`.
 *
 * @returns The message's length in octets.
 * @throws {RangeError} A field does not fit its octets, or the message does not fit `target`.
 */
export function emitIcmpError(
  fields: IcmpErrorFields,
  target: Uint8Array,
  offset: number = 0,
): number {
  const lengthBytes = icmpErrorLength(fields);
  requireRoom(target, offset, lengthBytes);
  const rest = requireRange("rest of header", fields.restOfHeader ?? 0, 0xffffffff);
  writeU32(target, offset + ICMP_ERROR.rest, rest);
  target.set(fields.body, offset + ICMP_ERROR.quote);
  emitIcmpHeader(fields, target, offset, offset + lengthBytes);
  return lengthBytes;
}
