/**
 * What every ICMP message starts with (RFC 792).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |      Type     |      Code     |           Checksum            |
 * +---------------+---------------+-------------------------------+
 * |                 depends on the type                           |
 * +---------------------------------------------------------------+
 * ```
 */

import { expectedFromSum, internetChecksum, isSumRight, sumWords } from "./checksum.ts";
import { readU16, readU8, requireRange, writeU16, writeU8 } from "./octets.ts";

/** Offsets of the fields that all ICMP messages share, in octets. */
export const ICMP = { type: 0, code: 1, checksum: 2, rest: 4 } as const;

/** Length of type, code and checksum. */
export const ICMP_MIN_BYTES = 4;

/** ICMP types by name (IANA, ICMP parameters). */
export const ICMP_TYPE = {
  echoReply: 0,
  destinationUnreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
  timestampRequest: 13,
  timestampReply: 14,
} as const;

/** What every ICMP message starts with. */
export interface IcmpHeader {
  /** Type, which decides how the rest is read. */
  readonly type: number;
  /** Code, a refinement of the type. */
  readonly code: number;
  /** Checksum as received. */
  readonly checksum: number;
  /** Whether the checksum over the whole message is right. */
  readonly checksumOk: boolean;
  /** The checksum that would be right. */
  readonly expectedChecksum: number;
}

/** Parses the shared fields of the message from `start` to `end`, at least four octets. */
export function parseIcmpHeader(bytes: Uint8Array, start: number, end: number): IcmpHeader {
  const checksum = readU16(bytes, start + ICMP.checksum);
  const sum = sumWords(bytes, start, end);
  return {
    type: readU8(bytes, start + ICMP.type),
    code: readU8(bytes, start + ICMP.code),
    checksum,
    checksumOk: isSumRight(sum),
    expectedChecksum: expectedFromSum(sum, checksum),
  };
}

/** What the shared fields of a message to be emitted say. */
export interface IcmpHeaderFields {
  /** Type, 0 to 255, as IANA assigns them. */
  readonly type: number;
  /** Code; 0 when absent. */
  readonly code?: number;
  /** Checksum; the right one when absent. */
  readonly checksum?: number;
}

/**
 * Emits the shared fields of a message whose other octets, up to `end`, are in `target` already.
 *
 * @throws {RangeError} A field does not fit its octets.
 */
export function emitIcmpHeader(
  fields: IcmpHeaderFields,
  target: Uint8Array,
  offset: number,
  end: number,
): void {
  writeU8(target, offset + ICMP.type, requireRange("ICMP type", fields.type, 0xff));
  writeU8(target, offset + ICMP.code, requireRange("ICMP code", fields.code ?? 0, 0xff));
  writeU16(target, offset + ICMP.checksum, 0);
  const checksum = fields.checksum ?? internetChecksum(target, offset, end);
  writeU16(target, offset + ICMP.checksum, requireRange("ICMP checksum", checksum, 0xffff));
}
