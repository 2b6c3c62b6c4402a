/**
 * Capture files in the pcapng format (draft-ietf-opsawg-pcapng).
 *
 * ```text
 *  block            0 type · 4 total length · 8 body, padded to 4 octets · total length again
 *  section header   type 0x0a0d0d0a, body 0 byte-order magic · 4 major · 6 minor · 8 section length · 16 options
 *  interface        type 1, body 0 link type · 2 reserved · 4 snapshot length · 8 options
 *  enhanced packet  type 6, body 0 interface · 4 time, high half · 8 low half · 12 kept · 16 original · 20 octets · options
 *  simple packet    type 3, body 0 original · 4 octets
 *  packet           type 2, body 0 interface, 16 bits · 2 drops · 4 to 20 as in an enhanced packet
 *  statistics       type 5, body 0 interface · 4 time · 12 options
 *  option           0 code · 2 length · 4 value, padded to 4 octets
 * ```
 */

import type { OctetQueue } from "./captured_packet.ts";

/** Offsets in every block, and what is no body. */
export const BLOCK = { type: 0, length: 4, overheadBytes: 12 } as const;
/** Types of the blocks that are read, 32 bits each. */
export const BLOCK_TYPE = {
  section: 0x0a0d0d0a,
  interface: 1,
  packet: 2,
  simple: 3,
  statistics: 5,
  enhanced: 6,
} as const;
/** Types of blocks that say something to us. */
export const READ_TYPES: ReadonlySet<number> = new Set(Object.values(BLOCK_TYPE));
/** Offsets in a section header. */
export const SECTION = { magic: 8, major: 12, options: 24, minBytes: 28 } as const;
/** Offsets in the description of an interface. */
export const INTERFACE = { linkType: 8, snapshot: 12, options: 16, minBytes: 20 } as const;
/** Offsets in an enhanced packet. */
export const ENHANCED = {
  interface: 8,
  high: 12,
  low: 16,
  kept: 20,
  original: 24,
  octets: 28,
} as const;
/** Offsets in statistics. */
export const STATISTICS = { interface: 8, options: 20 } as const;
/** Offsets in a simple packet. */
export const SIMPLE = { original: 8, octets: 12 } as const;
/** Read in the byte order of its section. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Codes of options. Some mean what they mean in one type of block only. */
export const OPTION = {
  end: 0,
  comment: 1,
  /** Of a packet: its direction in the two lowest bits, 1 in, 2 out. */
  flags: 2,
  /** Of statistics: when the capture ended. */
  endTime: 3,
  /** Of a section: the program that wrote it. */
  program: 4,
  /** Of an interface: exponent of the unit of its times. */
  resolution: 9,
  /** Of an interface: seconds to add to its times. */
  offset: 14,
} as const;

const OPTION_HEAD_BYTES = 4;

/** Where an option of a block lies. */
export interface BlockOption {
  /** One of {@linkcode OPTION}, or another one. */
  readonly code: number;
  /** Where its value starts in what waits. */
  readonly value: number;
  /** Length of the value, octets. */
  readonly length: number;
}

/** The options between two places of a block; one that does not fit ends them. */
export function* readOptions(
  queue: OctetQueue,
  start: number,
  end: number,
  littleEndian: boolean,
): Generator<BlockOption> {
  let at = start;
  while (at + OPTION_HEAD_BYTES <= end) {
    const code = queue.u16(at, littleEndian);
    const length = queue.u16(at + 2, littleEndian);
    const value = at + OPTION_HEAD_BYTES;
    if (code === OPTION.end || value + length > end) return;
    yield { code, value, length };
    at = value + length + padding(length);
  }
}

/** Octets that follow a field of that length, up to the next multiple of four. */
export function padding(lengthBytes: number): number {
  return -lengthBytes & 3;
}
