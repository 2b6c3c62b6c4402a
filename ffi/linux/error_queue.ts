/**
 * The error queue of a socket with IP_RECVERR (ip(7), recv(2) MSG_ERRQUEUE).
 *
 * As long as an entry or an error is pending there, poll(2) reports POLLERR at once: what is not read makes every wait
 * end immediately. Such entries are transmit stamps, and local errors (EMSGSIZE with the MTU); an ICMP error about a
 * datagram of protocol 255 puts one there too, from any sender.
 *
 * Memory: C writes to the batch owned by this object, during the call.
 */

import { MSG_ERRQUEUE } from "./constants.ts";
import { MSG_DONTWAIT } from "../posix/constants.ts";
import { createReceivedControl, readControl, RECEIVE_CONTROL_BYTES } from "./control_message.ts";
import { type LinuxLibc, openLinuxLibc } from "./libc.ts";
import { MessageBatch } from "./message_batch.ts";
import { readPendingError } from "../posix/socket_option.ts";

const SLOTS = 16;
/** Entries read at most in one go: a queue that fills as fast as it is read does not hold the program up. */
const MAX_ENTRIES = 4096;

/** Reads and discards. It does not own the descriptor. */
export class ErrorQueue {
  /** MTU of the last refusal for a datagram's length; undefined when there was none. */
  mtuBytes: number | undefined;
  readonly #libc: LinuxLibc = openLinuxLibc();
  readonly #descriptor: number;
  readonly #control = createReceivedControl();
  readonly #batch = new MessageBatch({
    slots: SLOTS,
    payloadBytes: 8,
    controlBytes: RECEIVE_CONTROL_BYTES,
  });

  /** Reads the queue of that socket. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Discards all entries and the pending error. Returns whether there was anything. */
  drain(): boolean {
    let total = 0;
    this.mtuBytes = undefined;
    while (total < MAX_ENTRIES) {
      const count = this.#read();
      if (count <= 0) break;
      total += count;
    }
    return readPendingError(this.#descriptor) !== 0 || total > 0;
  }

  #read(): number {
    const batch = this.#batch;
    batch.prepareToReceive(SLOTS);
    const flags = MSG_DONTWAIT | MSG_ERRQUEUE;
    const count = this.#libc.recvmmsg(this.#descriptor, batch.pointerAt(0), SLOTS, flags, null);
    for (let slot = 0; slot < count; slot++) {
      readControl(batch.view, batch.controlOffset(slot), batch.controlLength(slot), this.#control);
      if (this.#control.mtuBytes > 0) this.mtuBytes = this.#control.mtuBytes;
    }
    return count;
  }
}
