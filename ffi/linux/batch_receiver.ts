/** Receiving a batch of datagrams, or of error queue entries, recvmmsg(2). */

import { checkReceiveErrno } from "../posix/datagram_error.ts";
import { EAGAIN, EINTR, readErrno } from "../posix/errno.ts";
import type { SocketTroubles } from "../posix/socket_troubles.ts";
import { type LinuxLibc, openLinuxLibc } from "./libc.ts";
import type { MessageBatch } from "./message_batch.ts";

/** Receives from one socket. */
export class BatchReceiver {
  readonly #recvmmsg: LinuxLibc["recvmmsg"] = openLinuxLibc().recvmmsg;
  readonly #descriptor: number;
  readonly #troubles: SocketTroubles;
  readonly #skippedErrors: number;

  /**
   * Works on a descriptor that the caller opened and will close.
   *
   * @param troubles takes failures that the run survives
   * @param skippedErrors errors of the network after which the call is made again: each is that of an earlier datagram, and
   * goes by being read
   */
  constructor(descriptor: number, troubles: SocketTroubles, skippedErrors = 0) {
    this.#descriptor = descriptor;
    this.#troubles = troubles;
    this.#skippedErrors = skippedErrors;
  }

  /**
   * Takes what is ready, at most one batch.
   *
   * Memory: C writes to the batch during the call.
   *
   * @param flags MSG_DONTWAIT, and MSG_ERRQUEUE for the error queue
   * @returns slots filled, from the first; 0 when nothing was ready
   * @throws {SystemError} when the socket itself is out of order
   */
  receive(batch: MessageBatch, flags: number): number {
    // The kernel has written to the headers of the last batch alone; the others are still prepared.
    batch.prepareToReceive(batch.filledSlots);
    batch.filledSlots = 0;
    const first = batch.pointerAt(0);
    for (let skipped = 0; skipped <= this.#skippedErrors;) {
      const count = this.#recvmmsg(this.#descriptor, first, batch.slots, flags, null);
      if (count >= 0) return batch.filledSlots = count;
      const errno = readErrno();
      if (errno === EAGAIN) return 0;
      if (errno === EINTR) continue;
      const error = checkReceiveErrno("recvmmsg", errno);
      if (error !== undefined) {
        this.#troubles.add(error);
        return 0;
      }
      skipped++;
    }
    return 0;
  }
}
