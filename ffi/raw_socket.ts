/** A raw ICMP socket with our own IPv4 header: SOCK_RAW, IPPROTO_ICMP, IP_HDRINCL (raw(7)). */

import { BatchedPath } from "./batched_path.ts";
import type {
  DatagramPath,
  RawOutgoing,
  RawReceived,
  RawSendResult,
  RawTransmitStamp,
} from "./datagram.ts";
import { sendError } from "./datagram_error.ts";
import { errnoNumber } from "./errno.ts";
import { InterfaceBinding } from "./interface_binding.ts";
import { PortablePath } from "./portable_path.ts";
import {
  closeSocketEnds,
  type OpenSocketEnds,
  openSocketEnds,
  type SocketEndsOptions,
} from "./socket_ends.ts";
import { readSocketMemory } from "./socket_option.ts";
import type { StampAttribution } from "./stamp_attribution.ts";
import { SocketWaiter } from "./socket_waiter.ts";
import { SystemClock } from "./system_clock.ts";

const linux = Deno.build.os === "linux";

/** How a raw socket is opened. All are optional. */
export interface RawSocketOptions extends SocketEndsOptions {
  /** Datagrams for each system call, 1..1024. Default 64. */
  readonly batchSlots?: number | undefined;
  /** Longest datagram that is sent, and received whole, 20..65 535. Default 2048. */
  readonly slotBytes?: number | undefined;
  /** Clock that instants are read from. Default: one opened with the socket. */
  readonly clock?: SystemClock | undefined;
}

const defaultBatchSlots = 64;
const defaultSlotBytes = 2048;

/**
 * An open raw socket. It satisfies the prober's Transport. Nothing is ever sent to a broadcast address: the kernel
 * refuses that with EACCES, because SO_BROADCAST stays off.
 */
export class RawSocket {
  /** The clock that every instant is read from. */
  readonly clock: SystemClock;
  /** `kernel` when transmit and receive stamps come from the kernel. */
  readonly stampSource: "kernel" | "user";
  /** Most datagrams that one receive() takes; when it takes fewer, nothing was left. */
  readonly receiveBatch: number;
  /** How transmit stamps find their datagrams; undefined when there are none. */
  readonly attribution: StampAttribution | undefined;
  /** Size of the receive buffer that the kernel granted, its own bookkeeping included. */
  readonly receiveBufferBytes: number;
  readonly #ends: OpenSocketEnds;
  readonly #path: DatagramPath;
  readonly #waiter: SocketWaiter;
  #closed = false;
  #dropped = 0;

  /**
   * Opens a raw socket.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV for an unknown interface; EADDRNOTAVAIL for a source
   * that is not this machine's; whatever else the kernel refuses
   * @throws {RangeError} when an option is out of its range
   */
  static open(options: RawSocketOptions = {}): RawSocket {
    const ends = openSocketEnds(options);
    try {
      return new RawSocket(ends, options);
    } catch (error) {
      closeSocketEnds(ends);
      throw error;
    }
  }

  private constructor(ends: OpenSocketEnds, options: RawSocketOptions) {
    const slots = options.batchSlots ?? defaultBatchSlots;
    const slotBytes = options.slotBytes ?? defaultSlotBytes;
    this.#ends = ends;
    this.receiveBatch = slots;
    this.receiveBufferBytes = ends.receiveBufferBytes;
    this.clock = options.clock ?? SystemClock.open();
    this.#waiter = new SocketWaiter(ends, this.clock);
    const { attribution } = ends;
    this.attribution = attribution;
    if (attribution !== undefined) {
      this.stampSource = "kernel";
      this.#path = new BatchedPath(ends, this.clock, attribution, slots, slotBytes);
    } else {
      this.stampSource = "user";
      this.#path = new PortablePath(ends, this.clock, slots, slotBytes);
    }
  }

  /**
   * Sends in order; result i tells of datagram i. A refused one does not stop the next. Where a datagram's source
   * address, identification or header checksum is zero, the kernel fills it in. After close() all are refused (EBADF).
   * Without room in a queue of the kernel the refusal is EAGAIN or, on Linux, ENOBUFS.
   */
  send(datagrams: readonly RawOutgoing[]): RawSendResult[] {
    if (this.#closed) {
      const errno = errnoNumber("EBADF");
      return datagrams.map((each) => ({ ok: false, error: sendError("sendmmsg", errno, each) }));
    }
    const results = this.#path.send(datagrams);
    return this.#ends.binding === undefined ? results : this.#followInterface(datagrams, results);
  }

  /** Sends once more what was refused because the interface is gone, if there is another one of its name now. */
  #followInterface(datagrams: readonly RawOutgoing[], results: RawSendResult[]): RawSendResult[] {
    const isGone = (result: RawSendResult | undefined) =>
      result?.ok === false && InterfaceBinding.isGone(result.error);
    if (!results.some(isGone) || !this.#ends.binding?.follow()) return results;
    const again = this.#path.send(datagrams.filter((_, index) => isGone(results[index])));
    let next = 0;
    return results.map((result) => isGone(result) ? again[next++] ?? result : result);
  }

  /**
   * Takes what has arrived, at most one batch; never waits. The bytes are valid until the next receive().
   *
   * @throws {SystemError} when the socket itself is out of order
   */
  receive(): RawReceived[] {
    return this.#closed ? [] : this.#path.receive();
  }

  /**
   * Takes the kernel's transmit stamps that are ready; never waits.
   *
   * @throws {SystemError} when the socket itself is out of order
   */
  receiveTransmitStamps(): RawTransmitStamp[] {
    return this.#closed ? [] : this.#path.receiveTransmitStamps();
  }

  /**
   * Resolves when there is something to receive (a datagram or a transmit stamp), when wake() or close() is called,
   * or after `timeoutMs`. Up to 10 ms it holds up the event loop, but gives it a turn every 100 ms.
   *
   * @param timeoutMs not negative, fractions allowed; 0 is nearly free
   */
  wait(timeoutMs: number): Promise<void> {
    return this.#waiter.wait(timeoutMs);
  }

  /**
   * Lets time pass without heeding what arrives, which keeps, with its stamps. Cheaper than {@linkcode wait} where
   * the next datagram is due so soon that looking once then does for both.
   *
   * @param timeoutMs not negative; more than 10 ms is a {@linkcode wait}
   */
  pause(timeoutMs: number): Promise<void> {
    return this.#waiter.pause(timeoutMs);
  }

  /** Ends the wait that is pending, or else the next one. */
  wake(): void {
    this.#waiter.wake();
  }

  /**
   * Datagrams that the kernel dropped because the receive buffer was full, since open. ICMP of every type counts that
   * came while it was full, also of types that are not heard: the kernel looks at the buffer first.
   */
  droppedDatagrams(): number {
    if (this.#closed || !linux) return Math.max(this.#dropped, this.#path.dropped);
    this.#dropped = readSocketMemory(this.#ends.hears).droppedDatagrams;
    return this.#dropped;
  }

  /** Closes the descriptors and ends pending waits; further calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.droppedDatagrams();
    this.#closed = true;
    this.#waiter.close();
    closeSocketEnds(this.#ends);
  }

  /** {@linkcode close} */
  [Symbol.dispose](): void {
    this.close();
  }
}
