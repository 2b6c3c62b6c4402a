/**
 * IPv4 options (RFC 791 §3.1).
 *
 * ```text
 * +--------+--------+-----------------+
 * |  Type  | Length | Length − 2 data |    or a single Type octet: 0 end of list, 1 no operation
 * +--------+--------+-----------------+
 * ```
 */

import { malformed, type ParseResult } from "./malformed.ts";
import { readU8, slice } from "./octets.ts";

/** Offsets of an option's fields, in octets. */
export const OPTION = { type: 0, length: 1, data: 2 } as const;

/** Option types by name (IANA, IPv4 option numbers). */
export const OPTION_TYPE = {
  endOfList: 0,
  noOperation: 1,
  recordRoute: 7,
  timestamp: 68,
  looseSourceRoute: 131,
  strictSourceRoute: 137,
  routerAlert: 148,
} as const;

/** Length of an option without data, of the kind that has a length. */
const OPTION_MIN_BYTES = 2;

/** An option of an IPv4 header, by its place. */
export interface IpOption {
  /** Type, 0 to 255, with the copied flag and the class in its high three bits (RFC 791). */
  readonly type: number;
  /** Where it starts, in octets from the start of the options. */
  readonly offset: number;
  /** The whole option, type and length included, a view. */
  readonly bytes: Uint8Array;
}

/** Parses a header's options up to the end of list, which is the last one when there is one. */
export function parseIpOptions(options: Uint8Array): ParseResult<IpOption[]> {
  const found: IpOption[] = [];
  for (let offset = 0; offset < options.length;) {
    const type = readU8(options, offset);
    const lengthBytes = isSingleOctet(type) ? 1 : readLength(options, offset);
    const available = options.length - offset;
    if (lengthBytes > available || lengthBytes < 1) {
      const reason = available < OPTION_MIN_BYTES
        ? `option ${type} has no length octet`
        : `option ${type} says ${
          readU8(options, offset + OPTION.length)
        } octets, ${available} are here`;
      return malformed(
        "option",
        reason,
        offset,
        Math.max(lengthBytes, OPTION_MIN_BYTES),
        available,
      );
    }
    found.push({ type, offset, bytes: slice(options, offset, offset + lengthBytes) });
    if (type === OPTION_TYPE.endOfList) break;
    offset += lengthBytes;
  }
  return { ok: true, value: found };
}

/**
 * Whether options are there into which every host that receives the datagram writes: record route and timestamp.
 * Linux verifies the header's checksum, then writes, and does not renew the checksum of a datagram for itself
 * (ip_options_compile in net/ipv4/ip_options.c). So a wrong one says nothing here.
 */
export function hasRecordingOption(options: Uint8Array): boolean {
  const parsed = parseIpOptions(options);
  return parsed.ok &&
    parsed.value.some(({ type }) =>
      type === OPTION_TYPE.recordRoute || type === OPTION_TYPE.timestamp
    );
}

function isSingleOctet(type: number): boolean {
  return type === OPTION_TYPE.endOfList || type === OPTION_TYPE.noOperation;
}

/** The option's length; 0 when it is missing or impossible. */
function readLength(options: Uint8Array, offset: number): number {
  if (offset + OPTION.length >= options.length) return 0;
  const lengthBytes = readU8(options, offset + OPTION.length);
  return lengthBytes < OPTION_MIN_BYTES ? 0 : lengthBytes;
}

const OPTION_NAMES: Readonly<Record<number, string>> = {
  [OPTION_TYPE.endOfList]: "end of list",
  [OPTION_TYPE.noOperation]: "no operation",
  [OPTION_TYPE.recordRoute]: "record route",
  [OPTION_TYPE.timestamp]: "internet timestamp",
  [OPTION_TYPE.looseSourceRoute]: "loose source route",
  [OPTION_TYPE.strictSourceRoute]: "strict source route",
  [OPTION_TYPE.routerAlert]: "router alert",
};

/** Name of an option type, such as `record route`; `option 99` when it has none here. */
export function ipOptionName(type: number): string {
  return OPTION_NAMES[type] ?? `option ${type}`;
}
