/**
 * Datagrams one at a time with user stamps: sendto(2) and recvfrom(2). What every POSIX system has, and what Linux
 * uses when kernel stamps are refused or switched off.
 *
 * macOS, where this could not be run, adds the kernel's time of receipt ({@linkcode StampedReceiver}). With IP_HDRINCL it expects total length and fragment field in host order, and
 * gives them so on receipt, with the header's length taken off the total.
 *
 * Memory: C reads and writes buffers owned by this object, during the call; it keeps no pointer.
 */

import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
} from "../../src/probe/transport.ts";
import { StampedReceiver } from "../darwin/stamped_receiver.ts";
import { platform } from "../platform.ts";
import { MSG_DONTWAIT } from "./constants.ts";
import type { DatagramPath, SocketEnds } from "./datagram.ts";
import { checkReceiveErrno, sendError, tooLongError } from "./datagram_error.ts";
import { EAGAIN, EINTR, EMSGSIZE, readErrno } from "./errno.ts";
import { ErrorQueue } from "../linux/error_queue.ts";
import { SockaddrIn } from "./layout.ts";
import { type Libc, openLibc } from "./libc.ts";
import { writeSocketAddress } from "./socket_address.ts";
import type { SocketTroubles } from "./socket_troubles.ts";
import type { SystemClock } from "./system_clock.ts";

const IPV4_TOTAL_LENGTH = 2;
const IPV4_FRAGMENT = 6;

/** The portable path over open descriptors. It does not own them. */
export class PortablePath implements DatagramPath {
  /** Not counted here. */
  readonly dropped = 0;
  readonly #libc: Libc = openLibc();
  readonly #ends: SocketEnds;
  readonly #clock: SystemClock;
  readonly #troubles: SocketTroubles;
  #errorQueue: ErrorQueue | undefined;
  readonly #stamped: StampedReceiver | undefined;
  readonly #slotBytes: number;
  readonly #slotSize: bigint;
  readonly #incoming: Uint8Array<ArrayBuffer>[] = [];
  readonly #incomingPointers: Deno.PointerValue[] = [];
  readonly #outgoing: Uint8Array<ArrayBuffer>;
  readonly #outgoingPointer: Deno.PointerValue;
  readonly #address = new DataView(new ArrayBuffer(SockaddrIn.size));
  readonly #addressPointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#address);
  readonly #addressLength = new Uint32Array(1);
  readonly #addressLengthPointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#addressLength);

  /**
   * Works on descriptors that the caller opened and will close.
   *
   * @param ends raw sockets
   * @param clock that the instants are read from
   * @param slots most datagrams that one receive() takes, 1..1024
   * @param slotBytes longest datagram, 20..65 535
   * @param troubles takes failures of receiving that the run survives
   */
  constructor(
    ends: SocketEnds,
    clock: SystemClock,
    slots: number,
    slotBytes: number,
    troubles: SocketTroubles,
  ) {
    this.#troubles = troubles;
    this.#ends = ends;
    this.#stamped = platform.hasReceiptTimes ? new StampedReceiver(ends.receiveFd) : undefined;
    this.#clock = clock;
    this.#slotBytes = slotBytes;
    // One octet more than a datagram may have: macOS does not say how long one was that it cut.
    const slotSize = slotBytes + 1;
    this.#slotSize = BigInt(slotSize);
    this.#outgoing = new Uint8Array(slotBytes);
    this.#outgoingPointer = Deno.UnsafePointer.of(this.#outgoing);
    const memory = new Uint8Array(slots * slotSize);
    for (let slot = 0; slot < slots; slot++) {
      const bytes = memory.subarray(slot * slotSize, (slot + 1) * slotSize);
      this.#incoming.push(bytes);
      this.#incomingPointers.push(Deno.UnsafePointer.of(bytes));
    }
  }

