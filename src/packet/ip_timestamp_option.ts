/**
 * The Internet Timestamp option (RFC 791 §3.1, page 22): routers and the destination write their
 * time into the IPv4 header as the datagram passes.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+-------+-------+
 * |    Type 68    |     Length    |    Pointer    |Overflw| Flag  |
 * +---------------+---------------+---------------+-------+-------+
 * |                Internet address, flags 1 and 3 only           |
 * +---------------------------------------------------------------+
 * |                           Timestamp                           |
 * +---------------------------------------------------------------+
 * |                              ...                              |
 * ```
 *
 * Pointer counts octets from 1 and says where the next host will write; past Length, all is full.
 */

import { OPTION_TYPE, parseIpOptions } from "./ip_options.ts";
import { malformed, type ParseResult } from "./malformed.ts";
import { readU32, readU8, requireRange, writeU32, writeU8 } from "./octets.ts";

/** Offsets of the option's fields, in octets. */
export const IP_TIMESTAMP = {
  type: 0,
  length: 1,
  pointer: 2,
  overflowAndFlag: 3,
  entries: 4,
} as const;

/** What each entry holds. */
export const IP_TIMESTAMP_FLAG = { stampsOnly: 0, addressed: 1, prespecified: 3 } as const;

/** One of {@linkcode IP_TIMESTAMP_FLAG}. */
export type IpTimestampFlag = 0 | 1 | 3;

/** Pointer counts from 1, so this is the first entry's. */
const FIRST_POINTER = IP_TIMESTAMP.entries + 1;
const STAMP_BYTES = 4;
const ADDRESS_BYTES = 4;
/** Room for options in the longest header. */
const OPTIONS_MAX_BYTES = 40;

/** Place for one host's time. */
export interface IpTimestampEntry {
  /** Whose time this is, or is to be; undefined with flag 0, which keeps none. */
  readonly address: number | undefined;
  /** The stamp's 32 bits: milliseconds since midnight UT, or high bit set. */
  readonly stampMs: number;
}

/** An Internet Timestamp option. */
export interface IpTimestampOption {
  /** What each entry holds. */
  readonly flag: IpTimestampFlag;
  /** Hosts that found no room, 0 to 15. */
  readonly overflow: number;
  /** The octet, counted from 1, where the next host will write; 5 in a fresh option. */
  readonly pointer: number;
  /** All entries, the written ones first. */
  readonly entries: readonly IpTimestampEntry[];
  /** How many entries have been written. */
  readonly writtenCount: number;
}

/** Finds and parses the timestamp option among a header's options; undefined when there is none. */
export function parseIpTimestampOption(
  options: Uint8Array,
): ParseResult<IpTimestampOption | undefined> {
  const parsed = parseIpOptions(options);
  if (!parsed.ok) return parsed;
  const option = parsed.value.find(({ type }) => type === OPTION_TYPE.timestamp);
  if (option === undefined) return { ok: true, value: undefined };
  return parseOption(option.bytes, option.offset);
}

