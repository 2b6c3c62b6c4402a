/** A raw ICMP socket with our own IPv4 header: SOCK_RAW, IPPROTO_ICMP, IP_HDRINCL (raw(7)). */

import { BatchedPath, type TransmitKeyMethod } from "./batched_path.ts";
import * as c from "./constants.ts";
import { KEY_CONTROL_BYTES, writeKeyControl } from "./control_message.ts";
import type {
  DatagramPath,
  RawOutgoing,
  RawReceived,
  RawSendResult,
  RawTransmitStamp,
} from "./datagram.ts";
import { sendError } from "./datagram_error.ts";
import { checkResult, errnoNumber, readErrno } from "./errno.ts";
import { openLibc } from "./libc.ts";
import { MessageBatch } from "./message_batch.ts";
import { PortablePath } from "./portable_path.ts";
import { addressText, createSocketAddress } from "./socket_address.ts";
import {
  bindToInterface,
  enableTimestamping,
  keepIcmpTypes,
  readSocketMemory,
  setIntOption,
  setReceiveBuffer,
} from "./socket_option.ts";
import { SocketWaiter } from "./socket_waiter.ts";
import { SystemClock } from "./system_clock.ts";

const linux = Deno.build.os === "linux";

/** How a raw socket is opened. All are optional. */
export interface RawSocketOptions {
  /** Send through this interface and hear only from it; CAP_NET_RAW suffices. Default: the kernel's route. */
  readonly interfaceName?: string | undefined;
  /**
   * One of this machine's addresses, as an unsigned 32-bit number: filled in where a datagram's source is zero, and
   * only what is sent to it is heard. Default: the kernel's choice for each destination.
   */
  readonly sourceAddress?: number | undefined;
  /** Firewall mark of what is sent, unsigned, 32 bits; needs CAP_NET_ADMIN (since Linux 5.17 CAP_NET_RAW). */
  readonly mark?: number | undefined;
  /** ICMP types to hear, 0..31 each. Default: {@linkcode DEFAULT_ICMP_TYPES}. */
  readonly icmpTypes?: readonly number[] | undefined;
  /** Receive buffer in bytes. Default 1 MiB. */
  readonly receiveBufferBytes?: number | undefined;
  /** Datagrams for each system call, 1..1024. Default 64. */
  readonly batchSlots?: number | undefined;
  /** Longest datagram that is sent, and received whole, 20..65 535. Default 2048. */
  readonly slotBytes?: number | undefined;
  /** Ask the kernel for stamps. Default true. */
  readonly kernelStamps?: boolean | undefined;
  /** How transmit stamps get their keys. Default: `message` where the kernel takes it (6.13), else `count`. */
  readonly transmitKeys?: TransmitKeyMethod | undefined;
  /** Ignore what the kernel has learnt of the path's MTU (IP_PMTUDISC_PROBE). Default false. */
  readonly ignorePathMtu?: boolean | undefined;
  /** Clock that instants are read from. Default: one opened with the socket. */
  readonly clock?: SystemClock | undefined;
}

/** Timestamp reply, and the errors: unreachable, source quench, redirect, time exceeded, parameter problem. */
export const DEFAULT_ICMP_TYPES: readonly number[] = [14, 3, 4, 5, 11, 12];