  /** One system call for each datagram. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    return datagrams.map((datagram) => this.#sendOne(datagram));
  }

  #sendOne(datagram: OutgoingDatagram): SendResult {
    const { bytes, destination } = datagram;
    if (bytes.length > this.#slotBytes) {
      return { ok: false, error: tooLongError(datagram, this.#slotBytes) };
    }
    this.#write(bytes);
    writeSocketAddress(this.#address, 0, destination, 0);
    for (;;) {
      const sentAt = this.#clock.now();
      if (datagram.restamp?.(sentAt)) this.#write(bytes);
      const sent = this.#libc.sendto(
        this.#ends.sendFd,
        this.#outgoingPointer,
        BigInt(bytes.length),
        MSG_DONTWAIT,
        this.#addressPointer,
        SockaddrIn.size,
      );
      if (sent >= 0) return { ok: true, sentAt };
      const errno = readErrno();
      if (errno === EINTR) continue;
      const mtuBytes = errno === EMSGSIZE ? this.#readMtu() : undefined;
      return { ok: false, error: sendError("sendto", errno, datagram, mtuBytes) };
    }
  }

  #write(bytes: Uint8Array): void {
    this.#outgoing.set(bytes);
    if (platform.hasHostOrderHeader) swapHeaderOrder(this.#outgoing);
  }

  /** The MTU for which the last datagram was too long, from the error queue. */
  #readMtu(): number | undefined {
    if (!platform.hasErrorQueue) return undefined;
    this.#errorQueue ??= new ErrorQueue(this.#ends.sendFd);
    this.#errorQueue.drain();
    return this.#errorQueue.mtuBytes;
  }

  /** At most as many as there are slots; call again when that many came. */
  receive(): ReceivedDatagram[] {
    const received: ReceivedDatagram[] = [];
    while (received.length < this.#incoming.length) {
      const lengthBytes = this.#receiveOne(
        this.#incomingPointers[received.length] as Deno.PointerValue,
      );
      if (lengthBytes < 0) {
        const errno = readErrno();
        if (errno === EINTR) continue;
        const error = errno === EAGAIN ? undefined : checkReceiveErrno(this.#receiveCall, errno);
        if (error !== undefined) this.#troubles.add(error);
        break;
      }
      const nearby = this.#clock.now();
      const stamped = this.#stamped;
      const receivedAt = stamped?.isStamped
        ? this.#clock.fromKernel(stamped.stampSeconds, stamped.stampNs, nearby)
        : nearby;
      const slot = this.#incoming[received.length] as Uint8Array<ArrayBuffer>;
      const bytes = slot.subarray(0, Math.min(lengthBytes, this.#slotBytes));
      if (platform.hasHostOrderHeader) restoreHeaderOrder(bytes);
      const source = stamped?.source ?? this.#address.getUint32(SockaddrIn.address, false);
      received.push({ bytes, source, receivedAt, truncated: lengthBytes > this.#slotBytes });
    }
    return received;
  }

  get #receiveCall(): string {
    return this.#stamped === undefined ? "recvfrom" : "recvmsg";
  }

  #receiveOne(payload: Deno.PointerValue): number {
    if (this.#stamped !== undefined) return this.#stamped.receive(payload, this.#slotSize);
    this.#addressLength[0] = SockaddrIn.size;
    return this.#libc.recvfrom(
      this.#ends.receiveFd,
      payload,
      this.#slotSize,
      MSG_DONTWAIT,
      this.#addressPointer,
      this.#addressLengthPointer,
    );
  }

  /** None: what is sent has only user stamps here. */
  receiveTransmitStamps(): TransmitStamp[] {
    return [];
  }
}

function swapHeaderOrder(bytes: Uint8Array): void {
  if (bytes.length < SHORTEST_HEADER) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(IPV4_TOTAL_LENGTH, view.getUint16(IPV4_TOTAL_LENGTH, false), true);
  view.setUint16(IPV4_FRAGMENT, view.getUint16(IPV4_FRAGMENT, false), true);
}

function restoreHeaderOrder(bytes: Uint8Array): void {
  if (bytes.length < SHORTEST_HEADER) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = ((bytes[0] as number) & 15) * 4;
  view.setUint16(IPV4_TOTAL_LENGTH, view.getUint16(IPV4_TOTAL_LENGTH, true) + headerBytes, false);
  view.setUint16(IPV4_FRAGMENT, view.getUint16(IPV4_FRAGMENT, true), false);
}

const SHORTEST_HEADER = 20;
