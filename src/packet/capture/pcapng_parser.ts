/**
 * Reads capture files in the pcapng format; pcapng_layout.ts has its blocks. A file may hold several sections, each with its
 * own byte order and interfaces; blocks of other types are skipped.
 */

import {
  broken,
  type CapturedPacket,
  type CapturedTime,
  type CaptureParser,
  type CaptureStep,
  HUNGRY,
  MAX_PACKET_BYTES,
  type OctetQueue,
} from "./captured_packet.ts";
import {
  BLOCK,
  BLOCK_TYPE,
  BYTE_ORDER_MAGIC,
  ENHANCED,
  INTERFACE,
  OPTION,
  padding,
  READ_TYPES,
  readOptions,
  SECTION,
  SIMPLE,
  STATISTICS,
} from "./pcapng_layout.ts";
import { readDirection } from "./link_type.ts";
import { MICROSECONDS, splitTime, timeUnit } from "./pcapng_time.ts";

/** Blocks that are read whole: a packet with its options, an interface. */
const MAX_BLOCK_BYTES = MAX_PACKET_BYTES + 65_536 * 4;
/** Interfaces that one section may describe: each costs memory. */
const MAX_INTERFACES = 65_536;
const decoder = new TextDecoder();
const DIRECTIONS: readonly ("in" | "out" | undefined)[] = [undefined, "in", "out", undefined];

interface Interface {
  readonly linkType: number;
  readonly snapshotBytes: number;
  readonly unitsPerSecond: bigint;
  readonly offsetSeconds: number;
}

/** Whether the first octets are those of a pcapng file. */
export function isPcapng(queue: OctetQueue): boolean {
  return queue.u32(0, false) === BLOCK_TYPE.section;
}

/** Reads a pcapng file. */
export class PcapngParser implements CaptureParser {
  #littleEndian = false;
  #interfaces: Interface[] = [];
  #frame = 0;
  #end: CapturedTime | undefined;
  #remark: string | undefined;

  /** Until when the capture went on, by its latest statistics. */
  get end(): CapturedTime | undefined {
    return this.#end;
  }

  /** The remark on the latest section. */
  get remark(): string | undefined {
    return this.#remark;
  }

