/** What the sockets of a sweep share: a batch, sendmmsg(2) and close. */

import { MSG_DONTWAIT } from "../posix/constants.ts";
import { EAGAIN, EINTR, errnoNumber, readErrno, SystemError } from "../posix/errno.ts";
import type { FrameBatch } from "./frame_batch.ts";
import { openLinuxLibc } from "../linux/libc.ts";
import { openLibc } from "../posix/libc.ts";
import { readSocketMemory } from "../linux/socket_option.ts";

const ENOBUFS = errnoNumber("ENOBUFS");
/**
 * The least that Linux counts for a frame in its queues: however short it is, its description (struct sk_buff) and
 * end mark (struct skb_shared_info) alone take more on 64-bit machines.
 */
const LEAST_FRAME_BYTES = 512;

/** Owns a socket and the batch that it sends. */
export class BatchTransmitter {
  /** What {@linkcode transmit} sends; the owner patches it in place. */
  readonly batch: FrameBatch;
  readonly #sendmmsg = openLinuxLibc().sendmmsg;
  #descriptor: number;
  /** The kernel says how much waits (SO_MEMINFO). */
  #countsWaiting = true;

  /** The socket; -1 once it is closed. */
  protected get descriptor(): number {
    return this.#descriptor;
  }

  /** Takes over an open socket. */
  constructor(descriptor: number, batch: FrameBatch) {
    this.#descriptor = descriptor;
    this.batch = batch;
  }

  /**
   * Sends messages `from` to `from + count − 1` of the batch and never waits.
   *
   * Memory: sendmmsg reads the batch, and writes the length of what it sent into each header, during the call.
   *
   * @returns messages sent; 0 when there is no room now (ENOBUFS, EAGAIN); the negative error number when the first was refused
   */
  transmit(from: number, count: number): number {
    while (true) {
      const sent = this.#sendmmsg(this.#descriptor, this.batch.pointer(from), count, MSG_DONTWAIT);
      if (sent >= 0) return sent;
      const errno = readErrno();
      if (errno !== EINTR) return errno === EAGAIN || errno === ENOBUFS ? 0 : -errno;
    }
  }

  /**
   * {@linkcode transmit} on another thread.
   *
   * Memory: as there, but until the promise settles; the batch must not be patched meanwhile. That thread's error
   * number is lost, so what it could not send at all is tried once more on this one, which can read it.
   */
  async transmitOnThread(from: number, count: number): Promise<number> {
    const { sendmmsgNonblocking } = openLinuxLibc();
    const first = this.batch.pointer(from);
    const sent = await sendmmsgNonblocking(this.#descriptor, first, count, MSG_DONTWAIT);
    return sent >= 0 ? sent : this.transmit(from, count);
  }

  /**
   * Frames that were sent and have not left this machine, or some more: they are counted by their memory. 0 is exact, but where
   * the kernel does not count it is all that is known.
   */
  waiting(): number {
    if (!this.#countsWaiting) return 0;
    try {
      return Math.ceil(readSocketMemory(this.#descriptor).waitingBytes / LEAST_FRAME_BYTES);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#countsWaiting = false;
      return 0;
    }
  }

  /** Closes the socket; further calls do nothing. */
  close(): void {
    if (this.#descriptor >= 0) openLibc().close(this.#descriptor);
    this.#descriptor = -1;
  }

  /** {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
