/**
 * Datagrams in batches with kernel stamps: sendmmsg(2), recvmmsg(2) and the error queue. Linux only.
 *
 * Memory: C reads and writes only the two batches owned by this object, during the call; it keeps no pointer.
 */

import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
} from "../../src/probe/transport.ts";
import { MSG_ERRQUEUE } from "./constants.ts";
import { MSG_DONTWAIT, MSG_TRUNC } from "../posix/constants.ts";
import {
  createReceivedControl,
  KEY_CONTROL_BYTES,
  readControl,
  RECEIVE_CONTROL_BYTES,
  writeKeyControl,
} from "./control_message.ts";
import type { DatagramPath, SocketEnds } from "../posix/datagram.ts";
import { EAGAIN, EINTR, EMSGSIZE, readErrno } from "../posix/errno.ts";
import { checkReceiveErrno, sendError, tooLongError } from "../posix/datagram_error.ts";
import { type LinuxLibc, openLinuxLibc } from "./libc.ts";
import { MessageBatch } from "./message_batch.ts";
import { RETURNED_BYTES, SentDatagrams } from "./sent_datagrams.ts";
import type { SocketTroubles } from "../posix/socket_troubles.ts";
import type { StampAttribution } from "./stamp_attribution.ts";
import type { SystemClock } from "../posix/system_clock.ts";

/** The batched path over open descriptors. It does not own them. */
export class BatchedPath implements DatagramPath {
  /** Datagrams dropped because the receive buffer was full, as the messages received so far told. */
  dropped = 0;
  readonly #libc: LinuxLibc = openLinuxLibc();
  readonly #ends: SocketEnds;
  readonly #clock: SystemClock;
  readonly #outgoing: MessageBatch;
  readonly #incoming: MessageBatch;
  readonly #stamps: MessageBatch;
  readonly #control = createReceivedControl();
  /** Where stamps find their datagrams by content. */
  readonly #sent: SentDatagrams | undefined;
  readonly #troubles: SocketTroubles;
  #savedStamps: TransmitStamp[] = [];
  /** MTU that the last refusal for a datagram's length told of. */
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
    this.#troubles = troubles;
    this.#ends = ends;
    this.#clock = clock;
    this.#sent = attribution === "content" ? new SentDatagrams() : undefined;
    const outgoingControl = attribution === "key" ? KEY_CONTROL_BYTES : 0;
    this.#outgoing = new MessageBatch({
      slots,
      payloadBytes: slotBytes,
      controlBytes: outgoingControl,
    });
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

  /** One system call for each batch, and one more for each datagram refused. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    const results: SendResult[] = [];
    while (results.length < datagrams.length) {
      const count = this.#fill(datagrams, results.length);
      if (count === 0) {
        const datagram = datagrams[results.length] as OutgoingDatagram;
        results.push({ ok: false, error: tooLongError(datagram, this.#outgoing.payloadBytes) });
      } else {
        this.#sendFilled(datagrams, count, results);
      }
    }
    return results;
  }

  /** Fills slots with datagrams from `first` on; stops before one that does not fit. Returns how many. */
  #fill(datagrams: readonly OutgoingDatagram[], first: number): number {
    const batch = this.#outgoing;
    const most = Math.min(datagrams.length - first, batch.slots);
    for (let slot = 0; slot < most; slot++) {
      const datagram = datagrams[first + slot] as OutgoingDatagram;
      if (datagram.bytes.length > batch.payloadBytes) return slot;
      if (this.#sent === undefined) {
        writeKeyControl(batch.view, batch.controlOffset(slot), datagram.key);
      }
      batch.fill(slot, datagram.bytes, datagram.destination, batch.controlBytes);
    }
    return most;
  }

  #sendFilled(datagrams: readonly OutgoingDatagram[], count: number, results: SendResult[]): void {
    const first = results.length;
    let done = 0;
    while (done < count) {
      const sentAt = this.#clock.now();
      const sent = this.#libc.sendmmsg(
        this.#ends.sendFd,
        this.#outgoing.pointerAt(done),
        count - done,
        MSG_DONTWAIT,
      );
      if (sent > 0) {
        const result: SendResult = { ok: true, sentAt };
        for (let index = 0; index < sent; index++, done++) {
          results.push(result);
          if (this.#sent !== undefined) this.#record(this.#sent, done, datagrams[first + done]);
        }
        continue;
      }
      const errno = sent < 0 ? readErrno() : EAGAIN;
      // A full queue stamps a datagram and then drops it. The caller may send the same again, to which that stamp
      // must not be given.
      if (this.#sent !== undefined) this.#savedStamps = this.receiveTransmitStamps();
      if (errno === EINTR) continue;
      const refused = datagrams[first + done++] as OutgoingDatagram;
      const mtuBytes = errno === EMSGSIZE ? this.#readMtu() : undefined;
      results.push({ ok: false, error: sendError("sendmmsg", errno, refused, mtuBytes) });
    }
  }

  /** The MTU for which the last datagram was too long, from the error queue; the stamps there are kept. */
  #readMtu(): number | undefined {
    this.#savedStamps = this.receiveTransmitStamps();
    const mtuBytes = this.#mtuBytes;
    this.#mtuBytes = undefined;
    return mtuBytes;
  }

  #record(sent: SentDatagrams, slot: number, datagram: OutgoingDatagram | undefined): void {
    if (datagram === undefined) return;
    const { view } = this.#outgoing;
    const offset = this.#outgoing.payloadOffset(slot);
    sent.record(view, offset, offset + datagram.bytes.length, datagram.key);
  }

  /** At most one batch; call again when it was full. */
  receive(): ReceivedDatagram[] {
    const count = this.#receiveInto(this.#incoming, this.#ends.receiveFd, MSG_DONTWAIT);
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
      count = this.#receiveInto(batch, this.#ends.sendFd, MSG_DONTWAIT | MSG_ERRQUEUE);
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

  #receiveInto(batch: MessageBatch, descriptor: number, flags: number): number {
    // The kernel has written to the headers of the last batch alone; the others are still prepared.
    batch.prepareToReceive(batch.filledSlots);
    batch.filledSlots = 0;
    for (;;) {
      const first = batch.pointerAt(0);
      const count = this.#libc.recvmmsg(descriptor, first, batch.slots, flags, null);
      if (count >= 0) {
        batch.filledSlots = count;
        return count;
      }
      const errno = readErrno();
      if (errno === EINTR) continue;
      const error = errno === EAGAIN ? undefined : checkReceiveErrno("recvmmsg", errno);
      if (error !== undefined) this.#troubles.add(error);
      return 0;
    }
  }

  #findKey(sent: SentDatagrams, slot: number, isLast: boolean): number | undefined {
    const start = this.#stamps.payloadOffset(slot);
    const end = start + this.#stamps.received(slot).length;
    return sent.find(this.#stamps.view, start, end, isLast);
  }
}
