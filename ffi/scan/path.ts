/**
 * How a sweep leaves: as Ethernet frames to one gateway, or as IPv4 datagrams that the kernel routes.
 *
 * Frames are faster but carry one hardware address, so they fit only when every target lies behind
 * the same gateway on the same Ethernet interface (`route_survey.ts`). They bypass the firewall and IPsec.
 */

import { RTN_UNICAST } from "../linux/netlink_constants.ts";
import { ARPHRD_ETHER, ETH_P_IP } from "../linux/packet_constants.ts";
import { errnoNumber, SystemError } from "../posix/errno.ts";
import { findInterfaceIndex } from "../posix/interfaces.ts";
import { findHardwareAddresses } from "../linux/neighbours.ts";
import { isNetlinkRefused } from "../linux/netlink_message.ts";
import { lookUpRoute, type NetlinkLink, type NetlinkRoute, readLink } from "../linux/netlink.ts";
import { type RouteSurvey, type SurveyedBlocks, surveyRoutes } from "../linux/route_survey.ts";
import { addressText } from "../posix/socket_address.ts";
import { requireOwnAddress } from "./source_addresses.ts";

/** What a path is chosen for. */
export interface ScanPathQuery {
  /** The targets: blocks of addresses, both ends included, unsigned 32-bit numbers. */
  readonly blocks: SurveyedBlocks;
  /** Send through this interface only. */
  readonly interfaceName?: string | undefined;
  /** Source address to use, an unsigned 32-bit number. */
  readonly source?: number | undefined;
  /** Hardware address to send every frame to, six bytes. */
  readonly gatewayMac?: Uint8Array | undefined;
  /** Firewall mark. Packet sockets pass the firewall, so a mark means datagrams. */
  readonly mark?: number | undefined;
  /** Take the raw socket in any case. */
  readonly rawSocket?: boolean | undefined;
}

/** The path, and why. */
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
    /** No target is reached without a gateway. */
    readonly isDirect: false;
    /** The gateway, an unsigned 32-bit number; undefined when its hardware address was given. */
    readonly gateway: number | undefined;
    /** Interfaces that it needs: that one. */
    readonly interfaces: readonly number[];
    /** All that the path rests on, in one text: another one means another path. */
    readonly trail: string;
  }
  | {
    /** IPv4 datagrams through a raw socket. */
    readonly kind: "raw-socket";
    readonly interfaceName: string | undefined;
    /** Our address, or 0 to let the kernel choose for each datagram. */
    readonly source: number;
    /** One phrase. */
    readonly reason: string;
    /** Some targets are reached without a gateway on an Ethernet link: the kernel asks each for its hardware address. */
    readonly isDirect: boolean;
    /** Interfaces that it needs, one of them at least. */
    readonly interfaces: readonly number[];
    /** All that the path rests on, in one text: another one means another path. */
    readonly trail: string;
    /** Why the kernel's routes could not be read, where they could not: nothing is known of the path then. */
    readonly obstacle?: SystemError;
  };

const MAC_BYTES = 6;

/**
 * Chooses the path. Sends nothing but, when a gateway's hardware address is not known, datagrams to the gateway that
 * make the kernel ask for it: of what else is sent meanwhile the kernel holds a few hundred datagrams and drops
 * the rest silently, on either path.
 *
 * @throws {SystemError} when there is no route to any target, no such interface, the source address is not ours, or
 * every target lies behind a gateway and no gateway has answered with its hardware address
 */
export async function chooseScanPath(query: ScanPathQuery): Promise<ScanPath> {
  const { blocks, interfaceName, source, mark, gatewayMac } = query;
  const raw = (reason: string, isDirect = false, survey?: RouteSurvey) => ({
    kind: "raw-socket" as const,
    interfaceName,
    source: source ?? 0,
    reason,
    isDirect,
    ...describeSurvey(survey),
  });
  if (source !== undefined) requireOwnAddress(source);
  const firstBlock = blocks.at(0);
  if (firstBlock === undefined) return raw("there are no targets");
  const routeQuery = { interfaceIndex: requireInterface(interfaceName), mark, source };
  if (gatewayMac !== undefined) {
    return frameTo(gatewayMac, query, lookUpRoute(firstBlock.first, routeQuery), raw);
  }
  let survey: RouteSurvey;
  try {
    survey = surveyRoutes(blocks, routeQuery);
  } catch (error) {
    if (!isNetlinkRefused(error)) throw error;
    return { ...raw("the kernel's routes cannot be read", true), obstacle: error };
  }
  const { route, difference } = survey;
  const routed = (reason: string, isDirect = false) => raw(reason, isDirect, survey);
  const gatewayMacs = await askGateways(survey);
  const isDirect = [...survey.directInterfaces].some((index) =>
    index > 0 && isEthernet(readLink(index))
  );
  if (query.rawSocket === true) return routed("requested", isDirect);
  if (mark !== undefined) {
    return routed("a firewall mark counts only where the kernel routes", isDirect);
  }
  if (difference !== undefined) return routed(difference, isDirect);
  if (route.type !== RTN_UNICAST) return routed("targets are addresses of this machine");
  if (route.gateway === undefined) return routed("targets are on the link itself", isDirect);
  return frameTo(gatewayMacs.get(route), query, route, routed);
}