  /** Reads the next packet. */
  next(queue: OctetQueue): CaptureStep {
    for (;;) {
      if (queue.length < BLOCK.overheadBytes) return HUNGRY;
      // The type of a section header reads the same in both byte orders.
      const type = queue.u32(BLOCK.type, this.#littleEndian);
      if (type === BLOCK_TYPE.section) {
        const magic = queue.u32(SECTION.magic, false);
        this.#littleEndian = magic !== BYTE_ORDER_MAGIC;
        if (queue.u32(SECTION.magic, this.#littleEndian) !== BYTE_ORDER_MAGIC) {
          return broken(queue.offset, "a section without a byte-order magic");
        }
      }
      const length = queue.u32(BLOCK.length, this.#littleEndian);
      if (length < BLOCK.overheadBytes || length % 4 !== 0) {
        return broken(queue.offset, `a block of ${length} octets`);
      }
      if (!READ_TYPES.has(type)) {
        queue.drop(length);
        continue;
      }
      if (length > MAX_BLOCK_BYTES) return broken(queue.offset, `a block of ${length} octets`);
      if (queue.length < length) return HUNGRY;
      if (queue.u32(length - 4, this.#littleEndian) !== length) {
        return broken(queue.offset, "a block whose two lengths differ");
      }
      const step = this.#readBlock(queue, type, length);
      if (step?.kind === "broken") return step;
      queue.drop(length);
      if (step !== undefined) return step;
    }
  }

  #readBlock(queue: OctetQueue, type: number, length: number): CaptureStep | undefined {
    switch (type) {
      case BLOCK_TYPE.section:
        return this.#readSection(queue, length);
      case BLOCK_TYPE.interface:
        return this.#readInterface(queue, length);
      case BLOCK_TYPE.simple:
        return this.#readSimple(queue, length);
      case BLOCK_TYPE.statistics:
        return this.#readStatistics(queue, length);
      default:
        return this.#readPacket(queue, type, length);
    }
  }

  #readSection(queue: OctetQueue, length: number): CaptureStep | undefined {
    if (length < SECTION.minBytes) return broken(queue.offset, "a section header cut short");
    const major = queue.u16(SECTION.major, this.#littleEndian);
    if (major !== 1) return broken(queue.offset, `version ${major} of the format, expected 1`);
    this.#interfaces = [];
    this.#remark = undefined;
    for (
      const { code, value, length: size } of readOptions(
        queue,
        SECTION.options,
        length - 4,
        this.#littleEndian,
      )
    ) {
      if (code === OPTION.comment) {
        this.#remark ??= decoder.decode(queue.slice(value, value + size));
      }
    }
    return undefined;
  }

  #readInterface(queue: OctetQueue, length: number): CaptureStep | undefined {
    if (length < INTERFACE.minBytes) return broken(queue.offset, "an interface cut short");
    if (this.#interfaces.length >= MAX_INTERFACES) {
      return broken(queue.offset, `more than ${MAX_INTERFACES} interfaces`);
    }
    let unitsPerSecond = MICROSECONDS;
    let offsetSeconds = 0;
    for (const option of readOptions(queue, INTERFACE.options, length - 4, this.#littleEndian)) {
      if (option.code === OPTION.resolution && option.length >= 1) {
        unitsPerSecond = timeUnit(queue.u8(option.value));
      }
      if (option.code === OPTION.offset && option.length >= 8) {
        const high = queue.u32(option.value + (this.#littleEndian ? 4 : 0), this.#littleEndian);
        const low = queue.u32(option.value + (this.#littleEndian ? 0 : 4), this.#littleEndian);
        offsetSeconds = (high | 0) * 2 ** 32 + low;
      }
    }
    this.#interfaces.push({
      linkType: queue.u16(INTERFACE.linkType, this.#littleEndian),
      snapshotBytes: queue.u32(INTERFACE.snapshot, this.#littleEndian),
      unitsPerSecond,
      offsetSeconds,
    });
    return undefined;
  }

  #readPacket(queue: OctetQueue, type: number, length: number): CaptureStep {
    const littleEndian = this.#littleEndian;
    if (length < ENHANCED.octets + 4) return broken(queue.offset, "a packet block cut short");
    const id = type === BLOCK_TYPE.packet
      ? queue.u16(ENHANCED.interface, littleEndian)
      : queue.u32(ENHANCED.interface, littleEndian);
    const from = this.#interfaces[id];
    if (from === undefined) return broken(queue.offset, `a packet of the unknown interface ${id}`);
    const kept = queue.u32(ENHANCED.kept, littleEndian);
    if (ENHANCED.octets + kept > length - 4) {
      return broken(queue.offset, `a packet of ${kept} octets in a block of ${length}`);
    }
    const bytes = queue.slice(ENHANCED.octets, ENHANCED.octets + kept);
    const high = queue.u32(ENHANCED.high, littleEndian);
    const low = queue.u32(ENHANCED.low, littleEndian);
    const time = splitTime(high, low, from.unitsPerSecond);
    let comment: string | undefined;
    let direction = readDirection(from.linkType, bytes);
    const optionsAt = ENHANCED.octets + kept + padding(kept);
    for (const option of readOptions(queue, optionsAt, length - 4, this.#littleEndian)) {
      if (option.code === OPTION.comment && comment === undefined) {
        comment = decoder.decode(queue.slice(option.value, option.value + option.length));
      }
      if (option.code === OPTION.flags && option.length >= 4) {
        direction = DIRECTIONS[queue.u32(option.value, littleEndian) & 3] ?? direction;
      }
    }
    return this.#packet(from, bytes, {
      originalLengthBytes: queue.u32(ENHANCED.original, littleEndian),
      unixSeconds: time.seconds + from.offsetSeconds,
      nanoseconds: time.nanoseconds,
      direction,
      comment,
    });
  }

  /** Statistics are of interest for the time until which the interface was watched. What is odd about them is ignored. */
  #readStatistics(queue: OctetQueue, length: number): undefined {
    const from = this.#interfaces[queue.u32(STATISTICS.interface, this.#littleEndian)];
    if (from === undefined) return;
    for (
      const { code, value, length: size } of readOptions(
        queue,
        STATISTICS.options,
        length - 4,
        this.#littleEndian,
      )
    ) {
      if (code !== OPTION.endTime || size < 8) continue;
      const high = queue.u32(value, this.#littleEndian),
        low = queue.u32(value + 4, this.#littleEndian);
      const { seconds, nanoseconds } = splitTime(high, low, from.unitsPerSecond);
      this.#end = { unixSeconds: seconds + from.offsetSeconds, nanoseconds };
    }
  }

  /** A simple packet has no time, and is of the first interface. */
  #readSimple(queue: OctetQueue, length: number): CaptureStep {
    const [from] = this.#interfaces;
    if (from === undefined) return broken(queue.offset, "a packet before any interface");
    if (length < SIMPLE.octets + 4) return broken(queue.offset, "a packet block cut short");
    const originalLengthBytes = queue.u32(SIMPLE.original, this.#littleEndian);
    const limit = from.snapshotBytes === 0 ? Infinity : from.snapshotBytes;
    const kept = Math.min(originalLengthBytes, limit, length - SIMPLE.octets - 4);
    return this.#packet(from, queue.slice(SIMPLE.octets, SIMPLE.octets + kept), {
      originalLengthBytes,
      unixSeconds: NaN,
      nanoseconds: 0,
      direction: undefined,
      comment: undefined,
    });
  }

  #packet(
    { linkType }: Interface,
    bytes: Uint8Array,
    rest: Omit<CapturedPacket, "frame" | "linkType" | "bytes">,
  ): CaptureStep {
    this.#frame++;
    return { kind: "packet", packet: { frame: this.#frame, linkType, bytes, ...rest } };
  }
}
