/** What the kernel announces about links, addresses, routes and neighbours, as it happens (rtnetlink(7), groups). */

import {
  AF_NETLINK,
  RTMGRP_IPV4_IFADDR,
  RTMGRP_IPV4_ROUTE,
  RTMGRP_IPV4_RULE,
  RTMGRP_LINK,
  RTMGRP_NEIGH,
} from "./netlink_constants.ts";
import { MSG_DONTWAIT } from "../posix/constants.ts";
import { checkResult, EAGAIN, EINTR, errnoNumber, readErrno, SystemError } from "../posix/errno.ts";
import { SockaddrNl } from "./layout.ts";
import { openLibc } from "../posix/libc.ts";
import { type NetlinkAnswer, openNetlinkSocket, takeMessages } from "./netlink_message.ts";

const GROUPS = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE |
  RTMGRP_IPV4_RULE;
const MESSAGE_BYTES = 65_536;
const ENOBUFS = errnoNumber("ENOBUFS");
const ACTION = "read what the kernel announces";

/** A netlink socket that only listens. */
export class KernelNews {
  readonly #buffer = new Uint8Array(MESSAGE_BYTES);
  readonly #pointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#buffer);
  #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /**
   * Opens the socket; what happens from now on is announced.
   *
   * Memory: bind reads the address during the call only.
   *
   * @throws {SystemError} when the kernel refuses
   */
  static open(): KernelNews {
    const libc = openLibc();
    const descriptor = openNetlinkSocket(ACTION);
    const address = new DataView(new ArrayBuffer(SockaddrNl.size));
    address.setUint16(SockaddrNl.family, AF_NETLINK, true);
    address.setUint32(SockaddrNl.groups, GROUPS, true);
    try {
      const bytes = new Uint8Array(address.buffer);
      checkResult(libc.bind(descriptor, bytes, bytes.length), "bind", ACTION);
      return new KernelNews(descriptor);
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }

  /**
   * Takes what was announced, never waits.
   *
   * Memory: recvfrom writes to the buffer of this object during the call.
   *
   * @param concerns whether a message matters; its view is valid during the call only
   * @returns whether one did, or some were lost
   * @throws {SystemError} when the socket is broken
   */
  read(concerns: (message: NetlinkAnswer) => boolean): boolean {
    const libc = openLibc();
    let matters = false;
    while (true) {
      const length = libc.recvfrom(
        this.#descriptor,
        this.#pointer,
        BigInt(MESSAGE_BYTES),
        MSG_DONTWAIT,
        null,
        null,
      );
      if (length >= 0) {
        const messages: NetlinkAnswer[] = [];
        takeMessages(this.#buffer, length, messages, ACTION);
        matters = messages.some(concerns) || matters;
        continue;
      }
      const errno = readErrno();
      if (errno === EAGAIN) return matters;
      // There was no room for all that happened.
      if (errno === ENOBUFS) matters = true;
      else if (errno !== EINTR) throw new SystemError("recvfrom", errno, ACTION);
    }
  }

  /** Closes the socket; further calls do nothing. */
  close(): void {
    if (this.#descriptor >= 0) openLibc().close(this.#descriptor);
    this.#descriptor = -1;
  }
}
