/** Raw IPv4 transmit path for sweeps where there is no link layer to write: IP_HDRINCL and sendmmsg, raw(7). Linux only. */

import {
  AF_INET,
  IP_HDRINCL,
  IPPROTO_IP,
  MSG_DONTWAIT,
  SO_BINDTODEVICE,
  SO_MARK,
  SO_SNDBUF,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_SOCKET,
} from "./constants.ts";
import { checkResult, EAGAIN, EINTR, errnoNumber, readErrno } from "./errno.ts";
import { FrameBatch } from "./frame_batch.ts";
import { openLibc, openLinuxLibc } from "./libc.ts";
import { createSocketAddress, cString } from "./socket_address.ts";

/** What a bulk raw socket sends. */
export interface BulkRawSocketOptions {
  /** The first bytes of every datagram, IPv4 header included. A source of 0 lets the kernel choose. */
  readonly datagram: Uint8Array;
  /** Datagrams that one system call takes, 1 to 1024. */
  readonly capacity: number;
  /** Send through this interface only. */
  readonly interfaceName?: string | undefined;
  /** Firewall mark, 0 to 2^32 − 1. */
  readonly mark?: number | undefined;
}

/** Protocol 255: the socket sends any protocol and receives none (raw(7)). */
const IPPROTO_RAW = 255;
const ENOBUFS = errnoNumber("ENOBUFS");
const SEND_BUFFER_BYTES = 4 << 20;

/** A socket whose datagrams the kernel routes one by one. It receives nothing. */
export class BulkRawSocket {
  /** How it sends, in the words of the output. */
  readonly path = "raw-socket";
  /** The datagrams that {@linkcode transmit} sends; the owner patches them and their socket addresses in place. */
  readonly batch: FrameBatch;
  /** From a frame's start to its IPv4 header. */
  readonly datagramOffset = 0;
  readonly #sendmmsg = openLinuxLibc().sendmmsg;
  #descriptor: number;

  private constructor(descriptor: number, options: BulkRawSocketOptions) {
    this.#descriptor = descriptor;
    this.batch = new FrameBatch({
      capacity: options.capacity,
      template: options.datagram,
      addressTemplate: createSocketAddress(0),
    });
  }

  /**
   * Opens a socket.
   *
   * Memory: setsockopt reads its buffer during the call only.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV when there is no such interface
   */
  static open(options: BulkRawSocketOptions): BulkRawSocket {
    const libc = openLibc();
    const descriptor = checkResult(
      libc.socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW),
      "socket",
      "open a raw socket",
    );
    const set = (level: number, name: number, value: Uint8Array<ArrayBuffer>, action: string) =>
      checkResult(
        libc.setsockopt(descriptor, level, name, value, value.length),
        "setsockopt",
        action,
      );
    try {
      set(IPPROTO_IP, IP_HDRINCL, wordBytes(1), "write IPv4 headers (IP_HDRINCL)");
      set(SOL_SOCKET, SO_SNDBUF, wordBytes(SEND_BUFFER_BYTES), "set the send buffer");
      const { interfaceName, mark } = options;
      if (interfaceName !== undefined) {
        set(SOL_SOCKET, SO_BINDTODEVICE, cString(interfaceName), `use interface ${interfaceName}`);
      }
      if (mark !== undefined) set(SOL_SOCKET, SO_MARK, wordBytes(mark), `set mark ${mark}`);
      return new BulkRawSocket(descriptor, options);
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }

  /**
   * Sends datagrams `from` to `from + count − 1` of the batch and never waits.
   *
   * Memory: sendmmsg reads the batch, and writes the length of what it sent into each header, during the call.
   *
   * @returns datagrams sent; 0 when there is no room now (ENOBUFS, EAGAIN); the negative error number when the first was refused
   */
  transmit(from: number, count: number): number {
    while (true) {
      const sent = this.#sendmmsg(this.#descriptor, this.batch.pointer(from), count, MSG_DONTWAIT);
      if (sent >= 0) return sent;
      const errno = readErrno();
      if (errno !== EINTR) return errno === EAGAIN || errno === ENOBUFS ? 0 : -errno;
    }
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

function wordBytes(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
