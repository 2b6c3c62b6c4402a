/** Raw IPv4 transmit path for sweeps where there is no link layer to write: IP_HDRINCL and sendmmsg, raw(7). */

import type { Transmitter } from "../../src/scan/sender.ts";
import { IP_RECVERR, IPPROTO_RAW, SO_MARK, SOCK_CLOEXEC } from "../linux/constants.ts";
import {
  AF_INET,
  IP_HDRINCL,
  IPPROTO_IP,
  SO_SNDBUF,
  SOCK_RAW,
  SOL_SOCKET,
} from "../posix/constants.ts";
import { BatchTransmitter } from "./batch_transmitter.ts";
import { checkResult } from "../posix/errno.ts";
import { FrameBatch } from "./frame_batch.ts";
import { openLibc } from "../posix/libc.ts";
import { attachFilter, dropAllFilter } from "../linux/packet_filter.ts";
import { createSocketAddress } from "../posix/socket_address.ts";
import { bindToAddress, bindToInterface, setIntOption } from "../posix/socket_option.ts";
import { SocketTroubles } from "../posix/socket_troubles.ts";

/** What a bulk raw socket sends. */
export interface BulkRawSocketOptions {
  /** The first bytes of every datagram, IPv4 header included. A source of 0 lets the kernel choose. */
  readonly datagram: Uint8Array;
  /** Datagrams that one system call takes, 1 to 1024. */
  readonly capacity: number;
  /** Send buffer to ask for; without room in it sendmmsg says EAGAIN. The kernel caps it at net.core.wmem_max. */
  readonly sendBufferBytes: number;
  /** Address of ours to send from, which routing rules may look at; an unsigned 32-bit number. */
  readonly source?: number | undefined;
  /** Send through this interface only. */
  readonly interfaceName?: string | undefined;
  /** Firewall mark, 0 to 2^32 − 1. */
  readonly mark?: number | undefined;
  /** Takes the refusals of options that a sweep can do without. */
  readonly troubles?: SocketTroubles | undefined;
}

/** A socket whose datagrams the kernel routes one by one. It receives nothing. */
export class BulkRawSocket extends BatchTransmitter implements Transmitter {
  /** How it sends, in the words of the output. */
  readonly path = "raw-socket";
  /** From a frame's start to its IPv4 header. */
  readonly datagramOffset = 0;

  private constructor(descriptor: number, options: BulkRawSocketOptions) {
    super(
      descriptor,
      new FrameBatch({
        capacity: options.capacity,
        template: options.datagram,
        addressTemplate: createSocketAddress(0),
      }),
    );
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
    try {
      const { interfaceName, source, mark, sendBufferBytes } = options;
      const { troubles = new SocketTroubles() } = options;
      troubles.attempt(() => attachFilter(descriptor, dropAllFilter()));
      const set = (level: number, option: number, value: number, action: string) =>
        setIntOption(descriptor, level, option, value, action);
      set(IPPROTO_IP, IP_HDRINCL, 1, "write IPv4 headers (IP_HDRINCL)");
      // Without it a raw socket with IP_HDRINCL says that it sent what found no room in the neighbour table (ENOBUFS in
      // raw_send_hdrinc() of Linux). No ICMP error about probes comes to a socket of protocol 255.
      troubles.attempt(() => set(IPPROTO_IP, IP_RECVERR, 1, "report full queues (IP_RECVERR)"));
      troubles.attempt(() => set(SOL_SOCKET, SO_SNDBUF, sendBufferBytes, "set the send buffer"));
      if (interfaceName !== undefined) bindToInterface(descriptor, interfaceName);
      if (source !== undefined) bindToAddress(descriptor, source);
      if (mark !== undefined) set(SOL_SOCKET, SO_MARK, mark, `set mark ${mark}`);
      return new BulkRawSocket(descriptor, options);
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }
}
