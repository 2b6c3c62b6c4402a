/**
 * A TUN device (Linux, Documentation/networking/tuntap.rst): what the kernel routes to it is read here, and what is
 * written here arrives in the kernel. The device goes when its descriptor is closed, whatever ends the program.
 */

import type { Arrival, ResponderLink } from "../../src/respond/link.ts";
import { AF_INET, IF_NAMESIZE, IFF_UP, O_NONBLOCK, O_RDWR, POLLIN } from "../posix/constants.ts";
import { O_CLOEXEC } from "../posix/constants.ts";
import { checkResult, EAGAIN, EINTR, readErrno, SystemError } from "../posix/errno.ts";
import { findInterfaceIndex } from "../posix/interfaces.ts";
import { openLibc } from "../posix/libc.ts";
import { PollRequest } from "../posix/poll_request.ts";
import { addressText, cString } from "../posix/socket_address.ts";
import { SystemClock } from "../posix/system_clock.ts";
import { Ifaddrmsg, Ifinfomsg, Ifreq, Rtmsg } from "./layout.ts";
import { openLinuxLibc } from "./libc.ts";
import { IFF_NO_PI, IFF_TUN, TUNSETIFF } from "./link_constants.ts";
import {
  IFA_ADDRESS,
  IFA_LOCAL,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RT_SCOPE_LINK,
  RT_TABLE_MAIN,
  RTA_DST,
  RTA_OIF,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  RTN_UNICAST,
  RTPROT_STATIC,
} from "./netlink_constants.ts";
import { bigEndianWord, nativeWord, requestNetlink } from "./netlink_message.ts";

/** Longest datagram, in octets. */
const MAX_BYTES = 65_535;
const LENGTHS: bigint[] = [];

/** Which block a device has. */
export interface TunDeviceOptions {
  /** Name of the device; `%d` in it is replaced by a number that is free. At most 15 bytes. */
  readonly name: string;
  /** Lowest address of the block, an unsigned 32-bit number. */
  readonly first: number;
  /** Bits that all addresses of the block share, 0 to 32. */
  readonly prefixBits: number;
  /** Address of this machine on the device; undefined for none, and then a route alone leads there. */
  readonly ownAddress: number | undefined;
}

/** A TUN device with a block of addresses. */
export class TunDevice implements ResponderLink {
  /** Name of the device. */
  readonly name: string;
  /** The clock of {@linkcode TunDevice.receive}. */
  readonly clock: SystemClock = SystemClock.open();
  readonly #descriptor: number;
  readonly #poll: PollRequest;
  readonly #incoming = new Uint8Array(MAX_BYTES);
  readonly #incomingPointer = Deno.UnsafePointer.of(this.#incoming);
  readonly #outgoing = new Uint8Array(MAX_BYTES);
  readonly #outgoingPointer = Deno.UnsafePointer.of(this.#outgoing);
  readonly #read = openLinuxLibc().readOften;
  readonly #write = openLinuxLibc().writeOften;
  #isClosed = false;

  private constructor(descriptor: number, name: string) {
    this.#descriptor = descriptor;
    this.name = name;
    this.#poll = new PollRequest([[descriptor, POLLIN]]);
  }

