/**
 * Datagrams in batches with kernel stamps: sendmmsg(2), recvmmsg(2) and the error queue.
 *
 * Memory: C reads and writes only batches owned by this object, during the call; it keeps no pointer.
 */

import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
} from "../../src/probe/transport.ts";
import { MSG_ERRQUEUE } from "./constants.ts";
import { MSG_DONTWAIT, MSG_TRUNC } from "../posix/constants.ts";
import type { DatagramPath, SocketEnds } from "../posix/datagram.ts";
import { EMSGSIZE } from "../posix/errno.ts";
import type { SocketTroubles } from "../posix/socket_troubles.ts";
import type { SystemClock } from "../posix/system_clock.ts";
import { BatchReceiver } from "./batch_receiver.ts";
import { BatchSender, type RefusalRuling } from "./batch_sender.ts";
import { createReceivedControl, readControl, RECEIVE_CONTROL_BYTES } from "./control_message.ts";
import { MessageBatch } from "./message_batch.ts";
import { RETURNED_BYTES, type SentDatagrams } from "./sent_datagrams.ts";
import type { StampAttribution } from "./stamp_attribution.ts";

/** The batched path over open descriptors. It does not own them. */
export class BatchedPath implements DatagramPath {
  /** Datagrams dropped because the receive buffer was full, as the messages received so far say. */
  dropped = 0;
  readonly #clock: SystemClock;
  readonly #sender: BatchSender;
  readonly #replies: BatchReceiver;
  readonly #errorQueue: BatchReceiver;
  readonly #incoming: MessageBatch;
  readonly #stamps: MessageBatch;
  readonly #control = createReceivedControl();
  /** Where stamps find their datagrams by content. */
  readonly #sent: SentDatagrams | undefined;
  #savedStamps: TransmitStamp[] = [];
  /** MTU of the last refusal for a datagram's length. */
  #mtuBytes: number | undefined;

  /**
   * Works on descriptors that the caller opened and will close.
   *
   * @param ends non-blocking raw sockets on which time stamping is enabled
   * @param clock that the instants are read from
   * @param attribution how transmit stamps find their datagrams
   * @param slots datagrams per system call, 1..1024
   * @param slotBytes longest datagram, 20..65 535
   * @param troubles takes failures of receiving that the run survives
   */
  constructor(
    ends: SocketEnds,
    clock: SystemClock,
    attribution: StampAttribution,
    slots: number,
    slotBytes: number,
    troubles: SocketTroubles,
  ) {
    this.#clock = clock;
    this.#sender = new BatchSender({
      descriptor: ends.sendFd,
      clock,
      slots,
      slotBytes,
      skippedBytes: 0,
      attribution,
    }, { refused: (errno) => this.#judge(errno) });
    this.#sent = this.#sender.sent;
    this.#replies = new BatchReceiver(ends.receiveFd, troubles);
    this.#errorQueue = new BatchReceiver(ends.sendFd, troubles);
    this.#incoming = new MessageBatch({
      slots,
      payloadBytes: slotBytes,
      controlBytes: RECEIVE_CONTROL_BYTES,
    });
    this.#stamps = new MessageBatch({
      slots,
      payloadBytes: attribution === "key" ? 8 : RETURNED_BYTES,
      controlBytes: RECEIVE_CONTROL_BYTES,
    });
  }

  /** As {@linkcode BatchSender.send}. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    return this.#sender.send(datagrams);
  }

  /** As {@linkcode BatchSender.warmUp}. */
  warmUp(datagrams: readonly OutgoingDatagram[]): void {
    this.#sender.warmUp(datagrams);
  }

  /** Reads what the error queue says of a refusal; the stamps there are kept. */
  #judge(errno: number): RefusalRuling {
    // A full queue stamps a datagram and then drops it. The caller may send the same again, to which that stamp
    // must not be given.
    if (this.#sent !== undefined || errno === EMSGSIZE) {
      this.#savedStamps = this.receiveTransmitStamps();
    }
    const mtuBytes = errno === EMSGSIZE ? this.#mtuBytes : undefined;
    this.#mtuBytes = undefined;
    return { isAnothers: false, mtuBytes };
  }

  /** At most one batch; call again when it was full. */
  receive(): ReceivedDatagram[] {
    const count = this.#replies.receive(this.#incoming, MSG_DONTWAIT);
    if (count === 0) return [];
    const nearby = this.#clock.now();
    const batch = this.#incoming;
    const control = this.#control;
    const received: ReceivedDatagram[] = [];
    for (let slot = 0; slot < count; slot++) {
      readControl(batch.view, batch.controlOffset(slot), batch.controlLength(slot), control);
      if (control.dropped >= 0) this.dropped = control.dropped;
      received.push({
        bytes: batch.received(slot),
        source: batch.source(slot),
        receivedAt: control.stamped
          ? this.#clock.fromKernel(control.stampSeconds, control.stampNs, nearby)
          : nearby,
        truncated: (batch.flags(slot) & MSG_TRUNC) !== 0,
      });
    }
    return received;
  }

  /** All stamps that are ready. */
  receiveTransmitStamps(): TransmitStamp[] {
    const stamps = this.#savedStamps;
    this.#savedStamps = [];
    const batch = this.#stamps;
    let count: number;
    do {
      count = this.#errorQueue.receive(batch, MSG_DONTWAIT | MSG_ERRQUEUE);
      if (count === 0) break;
      const nearby = this.#clock.now();
      for (let slot = 0; slot < count; slot++) {
        const control = this.#control;
        readControl(batch.view, batch.controlOffset(slot), batch.controlLength(slot), control);
        if (control.mtuBytes > 0) this.#mtuBytes = control.mtuBytes;
        const { stamped, moment } = control;
        if (!stamped || moment === undefined) continue;
        const key = this.#sent === undefined
          ? control.transmitKey
          : this.#findKey(this.#sent, slot, moment === "driver");
        if (key === undefined) continue;
        const at = this.#clock.fromKernel(control.stampSeconds, control.stampNs, nearby);
        stamps.push({ key, moment, at });
      }
    } while (count === batch.slots);
    return stamps;
  }

  #findKey(sent: SentDatagrams, slot: number, isLast: boolean): number | undefined {
    const start = this.#stamps.payloadOffset(slot);
    const end = start + this.#stamps.received(slot).length;
    return sent.find(this.#stamps.view, start, end, isLast);
  }
}
