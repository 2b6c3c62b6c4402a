/** Network interfaces and their IPv4 addresses (getifaddrs(3), if_nametoindex(3)). */

import { platform } from "../platform.ts";
import { AF_INET, IFF_BROADCAST, IFF_LOOPBACK, IFF_UP } from "./constants.ts";
import { checkResult, SystemError } from "./errno.ts";
import { Ifaddrs, SockaddrIn } from "./layout.ts";
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
 * Memory: C writes a pointer to a new list, which is copied and freed before this returns.
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

/** {@linkcode listInterfaceAddresses}, or none where the kernel does not list them: a sandbox without netlink. */
export function knownInterfaceAddresses(): InterfaceAddress[] {
  try {
    return listInterfaceAddresses();
  } catch (error) {
    if (error instanceof SystemError) return [];
    throw error;
  }
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
    netmask: readNetmask(view.getPointer(Ifaddrs.netmask)) ?? 0xffff_ffff,
    broadcast: broadcast === address ? undefined : broadcast,
    up: (flags & IFF_UP) !== 0,
    loopback: (flags & IFF_LOOPBACK) !== 0,
  };
}

/** macOS leaves the family of a mask at 0, and may end it after its last octet that is not 0. */
function readNetmask(pointer: Deno.PointerValue): number | undefined {
  if (pointer === null || !platform.hasAddressLength) return readIpv4(pointer);
  const lengthBytes = new Deno.UnsafePointerView(pointer).getUint8(0);
  const octets = new Uint8Array(SockaddrIn.size);
  const present = Math.min(lengthBytes, octets.length);
  octets.set(new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, present)));
  return new DataView(octets.buffer).getUint32(SockaddrIn.address, false);
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