function describeSurvey(
  survey: RouteSurvey | undefined,
): { interfaces: readonly number[]; trail: string } {
  if (survey === undefined) return { interfaces: [], trail: "" };
  const { route, difference, directInterfaces, gateways, sources } = survey;
  const all = [
    route.interfaceIndex,
    ...directInterfaces,
    ...gateways.map((each) => each.interfaceIndex),
  ];
  const interfaces = [...new Set(all)].filter((index) => index > 0);
  return {
    interfaces,
    trail: JSON.stringify([route, difference, interfaces, gateways, [...sources]]),
  };
}

function requireInterface(name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const index = findInterfaceIndex(name);
  if (index !== undefined) return index;
  throw new SystemError("if_nametoindex", errnoNumber("ENODEV"), `use interface ${name}`);
}

function isEthernet({ type, address }: NetlinkLink): boolean {
  return type === ARPHRD_ETHER && address.length === MAC_BYTES;
}

/**
 * The hardware addresses of those gateways that have one and answer with it.
 *
 * @throws {SystemError} EHOSTUNREACH when none answers with its address, and nothing can be reached without them
 */
async function askGateways(
  { gateways, directInterfaces }: RouteSurvey,
): Promise<ReadonlyMap<NetlinkRoute, Uint8Array<ArrayBuffer> | undefined>> {
  const hops = gateways.flatMap((route) => {
    const link = readLink(route.interfaceIndex);
    return isEthernet(link) && route.gateway !== undefined
      ? [{ route, link, address: route.gateway }]
      : [];
  });
  const found = await findHardwareAddresses(hops);
  const [first] = hops;
  // Where the kernel has not even asked, a firewall may have kept our datagram from it: the probes will make it ask.
  const isHopeless = directInterfaces.size === 0 && hops.length === gateways.length &&
    found.every((finding) => finding === "silent");
  if (first !== undefined && isHopeless) {
    const action = `reach gateway ${addressText(first.address)} on ${first.link.name}`;
    throw new SystemError("sendto", errnoNumber("EHOSTUNREACH"), action);
  }
  return new Map(hops.map(({ route }, index) => {
    const finding = found[index];
    return [route, finding instanceof Uint8Array ? finding : undefined];
  }));
}

function frameTo(
  gatewayMac: Uint8Array | undefined,
  query: ScanPathQuery,
  route: NetlinkRoute,
  raw: (reason: string) => ScanPath,
): ScanPath {
  if (route.type !== RTN_UNICAST) return raw("targets are addresses of this machine");
  const link = readLink(route.interfaceIndex);
  if (!isEthernet(link)) return raw(`${link.name} has no Ethernet layer`);
  const source = query.source ?? route.source;
  if (source === undefined) return raw(`${link.name} has no address`);
  if (gatewayMac?.length !== MAC_BYTES) {
    return raw("the gateway's hardware address is not available");
  }
  const linkHeader = new Uint8Array(2 * MAC_BYTES + 2);
  linkHeader.set(gatewayMac);
  linkHeader.set(link.address, MAC_BYTES);
  new DataView(linkHeader.buffer).setUint16(2 * MAC_BYTES, ETH_P_IP);
  const gateway = query.gatewayMac === undefined ? route.gateway : undefined;
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
    isDirect: false,
    gateway,
    interfaces: [link.index],
    trail: frameTrail(link.index, source, gateway, linkHeader),
  };
}

/** What a path of frames rests on, in one text. */
export function frameTrail(
  interfaceIndex: number,
  source: number,
  gateway: number | undefined,
  linkHeader: Uint8Array,
): string {
  return `${interfaceIndex} ${source} ${gateway} ${linkHeader}`;
}
