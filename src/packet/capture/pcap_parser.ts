/**
 * Capture files in the classic pcap format (pcap-savefile(5); draft-ietf-opsawg-pcap).
 *
 * ```text
 *  file header    0 magic · 4 major 2 · 6 minor 4 · 8 zone · 12 accuracy · 16 snapshot length · 20 link type = 24 octets
 *  record header  0 seconds · 4 µs or ns · 8 octets kept · 12 octets on the wire = 16, then the octets
 * ```
 *
 * The magic, read in either byte order, gives the byte order of all numbers and the unit of the fraction.
 */

import {
  broken,
  type CaptureParser,
  type CaptureStep,
  HUNGRY,
  MAX_PACKET_BYTES,
  type OctetQueue,
} from "./captured_packet.ts";
import { readDirection } from "./link_type.ts";

const FILE_HEADER = { size: 24, magic: 0, major: 4, linkType: 20 } as const;
const RECORD_HEADER = { size: 16, seconds: 0, fraction: 4, kept: 8, original: 12 } as const;
/** Linux patches once wrote eight octets more into each record header. */
const MODIFIED_RECORD_BYTES = 24;

/** Nanoseconds in a unit of the fraction, and the size of a record header, by magic. */
const MAGICS: Readonly<Record<number, readonly [number, number]>> = {
  0xa1b2c3d4: [1000, RECORD_HEADER.size],
  0xa1b23c4d: [1, RECORD_HEADER.size],
  0xa1b2cd34: [1000, MODIFIED_RECORD_BYTES],
};

/** Octets that identify the format. */
export const MAGIC_BYTES = 4;

/** Whether the first octets are those of a pcap file. */
export function isPcap(queue: OctetQueue): boolean {
  return queue.u32(0, false) in MAGICS || queue.u32(0, true) in MAGICS;
}

/** Reads a pcap file. */
export class PcapParser implements CaptureParser {
  #littleEndian = false;
  #unitNs = NaN;
  #recordBytes = 0;
  #linkType = NaN;
  #frame = 0;

  /** Reads the next packet. */
  next(queue: OctetQueue): CaptureStep {
    if (this.#recordBytes === 0) {
      if (queue.length < FILE_HEADER.size) return HUNGRY;
      const step = this.#readFileHeader(queue);
      if (step !== undefined) return step;
    }
    const littleEndian = this.#littleEndian;
    if (queue.length < this.#recordBytes) return HUNGRY;
    const kept = queue.u32(RECORD_HEADER.kept, littleEndian);
    if (kept > MAX_PACKET_BYTES) return broken(queue.offset, `a packet of ${kept} octets`);
    const nanoseconds = queue.u32(RECORD_HEADER.fraction, littleEndian) * this.#unitNs;
    if (nanoseconds >= 1e9) return broken(queue.offset, "a fraction of more than a second");
    const end = this.#recordBytes + kept;
    if (queue.length < end) return HUNGRY;
    const bytes = queue.slice(this.#recordBytes, end);
    this.#frame++;
    const packet = {
      frame: this.#frame,
      linkType: this.#linkType,
      bytes,
      originalLengthBytes: queue.u32(RECORD_HEADER.original, littleEndian),
      unixSeconds: queue.u32(RECORD_HEADER.seconds, littleEndian),
      nanoseconds,
      direction: readDirection(this.#linkType, bytes),
      comment: undefined,
    };
    queue.drop(end);
    return { kind: "packet", packet };
  }

  #readFileHeader(queue: OctetQueue): CaptureStep | undefined {
    this.#littleEndian = !(queue.u32(FILE_HEADER.magic, false) in MAGICS);
    const magic = queue.u32(FILE_HEADER.magic, this.#littleEndian);
    const major = queue.u16(FILE_HEADER.major, this.#littleEndian);
    if (major !== 2) return broken(queue.offset, `version ${major} of the format, expected 2`);
    [this.#unitNs, this.#recordBytes] = MAGICS[magic] as readonly [number, number];
    // The upper bits describe a checksum that some links append.
    this.#linkType = queue.u32(FILE_HEADER.linkType, this.#littleEndian) & 0xffff;
    queue.drop(FILE_HEADER.size);
    return undefined;
  }
}
