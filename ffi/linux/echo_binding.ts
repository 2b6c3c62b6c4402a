/**
 * Opens a socket for echo requests alone, SOCK_DGRAM and IPPROTO_ICMP (icmp(7)), sets its options, and binds it to its
 * identifier: the port in its address.
 */

import { platform } from "../platform.ts";
import {
  AF_INET,
  IPPROTO_ICMP,
  IPPROTO_IP,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../posix/constants.ts";
import { checkResult, errnoNumber, readErrno, SystemError } from "../posix/errno.ts";
import { SockaddrIn } from "../posix/layout.ts";
import { openLibc } from "../posix/libc.ts";
import { addressText, createSocketAddress } from "../posix/socket_address.ts";
import { requireLinux, setIntOption, setReceiveBuffer } from "../posix/socket_option.ts";
import type { SocketTroubles } from "../posix/socket_troubles.ts";
import {
  IP_PKTINFO,
  IP_RECVERR,
  IP_RECVTOS,
  IP_RECVTTL,
  SO_MARK,
  SO_RXQ_OVFL,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
} from "./constants.ts";
import type { StampAttribution } from "./stamp_attribution.ts";

/** How an echo socket is opened. All are optional. */
export interface EchoSocketOptions {
  /** ICMP identifier, 1..65535; a random one that is free by default. */
  readonly identifier?: number | undefined;
  /** Send and receive through the interface of this name. */
  readonly interfaceName?: string | undefined;
  /** One of this machine's addresses, an unsigned 32-bit number. */
  readonly sourceAddress?: number | undefined;
  /** Firewall mark; needs CAP_NET_ADMIN or CAP_NET_RAW. */
  readonly mark?: number | undefined;
  /** Longest datagram, 20..65 535. Default 2048. */
  readonly slotBytes?: number | undefined;
  /** Ask the kernel for stamps. Default true. */
  readonly kernelStamps?: boolean | undefined;
  /** How transmit stamps find their datagrams. Default: `key` where the kernel takes keys, else `content`. */
  readonly attribution?: StampAttribution | undefined;
  /** Called once for each kind of failure that the run survives. */
  readonly onTrouble?: ((error: SystemError) => void) | undefined;
}

const RECEIVE_BUFFER_BYTES = 1 << 20;
/** Random identifiers tried before the kernel chooses. */
const IDENTIFIER_ATTEMPTS = 16;

/**
 * Opens the socket. The caller closes it.
 *
 * @throws {SystemError} ENOSYS on another system, EACCES where net.ipv4.ping_group_range leaves the groups of this process out
 */
export function openEchoDescriptor(): number {
  const action = "open a raw socket, or one for echo alone";
  requireLinux(platform.hasEchoSockets, action);
  const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  return checkResult(
    openLibc().socket(AF_INET, SOCK_DGRAM | flags, IPPROTO_ICMP),
    "socket",
    action,
  );
}

/**
 * Sets the options of an echo socket.
 *
 * @param troubles takes failures of options that the run can do without
 * @throws {SystemError} when the kernel refuses one that it needs
 */
export function configureEcho(
  descriptor: number,
  mark: number | undefined,
  troubles: SocketTroubles,
): void {
  const set = (level: number, option: number, value: number, action: string) =>
    setIntOption(descriptor, level, option, value, action);
  // Echo sockets begin with it, and another user's of the same identifier would then be given our replies.
  set(SOL_SOCKET, SO_REUSEADDR, 0, "keep the identifier to itself");
  set(IPPROTO_IP, IP_RECVERR, 1, "ask for ICMP errors");
  set(IPPROTO_IP, IP_RECVTTL, 1, "ask for the time to live of replies");
  set(IPPROTO_IP, IP_RECVTOS, 1, "ask for the type of service of replies");
  set(IPPROTO_IP, IP_PKTINFO, 1, "ask for the addresses of replies");
  if (mark !== undefined) set(SOL_SOCKET, SO_MARK, mark, `mark datagrams with ${mark}`);
  troubles.attempt(() => set(SOL_SOCKET, SO_RXQ_OVFL, 1, "count dropped datagrams (SO_RXQ_OVFL)"));
  troubles.attempt(() => setReceiveBuffer(descriptor, RECEIVE_BUFFER_BYTES));
}

/**
 * Binds the socket to its source address and to its identifier.
 *
 * @returns the identifier, 1..65535
 * @throws {SystemError} EADDRNOTAVAIL for a source that is not this machine's; EADDRINUSE for an identifier that is taken
 *
 * Memory: bind reads and getsockname writes the address during the call only.
 */
export function bindIdentifier(
  descriptor: number,
  { identifier, sourceAddress = 0 }: EchoSocketOptions,
): number {
  const bind = (port: number) => {
    const address = createSocketAddress(sourceAddress, port);
    return openLibc().bind(descriptor, address, address.length);
  };
  const from = sourceAddress === 0 ? "" : ` from ${addressText(sourceAddress)}`;
  const what = identifier === undefined ? `send${from}` : `use identifier ${identifier}${from}`;
  const candidates = identifier === undefined
    ? [...crypto.getRandomValues(new Uint16Array(IDENTIFIER_ATTEMPTS)).filter(Boolean), 0]
    : [identifier];
  const inUse = errnoNumber("EADDRINUSE");
  for (const [index, candidate] of candidates.entries()) {
    if (bind(candidate) === 0) break;
    const errno = readErrno();
    if (errno === inUse && index < candidates.length - 1) continue;
    throw new SystemError("bind", errno, what);
  }
  const name = new Uint8Array(SockaddrIn.size);
  const length = new Uint8Array(new Uint32Array([name.length]).buffer);
  checkResult(
    openLibc().getsockname(descriptor, name, length),
    "getsockname",
    "read the identifier",
  );
  return new DataView(name.buffer).getUint16(SockaddrIn.port);
}
