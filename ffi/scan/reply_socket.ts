/**
 * Receive path for sweeps: a socket with a filter in the kernel, emptied in batches, recvmmsg(2).
 *
 * Probes that left as frames bypassed the firewall and its connection tracking, which would drop their replies as unrelated.
 * So these are received by a packet socket (packet(7)), and replies to what the kernel routed by a raw ICMP socket (raw(7)).
 */

import type { ReplySource } from "../../src/scan/reply_collector.ts";
import { SO_TIMESTAMPNS, SOCK_CLOEXEC } from "../linux/constants.ts";
import { AF_PACKET, ETH_P_IP } from "../linux/packet_constants.ts";
import {
  AF_INET,
  IPPROTO_ICMP,
  MSG_DONTWAIT,
  POLLIN,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_SOCKET,
} from "../posix/constants.ts";
import { checkReceiveErrno } from "../posix/datagram_error.ts";
import { checkResult, EAGAIN, EINTR, readErrno } from "../posix/errno.ts";
import { openLinuxLibc } from "../linux/libc.ts";
import { openLibc } from "../posix/libc.ts";
import { attachFilter, type FilterInstruction } from "../linux/packet_filter.ts";
import { bindToLink } from "./packet_socket.ts";
import { ReplySlots, SLOT_BYTES } from "./reply_slots.ts";
import { readSocketMemory } from "../linux/socket_option.ts";
import { setIntOption, setReceiveBuffer } from "../posix/socket_option.ts";
import { PollRequest } from "../posix/poll_request.ts";
import { SocketTroubles } from "../posix/socket_troubles.ts";
import { SystemClock } from "../posix/system_clock.ts";

/** How a reply socket is opened. */
export interface ReplySocketOptions {
  /** Where: at the link, before the firewall, or as a raw ICMP socket behind it. */
  readonly layer: "link" | "icmp";
  /** What the kernel lets through. */
  readonly filter: readonly FilterInstruction[];
  /** Datagrams that one system call takes, 1 to 1024. */
  readonly capacity: number;
  /** Receive buffer in bytes. */
  readonly bufferBytes: number;
  /** Base of the stamps: a Unix time in milliseconds, a multiple of 1000. */
  readonly baseUnixMs: number;
  /** Takes the failures that the sweep survives. */
  readonly troubles?: SocketTroubles | undefined;
}

/** Waits up to this long are one synchronous ppoll: handing the call to another thread takes longer than it is worth. */
const SYNCHRONOUS_WAIT_MS = 2;
/** Wait that does not look at the socket, after a receive call that failed. */
const TROUBLED_WAIT_MS = 10;

/** A socket that receives the replies to a sweep. It sends nothing. */
export class ReplySocket implements ReplySource {
  /** Datagrams that one {@linkcode receive} returns at most. */
  readonly capacity: number;
  /** Datagram i is `lengthOf(i)` bytes from `i * slotBytes` on, valid until the next receive(). */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes from one datagram to the next. */
  readonly slotBytes: number = SLOT_BYTES;
  /** Receive buffer that the kernel granted, in its own accounting; 0 when it does not say. */
  readonly bufferBytes: number;
  readonly #slots: ReplySlots;
  readonly #wait: PollRequest;
  readonly #sleep = new PollRequest([]);
  readonly #baseSeconds: number;
  readonly #recvmmsg = openLinuxLibc().recvmmsg;
  readonly #troubles: SocketTroubles;
  /** The last receive failed: poll would return at once. */
  #hasFailed = false;
  #descriptor: number;
  /** Headers whose control length the kernel has overwritten. */
  #used: number;
  /** Where the kernel stamps nothing: what the time of the last batch is read from, and that time. */
  readonly #clock: SystemClock | undefined;
  #batchNs = 0;
  #dropped = 0;

  private constructor(descriptor: number, troubles: SocketTroubles, options: ReplySocketOptions) {
    const { capacity } = options;
    const attempt = <T>(action: () => T) => troubles.attempt(action);
    attempt(() => attachFilter(descriptor, options.filter));
    this.bufferBytes = attempt(() => setReceiveBuffer(descriptor, options.bufferBytes)) ?? 0;
    const hasStamps = attempt(() => enableStamps(descriptor)) ?? false;
    this.#clock = hasStamps ? undefined : SystemClock.open();
    this.#troubles = troubles;
    this.#descriptor = descriptor;
    this.capacity = capacity;
    this.#used = capacity;
    this.#baseSeconds = options.baseUnixMs / 1000;
    this.#slots = new ReplySlots(capacity);
    this.bytes = this.#slots.bytes;
    this.#wait = new PollRequest([[descriptor, POLLIN]]);
  }

