/**
 * Messages for sendmmsg(2) and recvmmsg(2): every structure of the batch and everything it points to lies in one
 * ArrayBuffer that this object owns, so C may use the whole of it for as long as the object lives.
 *
 * ```
 *  mmsghdr × slots │ iovec × slots │ sockaddr_in × slots │ control × slots │ payload × slots
 * ```
 *
 * Pointers between the parts are written once. Field accesses go through 32-bit words: every offset used here is a
 * multiple of four, and the upper half of a length never changes from zero.
 */

import { alignUp, Mmsghdr, Msghdr } from "./layout.ts";
import { Iovec, SockaddrIn } from "../posix/layout.ts";
import { writeSocketAddress } from "../posix/socket_address.ts";

/** How many messages one call of sendmmsg(2) or recvmmsg(2) may take, and how long each may be. */
export interface MessageBatchSize {
  /** Messages, 1..1024. */
  readonly slots: number;
  /** Payload bytes of each message, 1..65 535. */
  readonly payloadBytes: number;
  /** Control bytes of each message, a multiple of 8, ≥ 0. */
  readonly controlBytes: number;
}

const CACHE_LINE = 64;
const SLOT_WORDS = Mmsghdr.size / 4;

/** A batch of messages in one buffer. */
export class MessageBatch {
  /** Messages in the batch. */
  readonly slots: number;
  /** Payload bytes of each message. */
  readonly payloadBytes: number;
  /** Control bytes of each message. */
  readonly controlBytes: number;
  /** The whole buffer, as bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The whole buffer. */
  readonly view: DataView<ArrayBuffer>;
  /** Slots, from the first, that the last receive call filled: those that must be prepared again. */
  filledSlots = 0;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #base: Deno.PointerObject;
  /** Made on use: a run sends most of what it sends from the first slot on. */
  readonly #headers: Deno.PointerObject[] = [];
  readonly #iovecs: number;
  readonly #addresses: number;
  readonly #controls: number;
  readonly #payloads: number;
  readonly #payloadStride: number;
  readonly #payloadViews: Uint8Array<ArrayBuffer>[] = [];