  /**
   * Makes a device, gives it the block, and brings it up.
   *
   * @throws {SystemError} EPERM without CAP_NET_ADMIN; ENOENT without /dev/net/tun; EEXIST where the route is taken
   */
  static open(options: TunDeviceOptions): TunDevice {
    const path = cString("/dev/net/tun");
    // C reads the path during the call only.
    const descriptor = checkResult(
      openLibc().open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0),
      "open",
      "open /dev/net/tun",
    );
    try {
      const name = attachDevice(descriptor, options.name);
      configureDevice(name, options);
      return new TunDevice(descriptor, name);
    } catch (error) {
      openLibc().close(descriptor);
      throw error;
    }
  }

  /**
   * The next datagram that waits; undefined when none does.
   *
   * Memory: read writes one datagram into a buffer that this object owns; the value refers to it until the next call.
   *
   * @throws {SystemError} the device is gone
   */
  receive(): Arrival | undefined {
    const length = this.#read(this.#descriptor, this.#incomingPointer, lengthOf(MAX_BYTES));
    if (length < 0) {
      const errno = readErrno();
      if (errno === EAGAIN || errno === EINTR) return undefined;
      throw new SystemError("read", errno, `read from ${this.name}`);
    }
    return { bytes: this.#incoming.subarray(0, length), stamp: undefined, from: undefined };
  }

  /**
   * Hands one datagram to the kernel; false where it did not take it.
   *
   * Memory: the datagram is copied; write reads the copy during the call only.
   */
  send(bytes: Uint8Array): boolean {
    this.#outgoing.set(bytes);
    const length = lengthOf(bytes.length);
    return this.#write(this.#descriptor, this.#outgoingPointer, length) === bytes.length;
  }

  /** See {@linkcode ResponderLink.wait}. */
  wait(timeoutNs: number): boolean {
    return this.#poll.pollNow(timeoutNs) > 0;
  }

  /** Datagrams that the kernel dropped because they were not read in time; undefined where that is not known. */
  drops(): number | undefined {
    return undefined;
  }

  /** Closes the descriptor, and with it removes device, address and route. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    openLibc().close(this.#descriptor);
  }
}

/** Makes the device that a descriptor speaks for; returns its name. C reads and writes the request during the call. */
function attachDevice(descriptor: number, name: string): string {
  const request = new DataView(new ArrayBuffer(Ifreq.size));
  const bytes = new Uint8Array(request.buffer);
  bytes.set(new TextEncoder().encode(name).subarray(0, IF_NAMESIZE - 1), Ifreq.name);
  request.setUint16(Ifreq.data, IFF_TUN | IFF_NO_PI, true);
  const result = openLinuxLibc().ioctl(descriptor, BigInt(TUNSETIFF), bytes);
  checkResult(result, "ioctl", `make the TUN device ${name}`);
  const made = bytes.subarray(Ifreq.name, Ifreq.name + IF_NAMESIZE);
  return new TextDecoder().decode(made).replace(/\0.*$/s, "");
}

function configureDevice(name: string, { first, prefixBits, ownAddress }: TunDeviceOptions): void {
  const index = findInterfaceIndex(name);
  if (index === undefined) throw new TypeError(`Cannot find ${name}: it was made and is gone`);
  const link = new DataView(new ArrayBuffer(Ifinfomsg.size));
  link.setInt32(Ifinfomsg.interfaceIndex, index, true);
  link.setUint32(Ifinfomsg.flags, IFF_UP, true);
  link.setUint32(Ifinfomsg.change, IFF_UP, true);
  const linkBytes = new Uint8Array(link.buffer);
  requestNetlink(RTM_NEWLINK, NLM_F_ACK, linkBytes, [], `bring ${name} up`);
  const create = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  if (ownAddress !== undefined) {
    const body = new DataView(new ArrayBuffer(Ifaddrmsg.size));
    body.setUint8(Ifaddrmsg.family, AF_INET);
    body.setUint8(Ifaddrmsg.prefixBits, 32);
    body.setUint32(Ifaddrmsg.interfaceIndex, index, true);
    const own = bigEndianWord(ownAddress);
    requestNetlink(
      RTM_NEWADDR,
      create,
      new Uint8Array(body.buffer),
      [[IFA_LOCAL, own], [IFA_ADDRESS, own]],
      `give ${name} the address ${addressText(ownAddress)}`,
    );
  }
  const body = new Uint8Array(Rtmsg.size);
  body[Rtmsg.family] = AF_INET;
  body[Rtmsg.destinationBits] = prefixBits;
  body[Rtmsg.table] = RT_TABLE_MAIN;
  body[Rtmsg.protocol] = RTPROT_STATIC;
  body[Rtmsg.scope] = RT_SCOPE_LINK;
  body[Rtmsg.type] = RTN_UNICAST;
  requestNetlink(
    RTM_NEWROUTE,
    create,
    body,
    [[RTA_DST, bigEndianWord(first)], [RTA_OIF, nativeWord(index)]],
    `route ${addressText(first)}/${prefixBits} to ${name}`,
  );
}

/** A length as the C library takes it; made once each, since a BigInt for every datagram would be garbage. */
function lengthOf(bytes: number): bigint {
  return LENGTHS[bytes] ??= BigInt(bytes);
}
