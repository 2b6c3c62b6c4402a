/**
 * What recvmmsg(2) writes into: headers, control messages with a stamp, and datagrams of equal room. All of it is owned by this
 * object, and C may use it for as long as the object lives.
 */

import { Cmsghdr, cmsgSpace, Mmsghdr, Msghdr } from "../linux/layout.ts";
import { Iovec, Timespec } from "../posix/layout.ts";

/** Longest datagram kept whole: the least that every host can reassemble (RFC 791 §3.1). */
export const SLOT_BYTES = 576;
const CONTROL_BYTES = cmsgSpace(Timespec.size);

/** Room for some datagrams with their stamps. */
export class ReplySlots {
  /** Datagram i starts at `i * SLOT_BYTES`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The first header. */
  readonly pointer: Deno.PointerValue;
  readonly #headers: DataView<ArrayBuffer>;
  readonly #control: DataView<ArrayBuffer>;
  readonly #iovecs: DataView<ArrayBuffer>;

  /** Lays out `capacity` slots, 1 to 1024. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity * SLOT_BYTES);
    this.#headers = new DataView(new ArrayBuffer(capacity * Mmsghdr.size));
    this.#iovecs = new DataView(new ArrayBuffer(capacity * Iovec.size));
    this.#control = new DataView(new ArrayBuffer(capacity * CONTROL_BYTES));
    const data = addressOf(this.bytes);
    const iovecs = addressOf(this.#iovecs), control = addressOf(this.#control);
    for (let index = 0; index < capacity; index++) {
      const header = index * Mmsghdr.size, iovec = index * Iovec.size;
      this.#iovecs.setBigUint64(iovec + Iovec.base, data + BigInt(index * SLOT_BYTES), true);
      this.#iovecs.setBigUint64(iovec + Iovec.length, BigInt(SLOT_BYTES), true);
      this.#headers.setBigUint64(header + Msghdr.iov, iovecs + BigInt(iovec), true);
      this.#headers.setBigUint64(header + Msghdr.iovCount, 1n, true);
      const controlAddress = control + BigInt(index * CONTROL_BYTES);
      this.#headers.setBigUint64(header + Msghdr.control, controlAddress, true);
    }
    this.pointer = Deno.UnsafePointer.of(this.#headers);
    this.prepare(capacity);
  }

  /** Makes the first `count` headers ready: the kernel has overwritten the room for their control messages. */
  prepare(count: number): void {
    for (let index = 0; index < count; index++) {
      // The high half of this size_t is always 0.
      const offset = index * Mmsghdr.size + Msghdr.controlLength;
      this.#headers.setUint32(offset, CONTROL_BYTES, true);
    }
  }

  /** Length of datagram `index`, cut at {@linkcode SLOT_BYTES}. */
  lengthOf(index: number): number {
    return this.#headers.getUint32(index * Mmsghdr.size + Mmsghdr.length, true);
  }

  /** The kernel's stamp of datagram `index`, nanoseconds since `baseSeconds` on CLOCK_REALTIME. */
  stampNs(index: number, baseSeconds: number): number {
    const stamp = index * CONTROL_BYTES + Cmsghdr.data;
    const low = this.#control.getUint32(stamp + Timespec.seconds, true);
    const high = this.#control.getUint32(stamp + Timespec.seconds + 4, true);
    const nanoseconds = this.#control.getUint32(stamp + Timespec.nanoseconds, true);
    return (low + high * 2 ** 32 - baseSeconds) * 1e9 + nanoseconds;
  }
}

function addressOf(buffer: ArrayBufferView<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer)));
}