function parseOption(bytes: Uint8Array, offset: number): ParseResult<IpTimestampOption> {
  if (bytes.length < IP_TIMESTAMP.entries) {
    return malformed(
      "option",
      `a timestamp option has at least ${IP_TIMESTAMP.entries} octets, ${bytes.length} are here`,
      offset,
      IP_TIMESTAMP.entries,
      bytes.length,
    );
  }
  const pointer = readU8(bytes, IP_TIMESTAMP.pointer);
  const overflow = readU8(bytes, IP_TIMESTAMP.overflowAndFlag) >>> 4;
  const flag = readU8(bytes, IP_TIMESTAMP.overflowAndFlag) & 0x0f;
  if (!isFlag(flag)) {
    const at = offset + IP_TIMESTAMP.overflowAndFlag;
    return malformed("option", `flag ${flag} has no meaning`, at, bytes.length, bytes.length);
  }
  const entryBytes = entryLength(flag);
  const entriesBytes = bytes.length - IP_TIMESTAMP.entries;
  const writtenBytes = pointer - FIRST_POINTER;
  if (entriesBytes % entryBytes !== 0) {
    const reason = `${entriesBytes} octets are no whole number of ${entryBytes}-octet entries`;
    return malformed("option", reason, offset + IP_TIMESTAMP.length, entryBytes, entriesBytes);
  }
  if (writtenBytes < 0 || writtenBytes > entriesBytes || writtenBytes % entryBytes !== 0) {
    const reason = `pointer ${pointer} is not at the start of an entry`;
    return malformed("option", reason, offset + IP_TIMESTAMP.pointer, pointer, bytes.length);
  }
  const entries: IpTimestampEntry[] = [];
  for (let at: number = IP_TIMESTAMP.entries; at < bytes.length; at += entryBytes) {
    const address = flag === IP_TIMESTAMP_FLAG.stampsOnly ? undefined : readU32(bytes, at);
    entries.push({ address, stampMs: readU32(bytes, at + entryBytes - STAMP_BYTES) });
  }
  const writtenCount = writtenBytes / entryBytes;
  return { ok: true, value: { flag, overflow, pointer, entries, writtenCount } };
}

function isFlag(flag: number): flag is IpTimestampFlag {
  return flag === IP_TIMESTAMP_FLAG.stampsOnly || flag === IP_TIMESTAMP_FLAG.addressed ||
    flag === IP_TIMESTAMP_FLAG.prespecified;
}

function entryLength(flag: IpTimestampFlag): number {
  return flag === IP_TIMESTAMP_FLAG.stampsOnly ? STAMP_BYTES : ADDRESS_BYTES + STAMP_BYTES;
}

/** What a timestamp option to be emitted says. A parsed {@linkcode IpTimestampOption} is one. */
export interface IpTimestampFields {
  /** What each entry holds. */
  readonly flag: IpTimestampFlag;
  /** Hosts that found no room; 0 when absent. */
  readonly overflow?: number;
  /** Where the next host will write, counted from 1; 5, the first entry, when absent. */
  readonly pointer?: number;
  /** The entries: at most nine stamps, or four addresses with stamps. */
  readonly entries: readonly IpTimestampEntry[];
}

/**
 * Emits a timestamp option into a new buffer, a multiple of 4 octets long as options must
 * be. A header holds up to nine stamps alone, or four with addresses.
 *
 * @throws {RangeError} A field does not fit its octets, or the entries do not fit a header.
 */
export function emitIpTimestampOption(fields: IpTimestampFields): Uint8Array {
  const { flag, overflow = 0, pointer = FIRST_POINTER, entries } = fields;
  const entryBytes = entryLength(flag);
  const lengthBytes = IP_TIMESTAMP.entries + entries.length * entryBytes;
  requireRange("timestamp option length", lengthBytes, OPTIONS_MAX_BYTES);
  requireRange("overflow", overflow, 0x0f);
  const bytes = new Uint8Array(lengthBytes);
  writeU8(bytes, IP_TIMESTAMP.type, OPTION_TYPE.timestamp);
  writeU8(bytes, IP_TIMESTAMP.length, lengthBytes);
  writeU8(bytes, IP_TIMESTAMP.pointer, requireRange("pointer", pointer, 0xff));
  writeU8(bytes, IP_TIMESTAMP.overflowAndFlag, (overflow << 4) | flag);
  entries.forEach(({ address, stampMs }, index) => {
    const at = IP_TIMESTAMP.entries + index * entryBytes;
    if (flag !== IP_TIMESTAMP_FLAG.stampsOnly) {
      writeU32(bytes, at, requireRange("address", address ?? 0, 0xffffffff));
    }
    writeU32(bytes, at + entryBytes - STAMP_BYTES, requireRange("stamp", stampMs, 0xffffffff));
  });
  return bytes;
}
