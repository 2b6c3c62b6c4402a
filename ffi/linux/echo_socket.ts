/**
 * A socket for echo requests alone, SOCK_DGRAM and IPPROTO_ICMP (icmp(7)): members of the groups in the sysctl
 * net.ipv4.ping_group_range may open it without privilege.
 *
 * The identifier of all requests is the port that the socket is bound to. The kernel gives the socket only replies
 * with that identifier, and lets no second socket have it.
 */

import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
  Transport,
} from "../../src/probe/transport.ts";
import { sendError } from "../posix/datagram_error.ts";
import { errnoNumber } from "../posix/errno.ts";
import { InterfaceBinding } from "../posix/interface_binding.ts";
import { openLibc } from "../posix/libc.ts";
import { enableReceiveStamps, readSocketMemory } from "./socket_option.ts";
import { SocketTroubles } from "../posix/socket_troubles.ts";
import { SocketWaiter } from "../posix/socket_waiter.ts";
import { SystemClock } from "../posix/system_clock.ts";
import {
  bindIdentifier,
  configureEcho,
  type EchoSocketOptions,
  openEchoDescriptor,
} from "./echo_binding.ts";
import { EchoPath } from "./echo_path.ts";
import { ReplyFilter } from "./reply_filter.ts";
import { chooseAttribution, type UnsentMessage } from "./stamp_attribution.ts";

const SLOTS = 64;
const DEFAULT_SLOT_BYTES = 2048;

/**
 * For {@linkcode chooseAttribution}: an echo request to the broadcast address, which the kernel refuses after it has read the control
 * messages, because SO_BROADCAST is off.
 */
const UNSENT: UnsentMessage = {
  bytes: Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0),
  destination: 0xffff_ffff,
};

/** An open echo socket. */
export class EchoSocket implements Transport, Disposable {
  /** The clock that every instant is read from. */
  readonly clock: SystemClock = SystemClock.open();
  /** `kernel` when transmit and receive stamps come from the kernel. */
  readonly stampSource: "kernel" | "user";
  /** Most replies that one receive() takes. */
  readonly receiveBatch: number = SLOTS;
  /** ICMP identifier of everything that is sent. */
  readonly identifier: number;
  readonly #descriptor: number;
  readonly #path: EchoPath;
  readonly #waiter: SocketWaiter;
  readonly #troubles: SocketTroubles;
  readonly #binding: InterfaceBinding | undefined;
  #dropped = 0;
  #closed = false;

  /**
   * Opens an echo socket.
   *
   * @throws {SystemError} EACCES where net.ipv4.ping_group_range leaves the groups of this process out; ENODEV for an unknown
   * interface; EADDRNOTAVAIL for a source that is not this machine's; EADDRINUSE for an identifier that is taken
   */
  static open(options: EchoSocketOptions = {}): EchoSocket {
    const descriptor = openEchoDescriptor();
    try {
      return new EchoSocket(descriptor, options);
    } catch (error) {
      openLibc().close(descriptor);
      throw error;
    }
  }

  private constructor(descriptor: number, options: EchoSocketOptions) {
    const troubles = new SocketTroubles(options.onTrouble);
    this.#descriptor = descriptor;
    this.#troubles = troubles;
    const hasReceiveStamps = options.kernelStamps !== false &&
      troubles.attempt(() => enableReceiveStamps(descriptor)) === true;
    configureEcho(descriptor, options.mark, troubles);
    this.identifier = bindIdentifier(descriptor, options);
    const ends = { sendFd: descriptor, receiveFd: descriptor };
    this.#binding = options.interfaceName === undefined
      ? undefined
      : InterfaceBinding.bind(ends, options.interfaceName, new ReplyFilter(descriptor));
    const attribution = hasReceiveStamps
      ? chooseAttribution(descriptor, options.attribution, UNSENT)
      : undefined;
    this.stampSource = attribution === undefined ? "user" : "kernel";
    this.#path = new EchoPath(descriptor, this.clock, troubles, {
      slots: SLOTS,
      slotBytes: options.slotBytes ?? DEFAULT_SLOT_BYTES,
      attribution,
    });
    this.#waiter = new SocketWaiter(ends, this.clock, {
      failed: (error) => troubles.add(error),
      // Each look at the socket empties the error queue.
      pendingError: () => {},
    });
  }

  /** Sends in order; result i is that of datagram i. After close() all are refused (EBADF). */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    if (this.#closed) {
      const errno = errnoNumber("EBADF");
      return datagrams.map((each) => ({ ok: false, error: sendError("sendmmsg", errno, each) }));
    }
    const results = this.#path.send(datagrams);
    return this.#binding?.sendAgain(this.#path, datagrams, results) ?? results;
  }

  /** Takes what has arrived, ICMP errors first; never waits. */
  receive(): ReceivedDatagram[] {
    return this.#closed ? [] : this.#path.receive();
  }

  /** Takes the kernel's transmit stamps that are ready; never waits. */
  receiveTransmitStamps(): TransmitStamp[] {
    return this.#closed ? [] : this.#path.receiveTransmitStamps();
  }

  /** Resolves when there is something to receive, when wake() or close() is called, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    return this.#waiter.wait(timeoutMs);
  }

  /** Resolves after `timeoutMs`, whatever arrives: it stays in the socket, with its stamps. */
  pause(timeoutMs: number): Promise<void> {
    return this.#waiter.pause(timeoutMs);
  }

  /** Ends the wait that is pending, or else the next one. */
  wake(): void {
    this.#waiter.wake();
  }

  /** Datagrams that the kernel dropped because the receive buffer was full, since open. */
  droppedDatagrams(): number {
    if (!this.#closed) {
      const memory = this.#troubles.attempt(() => readSocketMemory(this.#descriptor));
      this.#dropped = memory?.droppedDatagrams ?? this.#path.dropped;
    }
    return this.#dropped;
  }

  /** System calls that failed for a reason of this machine, and that the run survived. */
  failedCalls(): number {
    return this.#troubles.count;
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