  /**
   * Lays the batch out.
   *
   * @throws {RangeError} when a size is outside its range
   */
  constructor(size: MessageBatchSize) {
    const { slots, payloadBytes, controlBytes } = size;
    checkSize("slots", slots, 1, 1024);
    checkSize("payloadBytes", payloadBytes, 1, 65_535);
    checkSize("controlBytes", controlBytes, 0, 65_528);
    this.slots = slots;
    this.payloadBytes = payloadBytes;
    this.controlBytes = alignUp(controlBytes, 8);
    this.#payloadStride = alignUp(payloadBytes, CACHE_LINE);
    this.#iovecs = slots * Mmsghdr.size;
    this.#addresses = this.#iovecs + slots * Iovec.size;
    this.#controls = this.#addresses + slots * SockaddrIn.size;
    this.#payloads = alignUp(this.#controls + slots * this.controlBytes, CACHE_LINE);
    this.bytes = new Uint8Array(this.#payloads + slots * this.#payloadStride);
    this.view = new DataView(this.bytes.buffer);
    this.#words = new Uint32Array(this.bytes.buffer);
    const base = Deno.UnsafePointer.of(this.bytes);
    if (base === null) throw new TypeError("Cannot take the address of a message batch");
    this.#base = base;
    this.#link(Number(Deno.UnsafePointer.value(base)));
  }

  /**
   * A program's addresses have 48 bits at most where Deno runs, so they are exact in a double; what is stored of a
   * double is its whole part modulo 2^32.
   */
  #link(address: number): void {
    const words = this.#words;
    const pointTo = (field: number, target: number) => {
      words[field / 4] = address + target;
      words[field / 4 + 1] = (address + target) / 2 ** 32;
    };
    for (let slot = 0; slot < this.slots; slot++) {
      const header = slot * Mmsghdr.size;
      const iovec = this.#iovecs + slot * Iovec.size;
      pointTo(header + Msghdr.name, this.#addresses + slot * SockaddrIn.size);
      pointTo(header + Msghdr.iov, iovec);
      words[(header + Msghdr.iovCount) / 4] = 1;
      if (this.controlBytes > 0) pointTo(header + Msghdr.control, this.controlOffset(slot));
      pointTo(iovec + Iovec.base, this.payloadOffset(slot));
      words[(iovec + Iovec.length) / 4] = this.payloadBytes;
      writeSocketAddress(this.view, this.#addresses + slot * SockaddrIn.size, 0, 0);
    }
    this.prepareToReceive(this.slots);
  }

  /** Address of the mmsghdr of `slot`, from which on C may use the batch. Valid as long as this object. */
  pointerAt(slot: number): Deno.PointerObject {
    return this.#headers[slot] ??= Deno.UnsafePointer.offset(
      this.#base,
      slot * Mmsghdr.size,
    ) as Deno.PointerObject;
  }

  /** Where the control bytes of `slot` start in {@linkcode bytes}. */
  controlOffset(slot: number): number {
    return this.#controls + slot * this.controlBytes;
  }

  /** Where the payload of `slot` starts in {@linkcode bytes}. */
  payloadOffset(slot: number): number {
    return this.#payloads + slot * this.#payloadStride;
  }

  /**
   * Fills `slot` for sending.
   *
   * @param payload copied; at most {@linkcode payloadBytes}
   * @param destination IPv4 address as an unsigned 32-bit number
   * @param controlBytes how much of the slot's control area, already written by the caller, is to be sent
   * @throws {RangeError} when `payload` is too long
   */
  fill(slot: number, payload: Uint8Array, destination: number, controlBytes: number): void {
    if (payload.length > this.payloadBytes) {
      throw new RangeError(
        `Cannot fill a slot of ${this.payloadBytes} bytes with ${payload.length}`,
      );
    }
    const header = slot * SLOT_WORDS;
    this.bytes.set(payload, this.payloadOffset(slot));
    this.#words[(this.#iovecs + slot * Iovec.size + Iovec.length) / 4] = payload.length;
    this.#words[header + Msghdr.nameLength / 4] = SockaddrIn.size;
    this.#words[header + Msghdr.controlLength / 4] = controlBytes;
    this.#words[(this.#addresses + slot * SockaddrIn.size + SockaddrIn.address) / 4] = swapBytes(
      destination,
    );
  }

  /** Makes the first `count` slots ready to receive: the fields that the kernel shortened are long again. */
  prepareToReceive(count: number): void {
    for (let slot = 0, header = 0; slot < count; slot++, header += SLOT_WORDS) {
      this.#words[header + Msghdr.nameLength / 4] = SockaddrIn.size;
      this.#words[header + Msghdr.controlLength / 4] = this.controlBytes;
      this.#words[header + Msghdr.flags / 4] = 0;
    }
  }

  /**
   * What `slot` received: exactly the bytes that the kernel wrote, never more. The view is of this batch's memory and
   * is valid until the slot is used again.
   */
  received(slot: number): Uint8Array<ArrayBuffer> {
    const lengthBytes = this.#words[slot * SLOT_WORDS + Mmsghdr.length / 4] as number;
    const known = this.#payloadViews[slot];
    if (known !== undefined && known.length === lengthBytes) return known;
    const start = this.payloadOffset(slot);
    const fresh = this.bytes.subarray(start, start + Math.min(lengthBytes, this.payloadBytes));
    this.#payloadViews[slot] = fresh;
    return fresh;
  }

  /** `msg_flags` of `slot` after receiving. */
  flags(slot: number): number {
    return this.#words[slot * SLOT_WORDS + Msghdr.flags / 4] as number;
  }

  /** Length of the control messages of `slot` after receiving, in bytes. */
  controlLength(slot: number): number {
    return this.#words[slot * SLOT_WORDS + Msghdr.controlLength / 4] as number;
  }

  /** Sender of what `slot` received, an IPv4 address as an unsigned 32-bit number. */
  source(slot: number): number {
    const address = this.#addresses + slot * SockaddrIn.size + SockaddrIn.address;
    return swapBytes(this.#words[address / 4] as number);
  }
}

function swapBytes(word: number): number {
  return (word << 24 | (word & 0xff00) << 8 | word >>> 8 & 0xff00 | word >>> 24) >>> 0;
}

function checkSize(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`Cannot lay out a batch: ${name} is ${value}, expected ${least}..${most}`);
}
