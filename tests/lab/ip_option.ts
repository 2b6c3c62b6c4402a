/**
 * The Internet Timestamp option (RFC 791 §3.1) as the asked host fills it in.
 *
 *   0 type 68   1 length   2 pointer (from 1)   3 overflow count·flag   4 entries
 *
 * Flag 0: stamps of 4 octets. Flag 1: address and stamp. Flag 3: the sender named the
 * addresses, and a host fills in only where its own comes next. A host stamps twice: when the
 * request comes and when the reply goes, as Linux does.
 */

import { IP_OPTIONS, read32, write32 } from "./octets.ts";
import { type Request } from "./packet.ts";

const OPTION_END = 0;
const OPTION_NO_OPERATION = 1;
const OPTION_TIMESTAMP = 68;
const LENGTH = 1;
const POINTER = 2;
const OVERFLOW_AND_FLAG = 3;
const ENTRIES = 4;
const FLAG_STAMPS = 0;
const FLAG_ADDRESSES = 1;
const FLAG_PRESPECIFIED = 3;
const STAMP_BYTES = 4;
const PAIR_BYTES = 8;
const HIGHEST_OVERFLOW = 15;

/**
 * Writes the reply's options at octet 20 of `bytes`: each timestamp option of the request, with
 * this host's stamps; other options are dropped. Returns their length, a multiple of 4.
 */
export function writeAnsweredOptions(
  bytes: Uint8Array,
  request: Request,
  address: number,
  receiveMs: number,
  transmitMs: number,
): number {
  let at = IP_OPTIONS;
  let length = 0;
  while (at < request.headerBytes) {
    const type = request.bytes[at] as number;
    if (type === OPTION_END) break;
    if (type === OPTION_NO_OPERATION) {
      at++;
      continue;
    }
    const optionBytes = request.bytes[at + LENGTH] as number;
    if (optionBytes < 2 || at + optionBytes > request.headerBytes) break;
    if (type === OPTION_TIMESTAMP && optionBytes >= ENTRIES) {
      const option = bytes.subarray(IP_OPTIONS + length, IP_OPTIONS + length + optionBytes);
      option.set(request.bytes.subarray(at, at + optionBytes));
      fill(option, address, receiveMs);
      fill(option, address, transmitMs);
      length += optionBytes;
    }
    at += optionBytes;
  }
  const padded = Math.ceil(length / 4) * 4;
  bytes.fill(OPTION_END, IP_OPTIONS + length, IP_OPTIONS + padded);
  return padded;
}

function fill(option: Uint8Array, address: number, stampMs: number): void {
  const flag = (option[OVERFLOW_AND_FLAG] as number) & 15;
  const entry = (option[POINTER] as number) - 1;
  const entryBytes = flag === FLAG_STAMPS ? STAMP_BYTES : PAIR_BYTES;
  if (entry < ENTRIES) return;
  if (entry + entryBytes > option.length) {
    const overflow = (option[OVERFLOW_AND_FLAG] as number) >>> 4;
    if (flag !== FLAG_PRESPECIFIED && overflow < HIGHEST_OVERFLOW) {
      option[OVERFLOW_AND_FLAG] = ((overflow + 1) << 4) | flag;
    }
    return;
  }
  if (flag === FLAG_PRESPECIFIED && read32(option, entry) !== address) return;
  if (flag === FLAG_ADDRESSES) write32(option, entry, address);
  write32(option, entry + entryBytes - STAMP_BYTES, stampMs);
  option[POINTER] = entry + entryBytes + 1;
}
