/**
 * A socket for echo requests alone, SOCK_DGRAM and IPPROTO_ICMP (icmp(7)): members of the groups in the sysctl net.ipv4.ping_group_range may
 * open it without privilege. Linux only.
 *
 * The identifier of all requests is the port that the socket is bound to. The kernel gives the socket only replies
 * with that identifier, and lets no second socket have it.
 */

import type { Transport } from "../../src/probe/transport.ts";
import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
} from "../../src/probe/transport.ts";
import {
  IP_PKTINFO,
  IP_RECVERR,
  IP_RECVTOS,
  IP_RECVTTL,
  SO_MARK,
  SO_RXQ_OVFL,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
} from "./constants.ts";
import {
  AF_INET,
  IPPROTO_ICMP,
  IPPROTO_IP,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../posix/constants.ts";
import { sendError } from "../posix/datagram_error.ts";
import { EchoPath } from "./echo_path.ts";
import { checkResult, errnoNumber, readErrno, SystemError } from "../posix/errno.ts";
import { InterfaceBinding } from "../posix/interface_binding.ts";
import { SockaddrIn } from "../posix/layout.ts";
import { openLibc } from "../posix/libc.ts";
import { ReplyFilter } from "./reply_filter.ts";
import { addressText, createSocketAddress } from "../posix/socket_address.ts";
import {
  enableReceiveStamps,
  readSocketMemory,
  setIntOption,
  setReceiveBuffer,
} from "../posix/socket_option.ts";
import { SocketTroubles } from "../posix/socket_troubles.ts";
import { SocketWaiter } from "../posix/socket_waiter.ts";
import {
  chooseAttribution,
  type StampAttribution,
  type UnsentMessage,
} from "./stamp_attribution.ts";
import { SystemClock } from "../posix/system_clock.ts";

/** How an echo socket is opened. All are optional. */
export interface EchoSocketOptions {
  /** ICMP identifier, 1..65535; a random one that is free by default. */
  readonly identifier?: number | undefined;
  /** Send and receive through the interface of this name. */
  readonly interfaceName?: string | undefined;
  /** One of this machine's addresses, an unsigned 32-bit number. */
  readonly sourceAddress?: number | undefined;
  /** Firewall mark; needs CAP_NET_ADMIN or CAP_NET_RAW. */
  readonly mark?: number | undefined;
  /** Longest datagram, 20..65 535. Default 2048. */
  readonly slotBytes?: number | undefined;
  /** Ask the kernel for stamps. Default true. */
  readonly kernelStamps?: boolean | undefined;
  /** How transmit stamps find their datagrams. Default: `key` where the kernel takes keys, else `content`. */
  readonly attribution?: StampAttribution | undefined;
  /** Called once for each kind of failure that the run survives. */
  readonly onTrouble?: ((error: SystemError) => void) | undefined;
}

const SLOTS = 64;
const RECEIVE_BUFFER_BYTES = 1 << 20;
const DEFAULT_SLOT_BYTES = 2048;
/** Random identifiers tried before the kernel chooses. */
const IDENTIFIER_ATTEMPTS = 16;

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
    const descriptor = checkResult(
      openLibc().socket(
        AF_INET,
        SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
        IPPROTO_ICMP,
      ),
      "socket",
      "open a raw socket, or one for echo alone",
    );
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
    const wantsStamps = options.kernelStamps !== false && enableReceiveStamps(descriptor);
    configure(descriptor, options.mark, troubles);
    this.identifier = bindIdentifier(descriptor, options);
    const ends = { sendFd: descriptor, receiveFd: descriptor };
    this.#binding = options.interfaceName === undefined
      ? undefined
      : InterfaceBinding.bind(ends, options.interfaceName, new ReplyFilter(descriptor));
    const attribution = wantsStamps
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

  /** Sends in order; result i tells of datagram i. After close() all are refused (EBADF). */
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

  /** Lets time pass without heeding what arrives, which keeps, with its stamps. */
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

function configure(descriptor: number, mark: number | undefined, troubles: SocketTroubles): void {
  const set = (level: number, option: number, value: number, action: string) =>
    setIntOption(descriptor, level, option, value, action);
  // Echo sockets begin with it, and another user's of the same identifier would then be given our replies.
  set(SOL_SOCKET, SO_REUSEADDR, 0, "keep the identifier to itself");
  set(IPPROTO_IP, IP_RECVERR, 1, "ask for ICMP errors");
  set(IPPROTO_IP, IP_RECVTTL, 1, "ask for the time to live of replies");
  set(IPPROTO_IP, IP_RECVTOS, 1, "ask for the type of service of replies");
  set(IPPROTO_IP, IP_PKTINFO, 1, "ask for the addresses of replies");
  if (mark !== undefined) set(SOL_SOCKET, SO_MARK, mark, `mark datagrams with ${mark}`);
  troubles.attempt(() => set(SOL_SOCKET, SO_RXQ_OVFL, 1, "count dropped datagrams (SO_RXQ_OVFL)"));
  troubles.attempt(() => setReceiveBuffer(descriptor, RECEIVE_BUFFER_BYTES));
}

/**
 * Binds the socket to its source address and to its identifier, and returns the latter.
 *
 * Memory: bind reads and getsockname writes the address during the call only.
 */
function bindIdentifier(
  descriptor: number,
  { identifier, sourceAddress = 0 }: EchoSocketOptions,
): number {
  const bind = (port: number) => {
    const address = createSocketAddress(sourceAddress, port);
    return openLibc().bind(descriptor, address, address.length);
  };
  const from = sourceAddress === 0 ? "" : ` from ${addressText(sourceAddress)}`;
  const what = identifier === undefined ? `send${from}` : `use identifier ${identifier}${from}`;
  const candidates = identifier === undefined
    ? [...crypto.getRandomValues(new Uint16Array(IDENTIFIER_ATTEMPTS)).filter(Boolean), 0]
    : [identifier];
  const inUse = errnoNumber("EADDRINUSE");
  for (const [index, candidate] of candidates.entries()) {
    if (bind(candidate) === 0) break;
    const errno = readErrno();
    if (errno === inUse && index < candidates.length - 1) continue;
    throw new SystemError("bind", errno, what);
  }
  const name = new Uint8Array(SockaddrIn.size);
  const length = new Uint8Array(new Uint32Array([name.length]).buffer);
  checkResult(
    openLibc().getsockname(descriptor, name, length),
    "getsockname",
    "learn the identifier",
  );
  return new DataView(name.buffer).getUint16(SockaddrIn.port);
}
