/** A raw ICMP socket with our own IPv4 header: SOCK_RAW, IPPROTO_ICMP, IP_HDRINCL (raw(7)). */

import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
  Transport,
} from "../../src/probe/transport.ts";
import { platform } from "../platform.ts";
import { BatchedPath } from "../linux/batched_path.ts";
import type { DatagramPath } from "./datagram.ts";
import { sendError } from "./datagram_error.ts";
import { errnoNumber, SystemError } from "./errno.ts";
import { PendingErrors } from "../linux/pending_errors.ts";
import { PortablePath } from "./portable_path.ts";
import {
  closeSocketEnds,
  type OpenSocketEnds,
  openSocketEnds,
  type SocketEndsOptions,
} from "./socket_ends.ts";
import { readSocketMemory } from "../linux/socket_option.ts";
import { SocketTroubles } from "./socket_troubles.ts";
import type { StampAttribution } from "../linux/stamp_attribution.ts";
import { SocketWaiter } from "./socket_waiter.ts";
import { SystemClock } from "./system_clock.ts";

/** How a raw socket is opened. All are optional. */
export interface RawSocketOptions extends SocketEndsOptions {
  /** Datagrams for each system call, 1..1024. Default 64. */
  readonly batchSlots?: number | undefined;
  /** Longest datagram that is sent, and received whole, 20..65 535. Default 2048. */
  readonly slotBytes?: number | undefined;
  /** Clock that instants are read from. Default: one opened with the socket. */
  readonly clock?: SystemClock | undefined;
  /** Called once for each kind of failure that the run survives; see {@linkcode RawSocket.failedCalls}. */
  readonly onTrouble?: ((error: SystemError) => void) | undefined;
}

const DEFAULT_BATCH_SLOTS = 64;
/** Wait that does not look at the sockets, when looking would return at once and again. */
const TROUBLED_WAIT_MS = 10;
const DEFAULT_SLOT_BYTES = 2048;

/** Longest datagram that is received whole, unless a longer one is sent. */
const MIN_SLOT_BYTES = 2048;
const MAX_DATAGRAM_BYTES = 65_535;
/** IPv4 options that a reply may carry and its request did not. */
const OPTION_BYTES = 40;

/** The slots that datagrams of that length need: their replies may carry options besides. */
export function slotBytesFor(datagramBytes: number): number {
  return Math.min(MAX_DATAGRAM_BYTES, Math.max(MIN_SLOT_BYTES, datagramBytes + OPTION_BYTES));
}

/**
 * An open raw socket. Nothing is ever sent to a broadcast address: the kernel
 * refuses that with EACCES, because SO_BROADCAST stays off.
 */
export class RawSocket implements Transport, Disposable {
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
  readonly #troubles: SocketTroubles;
  readonly #errors: PendingErrors;
  #closed = false;
  #dropped = 0;
  /** The kernel counts what it has dropped (SO_MEMINFO, Linux 4.12). */
  #countsDrops = true;

  /**
   * Opens a raw socket.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV for an unknown interface; EADDRNOTAVAIL for a source
   * that is not this machine's; whatever else the kernel refuses
   * @throws {RangeError} when an option is outside its range
   */
  static open(options: RawSocketOptions = {}): RawSocket {
    const troubles = new SocketTroubles(options.onTrouble);
    const ends = openSocketEnds(options, troubles);
    try {
      return new RawSocket(ends, options, troubles);
    } catch (error) {
      closeSocketEnds(ends);
      throw error;
    }
  }

  /** Whether opening failed because CAP_NET_RAW is missing, where a socket for echo alone may do (Linux). */
  static isRefused(error: unknown): error is SystemError {
    return platform.hasEchoSockets && error instanceof SystemError && error.syscall === "socket" &&
      error.code === "EPERM";
  }

