/**
 * Writes capture files in the pcapng format; pcapng_layout.ts has its blocks. Little-endian, times in nanoseconds, link
 * type raw IP.
 */

import { BLOCK_TYPE, BYTE_ORDER_MAGIC, OPTION, padding } from "./pcapng_layout.ts";

/** What every pcapng file begins with. */
export const PCAPNG_MAGIC: readonly number[] = [0x0a, 0x0d, 0x0d, 0x0a];
/** Packets start with their IPv4 header. */
const LINK_TYPE_RAW = 101;
const NANOSECONDS = 9;
const DIRECTION = { in: 1, out: 2 } as const;
const LITTLE_ENDIAN = true;
const UNKNOWN_LENGTH = 0xffffffff;
/** A comment is cut to this, octets; the field that counts them has 16 bits. */
const MAX_COMMENT_BYTES = 1000;
const encoder = new TextEncoder();

/** A packet to be written. */
export interface RecordedPacket {
  /** The datagram, at most 65,535 octets. */
  readonly bytes: Uint8Array;
  /** When it passed: whole seconds of Unix time, 0 to 2^53. */
  readonly unixSeconds: number;
  /** Nanoseconds after those, 0 to 999,999,999. */
  readonly nanoseconds: number;
  /** Whether this machine sent or received it. */
  readonly direction: "out" | "in";
  /** Remark that readers show with the packet. */
  readonly comment: string | undefined;
}

/** The start of a file: its section, and one interface. */
export function emitPcapngHead(program: string, comment: string): Uint8Array {
  const writer = new BlockWriter();
  writer.begin(BLOCK_TYPE.section);
  writer.u32(BYTE_ORDER_MAGIC).u16(1).u16(0).u32(UNKNOWN_LENGTH).u32(UNKNOWN_LENGTH);
  writer.textOption(OPTION.comment, comment).textOption(OPTION.program, program).endOptions();
  writer.end();
  writer.begin(BLOCK_TYPE.interface);
  writer.u16(LINK_TYPE_RAW).u16(0).u32(0);
  writer.option(OPTION.resolution, Uint8Array.of(NANOSECONDS)).endOptions();
  writer.end();
  return writer.take();
}

/** Gathers blocks. */
export class BlockWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #start = NaN;

  /** Octets that were gathered. */
  get length(): number {
    return this.#length;
  }

  /** Writes a packet. */
  packet({ bytes, direction, comment, unixSeconds, nanoseconds }: RecordedPacket): void {
    this.begin(BLOCK_TYPE.enhanced);
    this.u32(0).time(unixSeconds, nanoseconds).u32(bytes.length).u32(bytes.length).padded(bytes);
    if (comment !== undefined) this.textOption(OPTION.comment, comment);
    this.u16(OPTION.flags).u16(4).u32(DIRECTION[direction]).endOptions();
    this.end();
  }

  /** Writes until when was captured. */
  statistics(unixSeconds: number, nanoseconds: number): void {
    this.begin(BLOCK_TYPE.statistics);
    this.u32(0).time(unixSeconds, nanoseconds);
    this.u16(OPTION.endTime).u16(8).time(unixSeconds, nanoseconds).endOptions();
    this.end();
  }

  /** All that was gathered; what follows starts empty. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Begins a block. */
  begin(type: number): this {
    this.#start = this.#length;
    return this.u32(type).u32(0);
  }

  /** Ends it, and fills in its length. */
  end(): this {
    const lengthBytes = this.#length - this.#start + 4;
    this.#view.setUint32(this.#start + 4, lengthBytes, LITTLE_ENDIAN);
    return this.u32(lengthBytes);
  }

  /** Writes 16 bits. */
  u16(value: number): this {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, LITTLE_ENDIAN);
    this.#length += 2;
    return this;
  }

  /** Writes 32 bits. */
  u32(value: number): this {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, LITTLE_ENDIAN);
    this.#length += 4;
    return this;
  }

  /** Writes a time in nanoseconds, the high half first. */
  time(unixSeconds: number, nanoseconds: number): this {
    const units = BigInt(unixSeconds) * 1_000_000_000n + BigInt(nanoseconds);
    return this.u32(Number(units >> 32n & 0xffffffffn)).u32(Number(units & 0xffffffffn));
  }

  /** Writes octets, and zeros up to the next multiple of four. */
  padded(bytes: Uint8Array): this {
    const lengthBytes = bytes.length + padding(bytes.length);
    this.#reserve(lengthBytes);
    this.#bytes.set(bytes, this.#length);
    this.#bytes.fill(0, this.#length + bytes.length, this.#length + lengthBytes);
    this.#length += lengthBytes;
    return this;
  }

  /** Writes an option. */
  option(code: number, value: Uint8Array): this {
    return this.u16(code).u16(value.length).padded(value);
  }

  /** Writes an option of text. */
  textOption(code: number, text: string): this {
    return this.option(code, encoder.encode(text).subarray(0, MAX_COMMENT_BYTES));
  }

  /** Ends the options of a block. */
  endOptions(): this {
    return this.u32(OPTION.end);
  }

  #reserve(lengthBytes: number): void {
    if (this.#length + lengthBytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + lengthBytes));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
