/**
 * TCP connections that the runtime has opened. It gives out no descriptor of them, and closing one does not end a write that
 * waits for a peer that does not read.
 */

import { platform } from "../platform.ts";
import { AF_INET, AF_INET6, SHUT_RDWR, SO_LINGER, SOL_SOCKET } from "./constants.ts";
import { openConnectionCalls, openLibc } from "./libc.ts";

/** One end of a connection, as the runtime names it. */
export interface ConnectionEnd {
  /** IPv4 or IPv6 address. */
  readonly hostname: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

/** Descriptors are looked for below this. The lowest free one is always taken, so that there are seldom higher ones. */
const MAX_DESCRIPTORS = 8192;

/** Octets of `struct sockaddr_in6`, the longer of the two. */
const ADDRESS_BYTES = 28;
const PORT_OFFSET = 2;
const IPV4_OFFSET = 4;
const IPV6_OFFSET = 8;

/**
 * Breaks a connection: what waits on it fails, and when it is closed what was not sent yet is dropped (SO_LINGER, shutdown(2)).
 *
 * Memory: getpeername and getsockname write the address and its length, and setsockopt reads the option, during the call only.
 *
 * @returns whether this process has such a connection
 */
export function breakConnection(local: ConnectionEnd, remote: ConnectionEnd): boolean {
  const libc = openLibc(), { getpeername, shutdown } = openConnectionCalls();
  const name = new Uint8Array(ADDRESS_BYTES);
  const length = new Uint8Array(4);
  const isAt = (
    call: typeof getpeername | typeof libc.getsockname,
    descriptor: number,
    end: string,
  ): boolean => {
    new DataView(length.buffer).setUint32(0, ADDRESS_BYTES, true);
    return call(descriptor, name, length) === 0 && nameText(name) === end;
  };
  const [localText, remoteText] = [local, remote].map(endText) as [string, string];
  for (let descriptor = 0; descriptor < MAX_DESCRIPTORS; descriptor++) {
    if (!isAt(getpeername, descriptor, remoteText)) continue;
    if (!isAt(libc.getsockname, descriptor, localText)) continue;
    // On, and for no time at all.
    const linger = new Uint8Array(new Int32Array([1, 0]).buffer);
    libc.setsockopt(descriptor, SOL_SOCKET, SO_LINGER, linger, linger.length);
    shutdown(descriptor, SHUT_RDWR);
    return true;
  }
  return false;
}

/** Port and 16 octets of a socket address; an IPv4 address as IPv6 has it (RFC 4291 §2.5.5.2). */
function nameText(name: Uint8Array<ArrayBuffer>): string | undefined {
  const view = new DataView(name.buffer);
  const family = platform.hasAddressLength ? view.getUint8(1) : view.getUint16(0, true);
  const port = view.getUint16(PORT_OFFSET, false);
  if (family === AF_INET) {
    return `${port} ${[...MAPPED, ...name.subarray(IPV4_OFFSET, IPV4_OFFSET + 4)]}`;
  }
  if (family !== AF_INET6) return undefined;
  return `${port} ${[...name.subarray(IPV6_OFFSET, IPV6_OFFSET + 16)]}`;
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

function endText({ hostname, port }: ConnectionEnd): string {
  return `${port} ${
    hostname.includes(":") ? ipv6Octets(hostname) : [...MAPPED, ...ipv4Octets(hostname)]
  }`;
}

function ipv4Octets(text: string): number[] {
  return text.split(".").map(Number);
}

/** Of an address as RFC 5952 writes it. */
function ipv6Octets(text: string): number[] {
  const [head = [], tail = []] = text.replace(/%.*$/, "").split("::").map((half) =>
    half.split(":").filter((group) => group !== "").flatMap((group) => {
      if (group.includes(".")) return ipv4Octets(group);
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 255];
    })
  );
  return [...head, ...new Array(16 - head.length - tail.length).fill(0), ...tail];
}