  /**
   * Opens the socket, sets its filter, and takes as much of the buffer as the kernel grants.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW
   */
  static open(options: ReplySocketOptions): ReplySocket {
    const libc = openLibc();
    const isLink = options.layer === "link";
    const descriptor = checkResult(
      // Without a protocol a packet socket receives nothing before its filter is there.
      isLink
        ? libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)
        : libc.socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP),
      "socket",
      isLink ? "open a packet socket" : "open a raw ICMP socket",
    );
    try {
      const troubles = options.troubles ?? new SocketTroubles();
      const socket = new ReplySocket(descriptor, troubles, options);
      // All interfaces: answers may come in by another one than the probes left by.
      if (isLink) bindToLink(descriptor, ETH_P_IP, 0);
      return socket;
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }

  /** Lets something else through from now on. */
  setFilter(filter: readonly FilterInstruction[]): void {
    this.#troubles.attempt(() => attachFilter(this.#descriptor, filter));
  }

  /**
   * Takes what has arrived, never waits.
   *
   * Memory: recvmmsg writes headers, datagrams and control messages of this object during the call.
   *
   * @returns number of datagrams, 0 to `capacity`
   * @throws {SystemError} when the socket is broken
   */
  receive(): number {
    this.#slots.prepare(this.#used);
    this.#used = 0;
    while (true) {
      const { capacity } = this, { pointer } = this.#slots;
      const count = this.#recvmmsg(this.#descriptor, pointer, capacity, MSG_DONTWAIT, null);
      if (count >= 0) {
        if (this.#clock !== undefined) this.#batchNs = this.#readClock(this.#clock);
        return this.#used = count;
      }
      const errno = readErrno();
      if (errno === EAGAIN) return 0;
      if (errno === EINTR) continue;
      const error = checkReceiveErrno("recvmmsg", errno);
      if (error !== undefined) this.#troubles.add(error);
      this.#hasFailed = error !== undefined;
      return 0;
    }
  }

  /** Receive calls that failed for a reason of this machine, and that the sweep survived; replies may be missing. */
  failedCalls(): number {
    return this.#troubles.count;
  }

  /** Length of datagram `index`, cut at `slotBytes`. */
  lengthOf(index: number): number {
    return this.#slots.lengthOf(index);
  }

  /**
   * When the kernel received datagram `index`, in nanoseconds on CLOCK_REALTIME since the base; where the kernel stamps nothing,
   * when this program took it.
   */
  receivedRealtimeNs(index: number): number {
    if (this.#clock !== undefined) return this.#batchNs;
    return this.#slots.stampNs(index, this.#baseSeconds);
  }

  /**
   * Datagrams that the kernel dropped since open because the buffer was full. This is the counter
   * that SO_RXQ_OVFL puts beside a later datagram, read at once: the last drops of a scan have no later datagram. 0 where the kernel
   * does not count.
   */
  droppedDatagrams(): number {
    const memory = this.#troubles.attempt(() => readSocketMemory(this.#descriptor));
    this.#dropped = memory?.droppedDatagrams ?? this.#dropped;
    return this.#dropped;
  }

  #readClock(clock: SystemClock): number {
    return clock.now().realtimeNs + (clock.baseUnixMs / 1000 - this.#baseSeconds) * 1e9;
  }

  /** Returns when there is something to receive or after `timeoutMs`; waits of up to 2 ms block the thread. */
  wait(timeoutMs: number): Promise<void> | undefined {
    if (this.#hasFailed) {
      this.#hasFailed = false;
      const waitMs = Math.min(timeoutMs, TROUBLED_WAIT_MS);
      return new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    if (timeoutMs > SYNCHRONOUS_WAIT_MS) return this.#waitOnThread(timeoutMs);
    this.#wait.pollNow(timeoutMs * 1e6);
    return undefined;
  }

  /** Blocks the thread for `timeoutMs`, at most 2, whatever arrives. */
  pause(timeoutMs: number): void {
    this.#sleep.pollNow(Math.min(timeoutMs, SYNCHRONOUS_WAIT_MS) * 1e6);
  }

  /** Lets signals and timers of the program be served, and resolves at once: some 20 µs, where a timer takes 2 ms. */
  yieldToEventLoop(): Promise<void> {
    return this.#waitOnThread(0);
  }

  async #waitOnThread(timeoutMs: number): Promise<void> {
    await new PollRequest([[this.#descriptor, POLLIN]]).pollOnThread(timeoutMs * 1e6);
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

function enableStamps(descriptor: number): true {
  const action = "use kernel stamps (SO_TIMESTAMPNS)";
  setIntOption(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1, action);
  return true;
}
