/**
 * Which way a sweep leaves: as Ethernet frames to one gateway, or as IPv4 datagrams that the kernel routes. Linux only.
 *
 * Frames are faster but carry one hardware address, so they fit only when every target lies behind
 * the same gateway on the same Ethernet interface. That is checked at every place where the routing
 * table can change within the targets, not on a sample.
 */

import {
  AF_INET,
  ARPHRD_ETHER,
  ETH_P_IP,
  RTN_UNICAST,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
} from "./constants.ts";
import { checkResult, errnoNumber, SystemError } from "./errno.ts";
import { findInterfaceIndex } from "./interfaces.ts";
import { openLibc } from "./libc.ts";
import {
  listRoutePrefixes,
  lookUpNeighbour,
  lookUpRoute,
  type NetlinkRoute,
  type NetlinkRouteQuery,
  readLink,
} from "./netlink.ts";
import { addressText, createSocketAddress } from "./socket_address.ts";

/** What a way out is asked for. */
export interface ScanPathQuery {
  /** The targets: blocks of addresses, both ends included, unsigned 32-bit numbers. */
  readonly blocks: readonly { readonly first: number; readonly last: number }[];
  /** Send through this interface only. */
  readonly interfaceName?: string | undefined;
  /** Source address to use, an unsigned 32-bit number. */
  readonly source?: number | undefined;
  /** Hardware address to send every frame to, six bytes. */
  readonly gatewayMac?: Uint8Array | undefined;
  /** Firewall mark. Packet sockets pass the firewall, so a mark means datagrams. */
  readonly mark?: number | undefined;
}

/** The way out, and why. */
export type ScanPath =
  | {
    /** Ethernet frames through a packet socket. */
    readonly kind: "packet-socket";
    readonly interfaceIndex: number;
    readonly interfaceName: string;
    /** Our address on that interface, an unsigned 32-bit number. */
    readonly source: number;
    /** Ethernet header of every frame: destination, source, type. */
    readonly linkHeader: Uint8Array<ArrayBuffer>;
    /** One phrase. */
    readonly reason: string;
  }
  | {
    /** IPv4 datagrams through a raw socket. */
    readonly kind: "raw-socket";
    readonly interfaceName: string | undefined;
    /** Our address, or 0 to let the kernel choose for each datagram. */
    readonly source: number;
    /** One phrase. */
    readonly reason: string;
  };

const MAC_BYTES = 6;
/** More borders than this are not looked at one by one; the kernel routes then. */
const MOST_BORDERS = 4096;
const ARP_WAIT_MS = 1500, ARP_POLL_MS = 20, ARP_REPEAT = 25;
const DISCARD_PORT = 9;

/**
 * Chooses the way out. Sends nothing but, when the gateway's hardware address is not known, datagrams
 * to the gateway that make the kernel ask for it.
 *
 * @throws {SystemError} when there is no route to the first target, no such interface, or the source address is not ours
 */
export async function chooseScanPath(query: ScanPathQuery): Promise<ScanPath> {
  const { blocks, interfaceName, source = 0, mark, gatewayMac } = query;
  const raw = (reason: string): ScanPath => ({ kind: "raw-socket", interfaceName, source, reason });
  if (query.source !== undefined) requireOwnAddress(query.source);
  const first = blocks[0]?.first;
  if (first === undefined) return raw("there are no targets");
  if (mark !== undefined) return raw("a firewall mark counts only where the kernel routes");
  const routeQuery = { interfaceIndex: requireInterface(interfaceName) };
  const route = lookUpRoute(first, routeQuery);
  if (route.type !== RTN_UNICAST) return raw("targets are addresses of this machine");
  if (gatewayMac === undefined) {
    if (route.gateway === undefined) return raw("targets are on the link itself");
    const other = findOtherRoute(blocks, route, routeQuery);
    if (other !== undefined) return raw(`targets have several routes: see ${addressText(other)}`);
  }
  return await frameTo(query, route, raw);
}

