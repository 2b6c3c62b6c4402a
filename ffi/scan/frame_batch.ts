/**
 * Frames of equal length in one pinned buffer, laid out once for sendmmsg(2) and patched in place.
 *
 * ```text
 * ┌──────────────┬──────────────┬─────┬───────┬───────┬─────┬──────────┬──────────┬─────┐
 * │ mmsghdr 0    │ mmsghdr 1    │ …   │ iov 0 │ iov 1 │ …   │ slot 0   │ slot 1   │ …   │
 * └──────────────┴──────────────┴─────┴───────┴───────┴─────┴──────────┴──────────┴─────┘
 *   slot: 16 bytes of socket address (where used), then the frame, padded to a multiple of 16
 * ```
 *
 * A sweep writes eight fields of a frame and nothing else: no allocation, no pointer, no copy.
 */

import { alignUp, Mmsghdr, Msghdr } from "../linux/layout.ts";
import { Iovec, SockaddrIn } from "../posix/layout.ts";

/** What a batch is made of. */
export interface FrameBatchOptions {
  /** Number of frames, 1 to 1024 (UIO_MAXIOV, the kernel's limit for one sendmmsg). */
  readonly capacity: number;
  /** Bytes that every frame starts out with. Its length is the length of each frame. */
  readonly template: Uint8Array;
  /** Start of a socket address that each message carries, such as family and port; none when undefined. */
  readonly addressTemplate?: Uint8Array | undefined;
}

/** The largest batch that one call takes. */
export const MAX_BATCH = 1024;

/** Owns the headers and every byte that they point to; nothing is freed while the batch is reachable. */
export class FrameBatch {
  /** Number of frames. */
  readonly capacity: number;
  /** The whole buffer. Frame i starts at `firstFrame + i * strideBytes`. */
  readonly view: DataView<ArrayBuffer>;
  /** Where frame 0 starts in `view`. */
  readonly firstFrame: number;
  /** Bytes from one frame to the next. */
  readonly strideBytes: number;
  /** From a frame's start to the IPv4 address in its socket address; undefined when it has none. */
  readonly addressDelta: number | undefined;
  readonly #pointers: Deno.PointerObject[] = [];
  readonly #frameBytes: number;

  /**
   * Lays out headers and frames.
   *
   * @throws {RangeError} when the capacity is not 1 to 1024 or the template is empty
   */
  constructor(options: FrameBatchOptions) {
    const { capacity, template, addressTemplate } = options;
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_BATCH) {
      throw new RangeError(
        `Cannot make a batch of ${capacity} frames: expected 1..${MAX_BATCH}`,
      );
    }
    if (template.length === 0) throw new RangeError("Cannot make a batch of empty frames");
    this.capacity = capacity;
    this.#frameBytes = template.length;
    const addressBytes = addressTemplate === undefined ? 0 : SockaddrIn.size;
    const iovecs = capacity * Mmsghdr.size;
    const slots = iovecs + capacity * Iovec.size;
    this.strideBytes = alignUp(addressBytes + template.length, 16);
    this.firstFrame = slots + addressBytes;
    this.addressDelta = addressTemplate === undefined
      ? undefined
      : SockaddrIn.address - SockaddrIn.size;
    const buffer = new ArrayBuffer(slots + capacity * this.strideBytes);
    this.view = new DataView(buffer);
    const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(new Uint8Array(buffer)));
    const bytes = new Uint8Array(buffer);
    for (let index = 0; index < capacity; index++) {
      const header = index * Mmsghdr.size, iovec = iovecs + index * Iovec.size;
      const frame = this.firstFrame + index * this.strideBytes;
      bytes.set(template, frame);
      this.view.setBigUint64(iovec + Iovec.base, BigInt(base) + BigInt(frame), true);
      this.view.setBigUint64(iovec + Iovec.length, BigInt(template.length), true);
      this.view.setBigUint64(header + Msghdr.iov, BigInt(base) + BigInt(iovec), true);
      this.view.setBigUint64(header + Msghdr.iovCount, 1n, true);
      if (addressTemplate !== undefined) {
        const address = frame - SockaddrIn.size;
        bytes.set(addressTemplate, address);
        this.view.setBigUint64(header + Msghdr.name, BigInt(base) + BigInt(address), true);
        this.view.setUint32(header + Msghdr.nameLength, SockaddrIn.size, true);
      }
      const pointer = Deno.UnsafePointer.create(BigInt(base) + BigInt(header));
      if (pointer === null) {
        throw new TypeError("Cannot address a batch: its buffer has no address");
      }
      this.#pointers.push(pointer);
    }
  }

  /**
   * Writes the template into every frame. No thread may be sending.
   *
   * @throws {RangeError} when the length differs from that of the frames
   */
  rewrite(template: Uint8Array): void {
    if (template.length !== this.#frameBytes) {
      throw new RangeError(
        `Cannot put ${template.length} bytes into frames of ${this.#frameBytes}`,
      );
    }
    const bytes = new Uint8Array(this.view.buffer);
    for (let index = 0; index < this.capacity; index++) {
      bytes.set(template, this.firstFrame + index * this.strideBytes);
    }
  }

  /** Address of the message header of frame `index`, for sendmmsg. The batch must stay reachable during the call. */
  pointer(index: number): Deno.PointerObject {
    return this.#pointers[index] as Deno.PointerObject;
  }
}
