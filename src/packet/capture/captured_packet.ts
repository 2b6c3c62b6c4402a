/** One packet of a capture file, and what stops the reading of one. */

/** A packet as a capture file holds it. */
export interface CapturedPacket {
  /** Number of the packet in the file, from 1, as Wireshark counts. */
  readonly frame: number;
  /** Type of the link-layer header; see LINK_TYPE. */
  readonly linkType: number;
  /** The octets that were kept. A view that is valid until the next packet is read. */
  readonly bytes: Uint8Array;
  /** Length on the wire, octets; more than `bytes` when the capture was limited. */
  readonly originalLengthBytes: number;
  /** When it was captured: whole seconds of Unix time. NaN where the file does not say. */
  readonly unixSeconds: number;
  /** Nanoseconds after those. */
  readonly nanoseconds: number;
  /** Whether the capturing host sent or received it, where the file says so. */
  readonly direction: "out" | "in" | undefined;
  /** Remark in the file, such as `192.0.2.7 probe 3`. */
  readonly comment: string | undefined;
}

/** A file that is not what it claims to be. */
export interface BrokenCapture {
  /** Octet of the file at which the trouble starts. */
  readonly offset: number;
  /** One phrase, such as `a packet of 3000000000 octets`. */
  readonly reason: string;
}

/** What reading gives: a packet, or the end of what can be read. */
export type CaptureStep =
  | { readonly kind: "packet"; readonly packet: CapturedPacket }
  /** More octets are needed. */
  | { readonly kind: "hungry" }
  | { readonly kind: "broken"; readonly broken: BrokenCapture };

/** A time in a capture. */
export type CapturedTime = Pick<CapturedPacket, "unixSeconds" | "nanoseconds">;

/** Reads packets from octets that are given piece by piece. */
export interface CaptureParser {
  /** Until when the capture went on, where the file has said so. */
  readonly end?: CapturedTime | undefined;
  /** The remark on the latest section of the file. */
  readonly remark?: string | undefined;
  /** Reads on. */
  next(queue: OctetQueue): CaptureStep;
}

/** More octets are needed. */
export const HUNGRY: CaptureStep = { kind: "hungry" };

/** The longest packet that is read. Wireshark's limit for a snapshot is 256 KiB; Linux coalesces up to 512 KiB. */
export const MAX_PACKET_BYTES = 1 << 20;

/** Ends the reading at `offset`. */
export function broken(offset: number, reason: string): CaptureStep {
  return { kind: "broken", broken: { offset, reason } };
}

/** Octets that have come and were not read yet. */
export class OctetQueue {
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;
  #skip = 0;
  #offset = 0;

  /** Octets of the file that have been read. */
  get offset(): number {
    return this.#offset;
  }

  /** Octets that wait to be read. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  /** Adds octets, which must not change any more. */
  push(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, rest.length);
      this.#skip -= skipped;
      this.#offset += skipped;
      rest = rest.subarray(skipped);
    }
    if (this.length === 0) {
      this.#bytes = rest;
    } else {
      const joined = new Uint8Array(this.length + rest.length);
      joined.set(this.#bytes.subarray(this.#start));
      joined.set(rest, this.length);
      this.#bytes = joined;
    }
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#start = 0;
  }

  /** The octet at `at` of what waits. */
  u8(at: number): number {
    return this.#view.getUint8(this.#start + at);
  }

  /** The unsigned 16-bit number at `at` of what waits. */
  u16(at: number, littleEndian: boolean): number {
    return this.#view.getUint16(this.#start + at, littleEndian);
  }

  /** The unsigned 32-bit number at `at` of what waits. */
  u32(at: number, littleEndian: boolean): number {
    return this.#view.getUint32(this.#start + at, littleEndian);
  }

  /** The octets from `start` to `end` of what waits, as a view. */
  slice(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(this.#start + start, this.#start + end);
  }

  /** Takes octets away, also some that have not come yet. */
  drop(lengthBytes: number): void {
    const here = Math.min(lengthBytes, this.length);
    this.#start += here;
    this.#offset += here;
    this.#skip += lengthBytes - here;
  }

  /** Octets that will be passed over when they come. */
  get skipping(): number {
    return this.#skip;
  }
}