function requireInterface(name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const index = findInterfaceIndex(name);
  if (index !== undefined) return index;
  throw new SystemError("if_nametoindex", errnoNumber("ENODEV"), `use interface ${name}`);
}

/** Whoever sends from a foreign address gets no answer: refused here, as bind(2) refuses it elsewhere. */
function requireOwnAddress(address: number): void {
  const libc = openLibc();
  const descriptor = checkResult(
    libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
    "socket",
    "look at the source address",
  );
  try {
    const bytes = createSocketAddress(address);
    // Memory: bind reads the address during the call only.
    const result = libc.bind(descriptor, bytes, bytes.length);
    checkResult(result, "bind", `send from ${addressText(address)}`);
  } finally {
    libc.close(descriptor);
  }
}

async function frameTo(
  query: ScanPathQuery,
  route: NetlinkRoute,
  raw: (reason: string) => ScanPath,
): Promise<ScanPath> {
  const link = readLink(route.interfaceIndex);
  if (link.type !== ARPHRD_ETHER || link.address.length !== MAC_BYTES) {
    return raw(`${link.name} has no Ethernet layer`);
  }
  const source = query.source ?? route.source;
  if (source === undefined) return raw(`${link.name} has no address of its own`);
  const gatewayMac = query.gatewayMac ??
    (route.gateway === undefined ? undefined : await findNeighbour(link.index, route.gateway));
  if (gatewayMac === undefined) return raw("the gateway's hardware address is not to be had");
  const linkHeader = new Uint8Array(2 * MAC_BYTES + 2);
  linkHeader.set(gatewayMac);
  linkHeader.set(link.address, MAC_BYTES);
  new DataView(linkHeader.buffer).setUint16(2 * MAC_BYTES, ETH_P_IP);
  const via = query.gatewayMac === undefined && route.gateway !== undefined
    ? `gateway ${addressText(route.gateway)}`
    : "the hardware address given";
  return {
    kind: "packet-socket",
    interfaceIndex: link.index,
    interfaceName: link.name,
    source,
    linkHeader,
    reason: `all targets lie behind ${via} on ${link.name}`,
  };
}

/** Some target that takes another route than `expected`, or undefined when none does. */
function findOtherRoute(
  blocks: ScanPathQuery["blocks"],
  expected: NetlinkRoute,
  query: NetlinkRouteQuery,
): number | undefined {
  const borders = new Set<number>(blocks.map((block) => block.first));
  for (const route of listRoutePrefixes()) {
    for (const address of [route.first, route.last + 1]) {
      if (blocks.some((block) => address > block.first && address <= block.last)) {
        borders.add(address);
      }
      if (borders.size > MOST_BORDERS) return address;
    }
  }
  for (const address of borders) {
    try {
      const { type, interfaceIndex, gateway } = lookUpRoute(address, query);
      const isSame = type === expected.type && interfaceIndex === expected.interfaceIndex &&
        gateway === expected.gateway;
      if (!isSame) return address;
    } catch (error) {
      // No route, or a forbidden one: the kernel must refuse these probes one by one.
      if (error instanceof SystemError) return address;
      throw error;
    }
  }
  return undefined;
}

/** A neighbour's hardware address; makes the kernel ask for it, by a datagram to its discard port, when it is not known. */
async function findNeighbour(
  interfaceIndex: number,
  address: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const attempts = ARP_WAIT_MS / ARP_POLL_MS;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = lookUpNeighbour(interfaceIndex, address);
    if (found?.length === MAC_BYTES) return found;
    if (attempt % ARP_REPEAT === 0) sendDiscard(address);
    await new Promise((resolve) => setTimeout(resolve, ARP_POLL_MS));
  }
  return undefined;
}

function sendDiscard(address: number): void {
  const libc = openLibc();
  const descriptor = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  checkResult(descriptor, "socket", "ask for the gateway's hardware address");
  const target = createSocketAddress(address, DISCARD_PORT);
  // Memory: sendto reads the address during the call only. Its failure shows in the neighbour table.
  libc.sendto(descriptor, null, 0n, 0, Deno.UnsafePointer.of(target), target.length);
  libc.close(descriptor);
}