const defaultReceiveBufferBytes = 1 << 20;
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
  /** How transmit stamps get their keys; undefined when there are none. */
  readonly transmitKeys: TransmitKeyMethod | undefined;
  /** Size of the receive buffer that the kernel granted, its own bookkeeping included. */
  readonly receiveBufferBytes: number;
  readonly #descriptor: number;
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
    const flags = linux ? c.SOCK_NONBLOCK | c.SOCK_CLOEXEC : 0;
    const descriptor = openLibc().socket(c.AF_INET, c.SOCK_RAW | flags, c.IPPROTO_ICMP);
    checkResult(descriptor, "socket", "open a raw socket");
    try {
      return new RawSocket(descriptor, options);
    } catch (error) {
      openLibc().close(descriptor);
      throw error;
    }
  }

  private constructor(descriptor: number, options: RawSocketOptions) {
    const slots = options.batchSlots ?? defaultBatchSlots;
    const slotBytes = options.slotBytes ?? defaultSlotBytes;
    this.#descriptor = descriptor;
    this.receiveBatch = slots;
    // First of all: where nobody else wants receive stamps, the kernel needs a moment until it takes them. What comes
    // before that is stamped `user`.
    const stamped = linux && options.kernelStamps !== false && enableTimestamping(descriptor, true);
    this.receiveBufferBytes = configure(descriptor, options);
    this.clock = options.clock ?? SystemClock.open();
    this.#waiter = new SocketWaiter(descriptor, this.clock);
    if (stamped) {
      const method = options.transmitKeys ?? chooseKeyMethod(descriptor);
      this.transmitKeys = method;
      this.stampSource = "kernel";
      this.#path = new BatchedPath(descriptor, this.clock, method, slots, slotBytes);
    } else {
      this.transmitKeys = undefined;
      this.stampSource = "user";
      this.#path = new PortablePath(descriptor, this.clock, slots, slotBytes);
    }
  }

  /**
   * Sends in order; result i tells of datagram i. A refused one does not stop the next. Where a datagram's source
   * address, identification or header checksum is zero, the kernel fills it in. After close() all are refused (EBADF).
   * What a queueing discipline drops counts as sent and gets no transmit stamp: the kernel hides that ENOBUFS from
   * sockets without IP_RECVERR (ip(7)), and with it every ICMP error would be reported a second time.
   */
  send(datagrams: readonly RawOutgoing[]): RawSendResult[] {
    if (this.#closed) {
      const errno = errnoNumber("EBADF");
      return datagrams.map((each) => ({ ok: false, error: sendError("sendmmsg", errno, each) }));
    }
    return this.#path.send(datagrams);
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
    this.#dropped = readSocketMemory(this.#descriptor).droppedDatagrams;
    return this.#dropped;
  }

  /** Closes the descriptor and ends pending waits; further calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.droppedDatagrams();
    this.#closed = true;
    this.#waiter.close();
    openLibc().close(this.#descriptor);
  }

  /** {@linkcode close} */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Sets every option but time stamping; returns the size of the receive buffer. */
function configure(descriptor: number, options: RawSocketOptions): number {
  const { interfaceName, sourceAddress, mark, icmpTypes = DEFAULT_ICMP_TYPES } = options;
  setIntOption(descriptor, c.IPPROTO_IP, c.IP_HDRINCL, 1, "write IPv4 headers");
  if (interfaceName !== undefined) bindToInterface(descriptor, interfaceName);
  if (sourceAddress !== undefined) bindToAddress(descriptor, sourceAddress);
  if (linux) {
    keepIcmpTypes(descriptor, icmpTypes);
    setIntOption(descriptor, c.SOL_SOCKET, c.SO_RXQ_OVFL, 1, "count dropped datagrams");
  }
  if (mark !== undefined) {
    setIntOption(descriptor, c.SOL_SOCKET, c.SO_MARK, mark, `mark datagrams with ${mark}`);
  }
  if (options.ignorePathMtu === true) {
    const mode = c.IP_PMTUDISC_PROBE;
    setIntOption(descriptor, c.IPPROTO_IP, c.IP_MTU_DISCOVER, mode, "ignore the path's MTU");
  }
  return setReceiveBuffer(descriptor, options.receiveBufferBytes ?? defaultReceiveBufferBytes);
}

function bindToAddress(descriptor: number, address: number): void {
  const bytes = createSocketAddress(address);
  const result = openLibc().bind(descriptor, bytes, bytes.length);
  checkResult(result, "bind", `send from ${addressText(address)}`);
}

/**
 * Asks the kernel whether it takes keys in control messages, with a datagram that MSG_PROBE keeps from being sent:
 * an older kernel answers EINVAL to the unknown control message.
 */
function chooseKeyMethod(descriptor: number): TransmitKeyMethod {
  const batch = new MessageBatch({
    slots: 1,
    payloadBytes: probeHeader.length,
    controlBytes: KEY_CONTROL_BYTES,
  });
  writeKeyControl(batch.view, batch.controlOffset(0), 0);
  batch.fill(0, probeHeader, loopback, KEY_CONTROL_BYTES);
  const result = openLibc().sendmsg(descriptor, batch.pointerAt(0), c.MSG_PROBE | c.MSG_DONTWAIT);
  return result < 0 && readErrno() === errnoNumber("EINVAL") ? "count" : "message";
}

const loopback = 0x7f000001;
/** A bare IPv4 header: version and length, total length 20, TTL 1, ICMP; the rest is for the kernel to fill in. */
const probeHeader = Uint8Array.of(0x45, 0, 0, 20, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 127, 0, 0, 1);
