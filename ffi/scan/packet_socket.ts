/** AF_PACKET transmit path: whole Ethernet frames handed to the driver in batches, packet(7). */

import type { Transmitter } from "../../src/scan/sender.ts";
import { SOCK_CLOEXEC } from "../linux/constants.ts";
import { AF_PACKET, PACKET_QDISC_BYPASS, SOL_PACKET } from "../linux/packet_constants.ts";
import { SO_ERROR, SO_SNDBUF, SOCK_RAW, SOL_SOCKET } from "../posix/constants.ts";
import { BatchTransmitter } from "./batch_transmitter.ts";
import { checkResult } from "../posix/errno.ts";
import { FrameBatch } from "./frame_batch.ts";
import { SockaddrLl } from "../linux/layout.ts";
import { openLibc } from "../posix/libc.ts";
import { attachFilter, dropAllFilter } from "../linux/packet_filter.ts";
import { getWordsOption, setIntOption } from "../posix/socket_option.ts";
import { SocketTroubles } from "../posix/socket_troubles.ts";

/** What a packet socket sends, and where. */
export interface PacketSocketOptions {
  /** Index of the interface, as netlink and if_nametoindex(3) give it. */
  readonly interfaceIndex: number;
  /** The first bytes of every frame, destination and source address and Ethernet type included. */
  readonly frame: Uint8Array;
  /** Bytes of link-layer header at the start of `frame`; 14 for Ethernet. */
  readonly linkHeaderBytes: number;
  /** Frames that one system call takes, 1 to 1024. */
  readonly capacity: number;
  /** Send buffer to ask for; without room in it sendmmsg says EAGAIN. The kernel caps it at net.core.wmem_max. */
  readonly sendBufferBytes: number;
  /** Takes the refusals of options that a sweep can do without. */
  readonly troubles?: SocketTroubles | undefined;
}

/** A socket that puts frames on one interface, past the queueing discipline. It receives nothing. */
export class PacketSocket extends BatchTransmitter implements Transmitter {
  /** How it sends, in the words of the output. */
  readonly path = "packet-socket";
  /** From a frame's start to its IPv4 header. */
  readonly datagramOffset: number;

  private constructor(descriptor: number, options: PacketSocketOptions) {
    super(descriptor, new FrameBatch({ capacity: options.capacity, template: options.frame }));
    this.datagramOffset = options.linkHeaderBytes;
  }

  /**
   * Sends other frames of the same length from now on, maybe through another interface. No thread may be sending.
   *
   * @throws {SystemError} ENODEV when there is no such interface
   */
  redirect(interfaceIndex: number, frame: Uint8Array): void {
    bindToLink(this.descriptor, 0, interfaceIndex);
    // An interface that went down has left its error behind, which the next call would return.
    getWordsOption(this.descriptor, SOL_SOCKET, SO_ERROR, 1, "read the error of a packet socket");
    this.batch.rewrite(frame);
  }

  /**
   * Opens a socket and binds it to an interface.
   *
   * Memory: setsockopt reads its buffer during the call only.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV when there is no such interface
   */
  static open(options: PacketSocketOptions): PacketSocket {
    const libc = openLibc();
    // Protocol 0: nothing that arrives is copied to this socket.
    const descriptor = checkResult(
      libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0),
      "socket",
      "open a packet socket",
    );
    try {
      bindToLink(descriptor, 0, options.interfaceIndex);
      const { sendBufferBytes, troubles = new SocketTroubles() } = options;
      const set = (level: number, option: number, value: number, action: string) =>
        troubles.attempt(() => setIntOption(descriptor, level, option, value, action));
      set(SOL_PACKET, PACKET_QDISC_BYPASS, 1, "pass the queueing discipline (PACKET_QDISC_BYPASS)");
      set(SOL_SOCKET, SO_SNDBUF, sendBufferBytes, "set the send buffer");
      return new PacketSocket(descriptor, options);
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }
}

/**
 * Checks that packet sockets can be opened and take filters; a sandbox may refuse them where it allows raw sockets.
 *
 * @returns true
 * @throws {SystemError} when they cannot
 */
export function checkPacketSockets(): true {
  const libc = openLibc();
  const descriptor = checkResult(
    libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0),
    "socket",
    "open a packet socket",
  );
  try {
    attachFilter(descriptor, dropAllFilter());
    return true;
  } finally {
    libc.close(descriptor);
  }
}

/**
 * Binds a packet socket. From then on it receives frames of that Ethernet type.
 *
 * Memory: bind reads the address during the call only.
 *
 * @param protocol Ethernet type, ETH_P_*; 0 for none
 * @param interfaceIndex 0 for all interfaces
 * @throws {SystemError} ENODEV when there is no such interface
 */
export function bindToLink(descriptor: number, protocol: number, interfaceIndex: number): void {
  const address = new DataView(new ArrayBuffer(SockaddrLl.size));
  address.setUint16(SockaddrLl.family, AF_PACKET, true);
  address.setUint16(SockaddrLl.protocol, protocol);
  address.setInt32(SockaddrLl.interfaceIndex, interfaceIndex, true);
  checkResult(
    openLibc().bind(descriptor, new Uint8Array(address.buffer), SockaddrLl.size),
    "bind",
    `bind a packet socket to interface ${interfaceIndex}`,
  );
}