  private constructor(ends: OpenSocketEnds, options: RawSocketOptions, troubles: SocketTroubles) {
    this.#troubles = troubles;
    this.#errors = new PendingErrors(ends, troubles);
    const slots = options.batchSlots ?? DEFAULT_BATCH_SLOTS;
    const slotBytes = options.slotBytes ?? DEFAULT_SLOT_BYTES;
    this.#ends = ends;
    this.receiveBatch = slots;
    this.receiveBufferBytes = ends.receiveBufferBytes;
    this.clock = options.clock ?? SystemClock.open();
    this.#waiter = new SocketWaiter(ends, this.clock, {
      failed: (error) => troubles.add(error),
      pendingError: () => this.#errors.clear(),
    });
    const { attribution } = ends;
    this.attribution = attribution;
    if (attribution !== undefined) {
      this.stampSource = "kernel";
      this.#path = new BatchedPath(ends, this.clock, attribution, slots, slotBytes, troubles);
    } else {
      this.stampSource = "user";
      this.#path = new PortablePath(ends, this.clock, slots, slotBytes, troubles);
    }
  }

  /**
   * Sends in order; result i is that of datagram i. A refused one does not stop the next. Where a datagram's source
   * address, identification or header checksum is zero, the kernel fills it in. After close() all are refused (EBADF).
   * Without room in a queue of the kernel the refusal is EAGAIN or, on Linux, ENOBUFS.
   */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    if (this.#closed) {
      const errno = errnoNumber("EBADF");
      return datagrams.map((each) => ({ ok: false, error: sendError("sendmmsg", errno, each) }));
    }
    const results = this.#path.send(datagrams);
    return this.#ends.binding?.sendAgain(this.#path, datagrams, results) ?? results;
  }

  /** See {@linkcode Transport.warmUp}. */
  warmUp(datagrams: readonly OutgoingDatagram[]): void {
    if (!this.#closed) this.#path.warmUp?.(datagrams);
  }

  /**
   * Takes what has arrived, at most one batch; never waits. The bytes are valid until the next receive().
   *
   * @throws {SystemError} when the socket itself is out of order
   */
  receive(): ReceivedDatagram[] {
    return this.#closed ? [] : this.#path.receive();
  }

  /**
   * Takes the kernel's transmit stamps that are ready; never waits.
   *
   * @throws {SystemError} when the socket itself is out of order
   */
  receiveTransmitStamps(): TransmitStamp[] {
    if (this.#closed) return [];
    this.#errors.markStampsTaken();
    return this.#path.receiveTransmitStamps();
  }

  /**
   * Resolves when there is something to receive (a datagram or a transmit stamp), when wake() or close() is called,
   * or after `timeoutMs`. Up to 10 ms it holds up the event loop, but gives it a turn every 100 ms.
   *
   * @param timeoutMs not negative, fractions allowed; 0 is nearly free
   */
  wait(timeoutMs: number): Promise<void> {
    if (this.#errors.mayPoll()) return this.#waiter.wait(timeoutMs);
    return this.#waiter.pause(Math.min(timeoutMs, TROUBLED_WAIT_MS));
  }

  /**
   * Resolves after `timeoutMs`, whatever arrives: it stays in the socket, with its stamps. Cheaper than {@linkcode wait}
   * where the next datagram is due soon, because one look at the socket then serves both.
   *
   * @param timeoutMs not negative; up to 50 ms it holds up the event loop
   */
  pause(timeoutMs: number): Promise<void> {
    return this.#waiter.pause(timeoutMs);
  }

  /** Ends the wait that is pending, or else the next one. */
  wake(): void {
    this.#waiter.wake();
  }

  /**
   * Datagrams that the kernel dropped because the receive buffer was full, since open. While it is full, ICMP of every type
   * counts, also of types that are filtered out: the kernel looks at the buffer first.
   */
  droppedDatagrams(): number {
    if (this.#closed || !platform.hasMemoryCounters || !this.#countsDrops) {
      return Math.max(this.#dropped, this.#path.dropped);
    }
    const memory = this.#troubles.attempt(() => readSocketMemory(this.#ends.receiveFd));
    this.#countsDrops = memory !== undefined;
    this.#dropped = memory?.droppedDatagrams ?? this.#path.dropped;
    return this.#dropped;
  }

  /**
   * Receives from now on only replies with these identifiers, and ICMP errors about requests with these: the kernel drops
   * the rest, so that what others receive does not fill the buffer. Linux only; elsewhere, and with more than
   * {@linkcode MAX_FILTERED_IDENTIFIERS}, everything is received.
   */
  keepIdentifiers(identifiers: Iterable<number>): void {
    if (this.#closed || !platform.hasSocketFilters) return;
    this.#troubles.attempt(() => this.#ends.filter.keepIdentifiers(identifiers));
  }

  /** System calls that failed for a reason of this machine, and that the run survived; replies may be missing. */
  failedCalls(): number {
    return this.#troubles.count;
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
