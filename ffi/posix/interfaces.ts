/** Network interfaces and their IPv4 addresses (getifaddrs(3), if_nametoindex(3)), and what their drivers can stamp. */

import { platform } from "../platform.ts";
import {
  ETHTOOL_GET_TS_INFO,
  SIOCETHTOOL,
  SOCK_CLOEXEC,
  SOF_TIMESTAMPING_RX_HARDWARE,
  SOF_TIMESTAMPING_RX_SOFTWARE,
  SOF_TIMESTAMPING_TX_HARDWARE,
  SOF_TIMESTAMPING_TX_SOFTWARE,
} from "../linux/constants.ts";
import {
  AF_INET,
  IF_NAMESIZE,
  IFF_BROADCAST,
  IFF_LOOPBACK,
  IFF_UP,
  SOCK_DGRAM,
} from "./constants.ts";
import { checkResult } from "./errno.ts";
import { EthtoolTsInfo, Ifreq } from "../linux/layout.ts";
import { Ifaddrs, SockaddrIn } from "./layout.ts";
import { openLinuxLibc } from "../linux/libc.ts";
import { openLibc } from "./libc.ts";
import { cString } from "./socket_address.ts";

/** One IPv4 address of one interface. */
export interface InterfaceAddress {
  /** Name of the interface, such as `eth0`. */
  readonly name: string;
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** Unsigned 32-bit number; `0xffff_ffff` when the interface states none. */
  readonly netmask: number;
  /** Broadcast address as an unsigned 32-bit number; undefined where none is set. */
  readonly broadcast: number | undefined;
  /** The interface is up. */
  readonly up: boolean;
  /** The interface is a loopback. */
  readonly loopback: boolean;
}

/**
 * The IPv4 addresses of all interfaces, in the kernel's order.
 *
 * Memory: C writes a pointer to a list of its own, which is copied and freed before this returns.
 *
 * @throws {SystemError} when the kernel refuses
 */
export function listInterfaceAddresses(): InterfaceAddress[] {
  const libc = openLibc();
  const list = new BigUint64Array(1);
  checkResult(libc.getifaddrs(list), "getifaddrs", "list the network interfaces");
  const head = Deno.UnsafePointer.create(list[0] as bigint);
  const found: InterfaceAddress[] = [];
  for (let entry = head; entry !== null;) {
    const view = new Deno.UnsafePointerView(entry);
    const address = readIpv4(view.getPointer(Ifaddrs.address));
    if (address !== undefined) found.push(readEntry(view, address));
    entry = view.getPointer(Ifaddrs.next);
  }
  libc.freeifaddrs(head);
  return found;
}

function readEntry(view: Deno.UnsafePointerView, address: number): InterfaceAddress {
  const name = view.getPointer(Ifaddrs.name);
  const flags = view.getUint32(Ifaddrs.flags);
  // Where it is no broadcast address, the field holds the peer of a point-to-point link; where none is set, glibc
  // repeats the address itself.
  const canBroadcast = (flags & IFF_BROADCAST) !== 0;
  const broadcast = canBroadcast ? readIpv4(view.getPointer(Ifaddrs.broadcast)) : undefined;
  return {
    name: name === null ? "" : Deno.UnsafePointerView.getCString(name),
    address,
    netmask: readIpv4(view.getPointer(Ifaddrs.netmask)) ?? 0xffff_ffff,
    broadcast: broadcast === address ? undefined : broadcast,
    up: (flags & IFF_UP) !== 0,
    loopback: (flags & IFF_LOOPBACK) !== 0,
  };
}

function readIpv4(pointer: Deno.PointerValue): number | undefined {
  if (pointer === null) return undefined;
  const bytes = new DataView(Deno.UnsafePointerView.getArrayBuffer(pointer, SockaddrIn.size));
  const family = platform.hasAddressLength
    ? bytes.getUint8(SockaddrIn.family + 1)
    : bytes.getUint16(SockaddrIn.family, true);
  return family === AF_INET ? bytes.getUint32(SockaddrIn.address, false) : undefined;
}

/**
 * Index of an interface; undefined when there is none of that name.
 *
 * @throws {TypeError} when the name holds a zero
 */
export function findInterfaceIndex(name: string): number | undefined {
  const index = openLibc().ifNametoindex(cString(name));
  return index === 0 ? undefined : index;
}

/** What an interface's driver can stamp. */
export interface StampSupport {
  /** The driver stamps what it sends. */
  readonly transmitSoftware: boolean;
  /** The kernel stamps what it receives; true on every Linux. */
  readonly receiveSoftware: boolean;
  /** The card itself can stamp both ways. icmptime does not use that. */
  readonly hardware: boolean;
}

/**
 * Reads what an interface's driver can stamp (ETHTOOL_GET_TS_INFO). Linux only.
 *
 * Memory: C reads the request and writes the answer, both held during the call.
 *
 * @throws {SystemError} ENODEV for an unknown interface, EOPNOTSUPP when the driver does not say
 * @throws {RangeError} when the name is too long for an interface
 */
export function readStampSupport(interfaceName: string): StampSupport {
  const name = cString(interfaceName);
  if (name.length > IF_NAMESIZE) {
    const most = IF_NAMESIZE - 1;
    throw new RangeError(
      `Cannot look up interface ${interfaceName}: too long, expected ≤ ${most} bytes`,
    );
  }
  const answer = new DataView(new ArrayBuffer(EthtoolTsInfo.size));
  answer.setUint32(EthtoolTsInfo.command, ETHTOOL_GET_TS_INFO, true);
  const request = new Uint8Array(Ifreq.size);
  request.set(name, Ifreq.name);
  const answerAddress = Deno.UnsafePointer.value(Deno.UnsafePointer.of(answer));
  new DataView(request.buffer).setBigUint64(Ifreq.data, answerAddress, true);
  const libc = openLibc();
  const socket = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  checkResult(socket, "socket", "open a socket to look up interfaces");
  try {
    const result = openLinuxLibc().ioctl(socket, BigInt(SIOCETHTOOL), request);
    checkResult(result, "ioctl", `read what interface ${interfaceName} can stamp`);
  } finally {
    libc.close(socket);
  }
  const flags = answer.getUint32(EthtoolTsInfo.flags, true);
  const hardware = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE;
  return {
    transmitSoftware: (flags & SOF_TIMESTAMPING_TX_SOFTWARE) !== 0,
    receiveSoftware: (flags & SOF_TIMESTAMPING_RX_SOFTWARE) !== 0,
    hardware: (flags & hardware) === hardware,
  };
}
