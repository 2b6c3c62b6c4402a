/**
 * Receives one datagram at a time with the time at which the kernel received it: recvmsg(2), SO_TIMESTAMP, setsockopt(2).
 *
 * Memory: C reads the message header and writes it, the sender's address and the control message, all owned by this object, and the
 * caller's payload, during the call; it keeps no pointer.
 */

import { MSG_DONTWAIT, SOL_SOCKET } from "../posix/constants.ts";
import { Iovec, SockaddrIn } from "../posix/layout.ts";
import { openLibc } from "../posix/libc.ts";
import { SCM_TIMESTAMP } from "./constants.ts";
import { DarwinCmsghdr, DarwinMsghdr, DarwinTimeval } from "./layout.ts";

const CONTROL_BYTES = 64;
const HEADER = 0;
const IOVEC = DarwinMsghdr.size;
const ADDRESS = IOVEC + Iovec.size;
const CONTROL = ADDRESS + SockaddrIn.size;

/** A receiver for one descriptor, which it does not own. */
export class StampedReceiver {
  /** Whether the last datagram came with a time. */
  isStamped = false;
  /** That time: whole seconds since 1970, … */
  stampSeconds = 0;
  /** … and nanoseconds, of which macOS gives whole microseconds. */
  stampNs = 0;
  readonly #descriptor: number;
  readonly #view = new DataView(new ArrayBuffer(CONTROL + CONTROL_BYTES));
  readonly #pointer: Deno.PointerObject = Deno.UnsafePointer.of(this.#view) as Deno.PointerObject;
  readonly #libc = openLibc();

  /** Lays out the header. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    const base = Deno.UnsafePointer.value(this.#pointer);
    const set = (offset: number, value: bigint) => this.#view.setBigUint64(offset, value, true);
    set(HEADER + DarwinMsghdr.name, base + BigInt(ADDRESS));
    set(HEADER + DarwinMsghdr.iov, base + BigInt(IOVEC));
    this.#view.setInt32(HEADER + DarwinMsghdr.iovCount, 1, true);
    set(HEADER + DarwinMsghdr.control, base + BigInt(CONTROL));
  }

  /** Address of the last datagram's sender; unsigned 32-bit number. */
  get source(): number {
    return this.#view.getUint32(ADDRESS + SockaddrIn.address, false);
  }

  /**
   * Receives without waiting.
   *
   * @param payload where the datagram is written
   * @param payloadBytes its room
   * @returns the bytes written; negative, with errno, when the call failed
   */
  receive(payload: Deno.PointerValue, payloadBytes: bigint): number {
    const view = this.#view;
    view.setBigUint64(IOVEC + Iovec.base, Deno.UnsafePointer.value(payload), true);
    view.setBigUint64(IOVEC + Iovec.length, payloadBytes, true);
    view.setUint32(HEADER + DarwinMsghdr.nameLength, SockaddrIn.size, true);
    view.setUint32(HEADER + DarwinMsghdr.controlLength, CONTROL_BYTES, true);
    const lengthBytes = this.#libc.recvmsg(this.#descriptor, this.#pointer, MSG_DONTWAIT);
    if (lengthBytes >= 0) this.#readStamp();
    return lengthBytes;
  }

  /** The time is the only control message that is asked for, so it is the first. */
  #readStamp(): void {
    const view = this.#view;
    const least = DarwinCmsghdr.data + DarwinTimeval.size;
    const isWhole = view.getUint32(HEADER + DarwinMsghdr.controlLength, true) >= least &&
      view.getUint32(CONTROL + DarwinCmsghdr.length, true) >= least;
    this.isStamped = isWhole &&
      view.getInt32(CONTROL + DarwinCmsghdr.level, true) === SOL_SOCKET &&
      view.getInt32(CONTROL + DarwinCmsghdr.type, true) === SCM_TIMESTAMP;
    if (!this.isStamped) return;
    const time = CONTROL + DarwinCmsghdr.data;
    this.stampSeconds = Number(view.getBigInt64(time + DarwinTimeval.seconds, true));
    this.stampNs = view.getInt32(time + DarwinTimeval.microseconds, true) * 1000;
  }
}
