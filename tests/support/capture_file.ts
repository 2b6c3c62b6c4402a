/** Capture files written by hand, octet by octet, and shared with nothing that reads them. */

/** A packet to be written. */
export interface WrittenPacket {
  /** Its octets. */
  readonly bytes: Uint8Array;
  /** Unix seconds. */
  readonly seconds: number;
  /** Nanoseconds after them. */
  readonly nanoseconds: number;
  /** Octets on the wire, when more than were kept. */
  readonly originalLengthBytes?: number;
}

/** Builds octets from numbers of a byte order. */
class Writer {
  readonly octets: number[] = [];
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  number(value: number, lengthBytes: number): this {
    const octets = Array.from(
      { length: lengthBytes },
      (_, index) => Math.floor(value / 256 ** index) % 256,
    );
    this.octets.push(...(this.#littleEndian ? octets : octets.reverse()));
    return this;
  }

  bytes(bytes: Iterable<number>): this {
    for (const octet of bytes) this.octets.push(octet);
    return this;
  }

  pad(): this {
    while (this.octets.length % 4 !== 0) this.octets.push(0);
    return this;
  }
}

/** Writes a classic pcap file. */
export function writePcap(
  packets: readonly WrittenPacket[],
  { littleEndian = true, nanoseconds = false, linkType = 1 }: {
    readonly littleEndian?: boolean;
    readonly nanoseconds?: boolean;
    readonly linkType?: number;
  } = {},
): Uint8Array<ArrayBuffer> {
  const writer = new Writer(littleEndian);
  writer.number(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 4).number(2, 2).number(4, 2);
  writer.number(0, 4).number(0, 4).number(262_144, 4).number(linkType, 4);
  for (const { bytes, seconds, nanoseconds: ns, originalLengthBytes } of packets) {
    writer.number(seconds, 4).number(nanoseconds ? ns : Math.floor(ns / 1000), 4);
    writer.number(bytes.length, 4).number(originalLengthBytes ?? bytes.length, 4).bytes(bytes);
  }
  return Uint8Array.from(writer.octets);
}

/** An option of a block: its code and value. */
export type BlockOption = readonly [code: number, value: readonly number[]];

/** Writes blocks of a pcapng file. */
export class PcapngWriter {
  readonly #littleEndian: boolean;
  readonly #octets: number[] = [];

  /** Starts with a section header. */
  constructor(littleEndian = true) {
    this.#littleEndian = littleEndian;
    this.section();
  }

  /** All that was written. */
  get bytes(): Uint8Array {
    return Uint8Array.from(this.#octets);
  }

  /** Begins a section. */
  section(options: readonly BlockOption[] = []): this {
    const body = this.#writer().number(0x1a2b3c4d, 4).number(1, 2).number(0, 2)
      .bytes(Array(8).fill(0xff));
    return this.block(0x0a0d0d0a, this.#withOptions(body, options));
  }

  /** Describes an interface. */
  interface(linkType: number, options: readonly BlockOption[] = [], snapshotBytes = 0): this {
    const body = this.#writer().number(linkType, 2).number(0, 2).number(snapshotBytes, 4);
    return this.block(1, this.#withOptions(body, options));
  }

  /** Writes a packet whose time is that many units. */
  packet(id: number, units: bigint, bytes: Uint8Array, options: readonly BlockOption[] = []): this {
    const body = this.#writer().number(id, 4).number(Number(units >> 32n), 4)
      .number(Number(units & 0xffffffffn), 4).number(bytes.length, 4).number(bytes.length, 4)
      .bytes(bytes).pad();
    return this.block(6, this.#withOptions(body, options));
  }

  /** Writes a packet without time. */
  simplePacket(bytes: Uint8Array): this {
    return this.block(3, this.#writer().number(bytes.length, 4).bytes(bytes).pad());
  }

  /** Writes a block of any type. */
  block(type: number, body: { readonly octets: readonly number[] }): this {
    const length = body.octets.length + 12;
    const writer = this.#writer().number(type, 4).number(length, 4).bytes(body.octets);
    for (const octet of writer.number(length, 4).octets) this.#octets.push(octet);
    return this;
  }

  #withOptions(body: Writer, options: readonly BlockOption[]): Writer {
    for (const [code, value] of options) {
      body.number(code, 2).number(value.length, 2).bytes(value).pad();
    }
    return options.length > 0 ? body.number(0, 4) : body;
  }

  #writer(): Writer {
    return new Writer(this.#littleEndian);
  }
}
