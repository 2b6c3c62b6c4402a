/**
 * Names and addresses by way of the C library (getaddrinfo(3), getnameinfo(3)), so that /etc/hosts and
 * nsswitch.conf count. Both wait on another thread: a slow name server does not stop the event loop.
 * Their errors are their return values, so the lost errno does no harm, except that EAI_SYSTEM stays unexplained.
 */

import type { NameResolution } from "../../src/targets/resolver.ts";
import { AF_INET, AF_INET6, NI_MAXHOST, NI_NAMEREQD, SOCK_DGRAM } from "./constants.ts";
import { Addrinfo, SockaddrIn } from "./layout.ts";
import { type Libc, openLibc } from "./libc.ts";
import { createSocketAddress, cString } from "./socket_address.ts";

/**
 * Looks up the IPv4 addresses of a name. A number in any form that inet_aton(3) takes (`127.1`) counts as a name.
 *
 * @throws {TypeError} when the name holds a zero
 */
export async function resolveName(name: string): Promise<NameResolution> {
  const bytes = cString(name);
  const libc = openLibc();
  const ipv4 = await lookUp(libc, bytes, AF_INET);
  if (ipv4.addresses.length > 0) return { ok: true, addresses: ipv4.addresses };
  // Even when the name server does not answer: /etc/hosts may know an IPv6 address.
  const ipv6 = await lookUp(libc, bytes, AF_INET6);
  if (ipv6.errorNumber === 0) return { ok: false, reason: "no-ipv4", message: "no IPv4 address" };
  return { ok: false, reason: "unresolved", message: gaiErrorText(ipv4.errorNumber) };
}

/**
 * Looks up the name of an address; undefined when it has none or the resolver fails.
 *
 * @param address IPv4 address as an unsigned 32-bit number
 */
export async function lookUpAddress(address: number): Promise<string | undefined> {
  const socketAddress = createSocketAddress(address);
  const host = new Uint8Array(NI_MAXHOST);
  // C reads the address and writes the name; both are held here until the promise settles.
  const result = await openLibc().getnameinfo(
    socketAddress,
    socketAddress.length,
    host,
    host.length,
    null,
    0,
    NI_NAMEREQD,
  );
  if (result !== 0) return undefined;
  const end = host.indexOf(0);
  return new TextDecoder().decode(host.subarray(0, end < 0 ? host.length : end));
}

interface LookUp {
  readonly errorNumber: number;
  readonly addresses: readonly number[];
}

async function lookUp(
  libc: Libc,
  name: Uint8Array<ArrayBuffer>,
  family: number,
): Promise<LookUp> {
  const hints = new DataView(new ArrayBuffer(Addrinfo.size));
  hints.setInt32(Addrinfo.family, family, true);
  hints.setInt32(Addrinfo.socketType, SOCK_DGRAM, true);
  const list = new BigUint64Array(1);
  // C reads name and hints and writes the head of the list; all three are held here until the promise settles.
  const hintBytes = new Uint8Array(hints.buffer);
  const errorNumber = await libc.getaddrinfo(name, null, hintBytes, list);
  if (errorNumber !== 0) return { errorNumber, addresses: [] };
  const head = Deno.UnsafePointer.create(list[0] as bigint);
  const addresses = new Set<number>();
  for (let entry = head; entry !== null;) {
    // The list is libc's memory, valid until freeaddrinfo.
    const view = new Deno.UnsafePointerView(entry);
    const address = view.getPointer(Addrinfo.address);
    if (family === AF_INET && address !== null) {
      const bytes = new DataView(Deno.UnsafePointerView.getArrayBuffer(address, SockaddrIn.size));
      addresses.add(bytes.getUint32(SockaddrIn.address, false));
    }
    entry = view.getPointer(Addrinfo.next);
  }
  libc.freeaddrinfo(head);
  return { errorNumber, addresses: [...addresses] };
}

function gaiErrorText(errorNumber: number): string {
  const text = openLibc().gaiStrerror(errorNumber);
  return text === null ? `resolver error ${errorNumber}` : Deno.UnsafePointerView.getCString(text);
}
