/**
 * The route that the kernel would choose. A UDP socket is connected, which sends nothing, and read for its own address
 * (connect(2), getsockname(2)): that is the source that the route chooses.
 */

import type { RouteFinding } from "../../src/run/machine.ts";
import { platform } from "../platform.ts";
import { SO_MARK } from "../linux/constants.ts";
import { AF_INET, IPPROTO_UDP, SO_BROADCAST, SOCK_DGRAM, SOL_SOCKET } from "./constants.ts";
import { checkResult, readErrno, SystemError } from "./errno.ts";
import { knownInterfaceAddresses } from "./interfaces.ts";
import { SockaddrIn } from "./layout.ts";
import { openLibc } from "./libc.ts";
import { addressText, createSocketAddress } from "./socket_address.ts";
import { bindToInterface, requireLinux, setIntOption } from "./socket_option.ts";

/** What a route lookup takes into account besides the destination. */
export interface RouteQuery {
  /** Only routes through this interface. */
  readonly interfaceName?: string | undefined;
  /** Firewall mark, for rules that look at it; unsigned, 32 bits. */
  readonly mark?: number | undefined;
}

/** Any port will do: nothing is sent. */
const DISCARD_PORT = 9;

/**
 * Looks up the route to a destination.
 *
 * Memory: C reads and writes addresses held during each call.
 *
 * @param destination IPv4 address as an unsigned 32-bit number
 * @throws {SystemError} ENODEV for an unknown interface, EPERM for a mark without privilege
 */
export function findRoute(destination: number, query: RouteQuery = {}): RouteFinding {
  return askRoute(destination, query, (socket) => {
    const source = readSource(socket, destination);
    const owner = knownInterfaceAddresses().find((each) => each.address === source);
    return { kind: "routed", source, interfaceName: query.interfaceName ?? owner?.name };
  });
}

/**
 * Whether an address is a broadcast address of this machine's networks, as its kernel routes them. Cheaper than
 * {@linkcode findRoute}.
 *
 * @param destination IPv4 address as an unsigned 32-bit number
 * @throws {SystemError} when the kernel gives no socket
 */
export function isBroadcast(destination: number): boolean {
  return askRoute(destination, {}, () => ({ kind: "routed" })).kind === "broadcast";
}

/** Connects a socket; `describe` makes the result of one that could be connected. */
function askRoute<Routed>(
  destination: number,
  query: RouteQuery,
  describe: (socket: number) => Routed,
): Routed | Exclude<RouteFinding, { kind: "routed" }> {
  const { mark } = query;
  if (mark !== undefined) requireLinux(platform.hasMarks, `use mark ${mark}`);
  const libc = openLibc();
  const socket = libc.socket(AF_INET, SOCK_DGRAM | platform.closeOnExecFlag, IPPROTO_UDP);
  checkResult(socket, "socket", "open a socket to look up routes");
  try {
    if (query.interfaceName !== undefined) bindToInterface(socket, query.interfaceName);
    if (mark !== undefined) setIntOption(socket, SOL_SOCKET, SO_MARK, mark, `use mark ${mark}`);
    const remote = createSocketAddress(destination, DISCARD_PORT);
    if (libc.connect(socket, remote, remote.length) < 0) {
      const error = new SystemError(
        "connect",
        readErrno(),
        `find a route to ${addressText(destination)}`,
      );
      // EACCES: a broadcast address, or a rule that forbids the route. Only the first can be allowed.
      if (error.code !== "EACCES") return { kind: "unreachable", message: error.message };
      setIntOption(socket, SOL_SOCKET, SO_BROADCAST, 1, "look up broadcast routes");
      const allowed = libc.connect(socket, remote, remote.length) === 0;
      return allowed ? { kind: "broadcast" } : { kind: "unreachable", message: error.message };
    }
    return describe(socket);
  } finally {
    libc.close(socket);
  }
}

/** The address that a connected socket sends from. */
function readSource(socket: number, destination: number): number {
  const local = new Uint8Array(SockaddrIn.size);
  const length = new Uint32Array([local.length]);
  const result = openLibc().getsockname(socket, local, length);
  checkResult(result, "getsockname", `learn the source for ${addressText(destination)}`);
  return new DataView(local.buffer).getUint32(SockaddrIn.address, false);
}
