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
import { findHardwareAddresses } from "./neighbours.ts";
import {
  listRoutePrefixes,
  lookUpRoute,
  type NetlinkLink,
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

/**
 * Chooses the way out. Sends nothing but, when a gateway's hardware address is not known, datagrams to the gateway that
 * make the kernel ask for it: whatever else is sent meanwhile, the kernel holds a few hundred datagrams of it and drops
 * the rest without a word, on either way out.
 *
 * @throws {SystemError} when there is no route to the first target, no such interface, or the source address is not ours
 */
export async function chooseScanPath(query: ScanPathQuery): Promise<ScanPath> {
  const { blocks, interfaceName, source = 0, mark } = query;
  const raw = (reason: string): ScanPath => ({ kind: "raw-socket", interfaceName, source, reason });
  if (query.source !== undefined) requireOwnAddress(query.source);
  const first = blocks[0]?.first;
  if (first === undefined) return raw("there are no targets");
  const routeQuery = { interfaceIndex: requireInterface(interfaceName), mark };
  const route = lookUpRoute(first, routeQuery);
  const givenMac = mark === undefined ? query.gatewayMac : undefined;
  const survey = givenMac === undefined ? surveyRoutes(blocks, route, routeQuery) : undefined;
  const gatewayMacs = await askGateways(survey?.gateways ?? []);
  if (mark !== undefined) return raw("a firewall mark counts only where the kernel routes");
  if (route.type !== RTN_UNICAST) return raw("targets are addresses of this machine");
  if (survey === undefined) return frameTo(givenMac, query, route, raw);
  if (route.gateway === undefined) return raw("targets are on the link itself");
  const { other } = survey;
  if (other !== undefined) return raw(`targets have several routes: see ${addressText(other)}`);
  return frameTo(gatewayMacs.get(route), query, route, raw);
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

function isEthernet({ type, address }: NetlinkLink): boolean {
  return type === ARPHRD_ETHER && address.length === MAC_BYTES;
}

/** The hardware addresses of those gateways that have some and tell them. */
async function askGateways(
  gateways: readonly NetlinkRoute[],
): Promise<ReadonlyMap<NetlinkRoute, Uint8Array<ArrayBuffer> | undefined>> {
  const hops = gateways.flatMap((route) => {
    const link = readLink(route.interfaceIndex);
    return isEthernet(link) && route.gateway !== undefined
      ? [{ route, link, address: route.gateway }]
      : [];
  });
  const found = await findHardwareAddresses(hops);
  return new Map(hops.map(({ route }, index) => [route, found[index]]));
}

function frameTo(
  gatewayMac: Uint8Array | undefined,
  query: ScanPathQuery,
  route: NetlinkRoute,
  raw: (reason: string) => ScanPath,
): ScanPath {
  const link = readLink(route.interfaceIndex);
  if (!isEthernet(link)) return raw(`${link.name} has no Ethernet layer`);
  const source = query.source ?? route.source;
  if (source === undefined) return raw(`${link.name} has no address of its own`);
  if (gatewayMac?.length !== MAC_BYTES) {
    return raw("the gateway's hardware address is not to be had");
  }
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

/** What the routes to some blocks have in common, and what not. */
interface RouteSurvey {
  /** Some target that takes another route than the first one, or undefined when none does. */
  readonly other: number | undefined;
  /** One route for each gateway, that of the first target first where it has one. */
  readonly gateways: readonly NetlinkRoute[];
}

/** Looks at every place within the blocks where the routing table may change, up to a limit. */
function surveyRoutes(
  blocks: ScanPathQuery["blocks"],
  first: NetlinkRoute,
  query: NetlinkRouteQuery,
): RouteSurvey {
  const gateways = new Map<string, NetlinkRoute>();
  const note = (route: NetlinkRoute) => {
    const key = `${route.interfaceIndex} ${route.gateway}`;
    if (route.gateway !== undefined && !gateways.has(key)) gateways.set(key, route);
  };
  note(first);
  const borders = listBorders(blocks);
  let other: number | undefined = borders.length > MOST_BORDERS ? borders.at(-1) : undefined;
  for (const address of borders) {
    try {
      const route = lookUpRoute(address, query);
      note(route);
      const isSame = route.type === first.type && route.gateway === first.gateway &&
        route.interfaceIndex === first.interfaceIndex;
      if (!isSame) other ??= address;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // No route, or a forbidden one: the kernel must refuse these probes one by one.
      other ??= address;
    }
  }
  return { other, gateways: [...gateways.values()] };
}

/** The first address of each block, and those within at which some route begins or has just ended; one more than the limit at most. */
function listBorders(blocks: ScanPathQuery["blocks"]): number[] {
  const borders = new Set<number>();
  const add = (address: number) => {
    if (borders.size <= MOST_BORDERS) borders.add(address);
  };
  for (const block of blocks) add(block.first);
  for (const route of listRoutePrefixes()) {
    for (const address of [route.first, route.last + 1]) {
      if (blocks.some((block) => address > block.first && address <= block.last)) add(address);
    }
  }
  return [...borders];
}
