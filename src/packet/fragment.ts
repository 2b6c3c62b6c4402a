/**
 * Cutting a datagram into fragments (RFC 791 §3.2, "An Example Fragmentation Procedure").
 *
 * The kernel fragments for no raw socket that writes its own IPv4 header (raw(7), IP_HDRINCL): it refuses with EMSGSIZE.
 *
 * ```text
 *  datagram   | header, options        | 0 ................. 1472 ............. 2944 ..... |
 *  fragment 1 | header, options        | 0 ... 1479 |            offset 0, more fragments
 *  fragment 2 | header, copied options |            1480 ...     offset 1480
 * ```
 *
 * All but the last fragment carry a multiple of eight octets, since offsets are counted in these.
 */

import { internetChecksum } from "./checksum.ts";
import { OPTION_TYPE, parseIpOptions } from "./ip_options.ts";
import { IPV4, IPV4_FLAG, IPV4_MIN_HEADER_BYTES } from "./ipv4_header.ts";
import { readU16, readU8, writeU16, writeU8 } from "./octets.ts";

const UNIT_BYTES = 8;
const OFFSET_MASK = 0x1fff;
/** The bit of an option's type that says: into every fragment (RFC 791 §3.1). */
const COPIED_FLAG = 0x80;

/**
 * Cuts a datagram into fragments, in order. What fits is returned whole, and one that is a fragment itself is cut into
 * fragments of the original.
 *
 * @param datagram with its header; left as it is
 * @param mtuBytes longest fragment, header included; at least header and eight octets
 * @param identification for datagrams that have none: 1 to 65,535, another one for each datagram to a host
 * @returns undefined when the datagram may not be fragmented (DF)
 * @throws {RangeError} `mtuBytes` is too small
 */
export function fragmentDatagram(
  datagram: Uint8Array,
  mtuBytes: number,
  identification: number,
): Uint8Array[] | undefined {
  if (datagram.length <= mtuBytes) return [datagram];
  const flagsAndOffset = readU16(datagram, IPV4.flagsAndOffset);
  if ((flagsAndOffset & IPV4_FLAG.dontFragment) !== 0) return undefined;
  const first = datagram.subarray(0, (readU8(datagram, IPV4.versionAndLength) & 0x0f) * 4);
  const later = laterHeader(first);
  const fragments: Uint8Array[] = [];
  for (let start = first.length; start < datagram.length;) {
    const header = fragments.length === 0 ? first : later;
    const room = mtuBytes - header.length;
    if (room < UNIT_BYTES) {
      const least = header.length + UNIT_BYTES;
      throw new RangeError(`Cannot fragment to ${mtuBytes} octets: expected at least ${least}`);
    }
    const isLast = datagram.length - start <= room;
    const end = isLast ? datagram.length : start + room - room % UNIT_BYTES;
    const fragment = new Uint8Array(header.length + end - start);
    fragment.set(header);
    fragment.set(datagram.subarray(start, end), header.length);
    const offset = (flagsAndOffset & OFFSET_MASK) + (start - first.length) / UNIT_BYTES;
    const flags = flagsAndOffset & ~OFFSET_MASK | (isLast ? 0 : IPV4_FLAG.moreFragments);
    completeHeader(fragment, header.length, flags | offset, identification);
    fragments.push(fragment);
    start = end;
  }
  return fragments;
}

/** The header of all fragments but the first: only options with the copied flag stay, padded with end-of-list octets. */
function laterHeader(header: Uint8Array): Uint8Array {
  const options = parseIpOptions(header.subarray(IPV4_MIN_HEADER_BYTES));
  // Options that cannot be parsed have no copied flag to go by: they stay in every fragment.
  if (!options.ok) return header;
  const copied = options.value.filter(({ type }) => (type & COPIED_FLAG) !== 0);
  const optionBytes = copied.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const later = new Uint8Array(IPV4_MIN_HEADER_BYTES + Math.ceil(optionBytes / 4) * 4);
  later.set(header.subarray(0, IPV4_MIN_HEADER_BYTES));
  later.fill(OPTION_TYPE.endOfList, IPV4_MIN_HEADER_BYTES);
  let at = IPV4_MIN_HEADER_BYTES;
  for (const { bytes } of copied) {
    later.set(bytes, at);
    at += bytes.length;
  }
  return later;
}

function completeHeader(
  fragment: Uint8Array,
  headerBytes: number,
  flagsAndOffset: number,
  identification: number,
): void {
  const version = readU8(fragment, IPV4.versionAndLength) & 0xf0;
  writeU8(fragment, IPV4.versionAndLength, version | headerBytes / 4);
  writeU16(fragment, IPV4.totalLength, fragment.length);
  writeU16(fragment, IPV4.flagsAndOffset, flagsAndOffset);
  if (readU16(fragment, IPV4.identification) === 0) {
    writeU16(fragment, IPV4.identification, identification);
  }
  writeU16(fragment, IPV4.checksum, 0);
  writeU16(fragment, IPV4.checksum, internetChecksum(fragment, 0, headerBytes));
}
