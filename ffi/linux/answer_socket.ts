/**
 * A packet socket (packet(7)) that receives requests as they come from the wire and sends the answers back to the hardware
 * address that they came from. It sees what the kernel sees, and keeps nothing from it.
 *
 * Memory: recvfrom writes one datagram and one sockaddr_ll into buffers that the socket owns; sendto reads such buffers
 * during the call only.
 */

import type { Arrival, ResponderLink } from "../../src/respond/link.ts";
import type { Instant } from "../../src/time/instant.ts";
import { bindToLink } from "../scan/packet_socket.ts";
import {
  MSG_DONTWAIT,
  POLLIN,
  SO_ERROR,
  SO_RCVBUF,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../posix/constants.ts";
import { checkResult, EAGAIN, EINTR, errnoNumber, readErrno, SystemError } from "../posix/errno.ts";
import { findInterfaceIndex } from "../posix/interfaces.ts";
import { Timespec } from "../posix/layout.ts";
import { openLibc } from "../posix/libc.ts";
import { PollRequest } from "../posix/poll_request.ts";
import { getWordsOption, setIntOption } from "../posix/socket_option.ts";
import { SystemClock } from "../posix/system_clock.ts";
import { SIOCGSTAMPNS, SOCK_CLOEXEC } from "./constants.ts";
import { SockaddrLl } from "./layout.ts";
import { openLinuxLibc } from "./libc.ts";
import {
  AF_PACKET,
  ETH_P_IP,
  PACKET_HOST,
  PACKET_IGNORE_OUTGOING,
  PACKET_STATISTICS,
  SKF_AD_OFF,
  SKF_AD_PKTTYPE,
  SOL_PACKET,
} from "./packet_constants.ts";
import { ACCEPT, attachFilter, BPF, type FilterInstruction, REJECT } from "./packet_filter.ts";

const MAX_BYTES = 65_535;
/** Room for a burst of requests; the kernel doubles it, and caps it at net.core.rmem_max. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
const ENODEV = errnoNumber("ENODEV"), ENETDOWN = errnoNumber("ENETDOWN");

/** Passes whole ICMP datagrams to this machine's own hardware address that ask for an echo or a timestamp. */
function requestFilter(): FilterInstruction[] {
  const ICMP = 1, ECHO = 8, TIMESTAMP = 13;
  return [
    { code: BPF.loadWord, k: (SKF_AD_OFF + SKF_AD_PKTTYPE) >>> 0 },
    { code: BPF.jumpEqual, k: PACKET_HOST, jumpFalse: 8 },
    { code: BPF.loadByte, k: 9 },
    { code: BPF.jumpEqual, k: ICMP, jumpFalse: 6 },
    { code: BPF.loadHalf, k: 6 },
    // More fragments, or a fragment offset.
    { code: BPF.jumpSet, k: 0x3fff, jumpTrue: 4 },
    { code: BPF.loadHeaderLength, k: 0 },
    { code: BPF.loadByteIndexed, k: 0 },
    { code: BPF.jumpEqual, k: ECHO, jumpTrue: 2 },
    { code: BPF.jumpEqual, k: TIMESTAMP, jumpTrue: 1 },
    REJECT,
    ACCEPT,
  ];
}

/** Requests of one interface. */
export class AnswerSocket implements ResponderLink {
  /** Name of the interface. */
  readonly name: string;
  /** The clock to which the kernel's stamps refer. */
  readonly clock: SystemClock = SystemClock.open();
  readonly #descriptor: number;
  readonly #index: number;
  readonly #poll: PollRequest;
  readonly #incoming = new Uint8Array(MAX_BYTES);
  readonly #incomingPointer = Deno.UnsafePointer.of(this.#incoming);
  readonly #outgoing = new Uint8Array(MAX_BYTES);
  readonly #outgoingPointer = Deno.UnsafePointer.of(this.#outgoing);
  readonly #address = new Uint8Array(SockaddrLl.size);
  readonly #addressPointer = Deno.UnsafePointer.of(this.#address);
  readonly #addressLength = new Uint32Array(1);
  readonly #addressLengthPointer = Deno.UnsafePointer.of(this.#addressLength);
  readonly #stamp = new Uint8Array(Timespec.size);
  readonly #stampView = new DataView(this.#stamp.buffer);
  readonly #room = BigInt(MAX_BYTES);
  readonly #stampRequest = BigInt(SIOCGSTAMPNS);
  #drops = 0;
  /** The interface went down and nothing has arrived since. */
  #isDown = false;
  #isClosed = false;

  private constructor(descriptor: number, name: string, index: number) {
    this.#descriptor = descriptor;
    this.#index = index;
    this.name = name;
    this.#poll = new PollRequest([[descriptor, POLLIN]]);
  }

  /**
   * Opens a socket on an interface.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV when there is no such interface
   */
  static open(interfaceName: string): AnswerSocket {
    const index = findInterfaceIndex(interfaceName);
    if (index === undefined) {
      throw new SystemError("if_nametoindex", ENODEV, `answer on ${interfaceName}`);
    }
    const libc = openLibc();
    // Protocol 0: deaf until it is bound, so that nothing unfiltered gets in.
    const descriptor = checkResult(
      libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
      "socket",
      "open a packet socket",
    );
    try {
      attachFilter(descriptor, requestFilter());
      const ignore = "leave out what this machine sends (PACKET_IGNORE_OUTGOING)";
      setIntOption(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, ignore);
      setIntOption(descriptor, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES, "set its buffer");
      bindToLink(descriptor, ETH_P_IP, index);
      const socket = new AnswerSocket(descriptor, interfaceName, index);
      // Asked once before anything arrives: from then on the kernel stamps.
      socket.#readStamp();
      return socket;
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }

  /** See {@linkcode ResponderLink.receive}. */
  receive(): Arrival | undefined {
    this.#addressLength[0] = SockaddrLl.size;
    const length = openLibc().recvfrom(
      this.#descriptor,
      this.#incomingPointer,
      this.#room,
      MSG_DONTWAIT,
      this.#addressPointer,
      this.#addressLengthPointer,
    );
    if (length < 0) {
      const errno = readErrno();
      if (errno === EAGAIN || errno === EINTR) return undefined;
      if (errno === ENETDOWN) return this.#checkInterface();
      throw new SystemError("recvfrom", errno, `receive on ${this.name}`);
    }
    this.#isDown = false;
    return {
      bytes: this.#incoming.subarray(0, length),
      stamp: this.#readStamp(),
      from: this.#address.slice(),
    };
  }

  /** See {@linkcode ResponderLink.send}. */
  send(bytes: Uint8Array, to: Uint8Array | undefined): boolean {
    if (to === undefined) return false;
    this.#outgoing.set(bytes);
    this.#address.set(to);
    const sent = openLibc().sendto(
      this.#descriptor,
      this.#outgoingPointer,
      BigInt(bytes.length),
      MSG_DONTWAIT,
      this.#addressPointer,
      SockaddrLl.size,
    );
    return sent === bytes.length;
  }

  /** See {@linkcode ResponderLink.wait}. */
  wait(timeoutNs: number): boolean {
    if (this.#poll.pollNow(timeoutNs) <= 0) {
      if (this.#isDown) this.#checkInterface();
      return false;
    }
    // An error would end every wait at once until it is read.
    if (this.#poll.hasErrors()) this.#readError();
    return true;
  }

  /** Requests for which there was no room, since the start. */
  drops(): number {
    const what = "read the statistics of a packet socket";
    const [, drops = 0] = getWordsOption(this.#descriptor, SOL_PACKET, PACKET_STATISTICS, 2, what);
    this.#drops += drops;
    return this.#drops;
  }

  /** Closes the socket. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    openLibc().close(this.#descriptor);
  }

  #readError(): void {
    getWordsOption(this.#descriptor, SOL_SOCKET, SO_ERROR, 1, "read the error of a packet socket");
    this.#checkInterface();
  }

  /**
   * An interface that goes down leaves its error once, and the socket goes on when it comes back. One that is gone does not.
   * One that is taken away goes down first and leaves no second error, so that it is looked for until something arrives.
   */
  #checkInterface(): undefined {
    this.#isDown = true;
    if (findInterfaceIndex(this.name) === this.#index) return undefined;
    throw new SystemError("recvfrom", ENODEV, `receive on ${this.name}`);
  }

  /** When the datagram that was read last arrived; C writes one timespec during the call. */
  #readStamp(): Instant | undefined {
    if (openLinuxLibc().ioctl(this.#descriptor, this.#stampRequest, this.#stamp) !== 0) {
      return undefined;
    }
    const seconds = Number(this.#stampView.getBigInt64(Timespec.seconds, true));
    const nanoseconds = this.#stampView.getUint32(Timespec.nanoseconds, true);
    return this.clock.fromKernel(seconds, nanoseconds, this.clock.now());
  }
}
