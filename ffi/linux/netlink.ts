/**
 * Routes, neighbours and links as the kernel has them, read over netlink (rtnetlink(7)).
 */

import {
  FR_ACT_TO_TBL,
  FRA_PRIORITY,
  IFLA_ADDRESS,
  IFLA_IFNAME,
  NDA_DST,
  NDA_LLADDR,
  NLM_F_DUMP,
  NUD_PERMANENT,
  NUD_SILENT,
  NUD_VALID,
  RTA_DST,
  RTA_GATEWAY,
  RTA_MARK,
  RTA_MULTIPATH,
  RTA_NH_ID,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_SRC,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETROUTE,
  RTM_GETRULE,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTM_NEWRULE,
} from "./netlink_constants.ts";
import { AF_INET } from "../posix/constants.ts";
import { SystemError } from "../posix/errno.ts";
import { Ifinfomsg, Ndmsg, Rtmsg } from "./layout.ts";
import {
  bigEndianWord,
  copyBytes,
  nativeWord,
  type NetlinkAttribute,
  readAttributes,
  requestNetlink,
} from "./netlink_message.ts";
import { addressText } from "../posix/socket_address.ts";

/** Where the kernel would send a datagram. */
export interface NetlinkRoute {
  /** Route type: RTN_UNICAST for another host; anything else is local, broadcast, unreachable or the like. */
  readonly type: number;
  /** Outgoing interface; 0 when the route has none. */
  readonly interfaceIndex: number;
  /** Next hop as an unsigned 32-bit number; undefined when the destination is on the link itself. */
  readonly gateway: number | undefined;
  /** Source address that the kernel would use, an unsigned 32-bit number. */
  readonly source: number | undefined;
}

/** One route of the table: to every destination with the same leading bits. */
export interface RoutePrefix {
  /** Lowest address, an unsigned 32-bit number. */
  readonly first: number;
  /** Highest address. */
  readonly last: number;
  /** It may have several next hops, which take turns. */
  readonly isMultipath: boolean;
}

/** One network interface. */
export interface NetlinkLink {
  /** Number that the kernel gave it, from 1. */
  readonly index: number;
  /** Name, such as `eth0`. */
  readonly name: string;
  /** Link type, ARPHRD_*: 1 is Ethernet. */
  readonly type: number;
  /** Hardware address; empty when it has none. */
  readonly address: Uint8Array<ArrayBuffer>;
  /** IFF_*. */
  readonly flags: number;
}

/** A host or router on a link of ours. */
export interface NetlinkNeighbour {
  /** Index of the link. */
  readonly interfaceIndex: number;
  /** IPv4 address, an unsigned 32-bit number. */
  readonly address: number;
  /** Hardware address, as long as the kind of link has it, six bytes on Ethernet; undefined while the kernel has none. */
  readonly hardwareAddress: Uint8Array<ArrayBuffer> | undefined;
  /** It was set by hand. */
  readonly isPermanent: boolean;
}

/** What a route lookup takes into account besides the destination. */
export interface NetlinkRouteQuery {
  /** Only routes through this interface. The kernel takes a destination without one to be on its link. */
  readonly interfaceIndex?: number | undefined;
  /** Firewall mark that rules may look at, 0 to 2^32 − 1. */
  readonly mark?: number | undefined;
  /** Address of this machine to send from, which rules may look at; an unsigned 32-bit number. */
  readonly source?: number | undefined;
}

/**
 * Looks up the route to one destination by the routing rules; sends nothing.
 *
 * @param destination IPv4 address as an unsigned 32-bit number
 * @throws {SystemError} ENETUNREACH, EHOSTUNREACH, EACCES and the like when there is none
 */
export function lookUpRoute(destination: number, query: NetlinkRouteQuery = {}): NetlinkRoute {
  const { interfaceIndex, mark, source } = query;
  const body = new Uint8Array(Rtmsg.size);
  body[Rtmsg.family] = AF_INET;
  body[Rtmsg.destinationBits] = 32;
  const attributes: NetlinkAttribute[] = [[RTA_DST, bigEndianWord(destination)]];
  if (interfaceIndex !== undefined) attributes.push([RTA_OIF, nativeWord(interfaceIndex)]);
  if (mark !== undefined) attributes.push([RTA_MARK, nativeWord(mark)]);
  if (source !== undefined) {
    body[Rtmsg.sourceBits] = 32;
    attributes.push([RTA_SRC, bigEndianWord(source)]);
  }
  const what = `look up a route to ${addressText(destination)}`;
  const answers = requestNetlink(RTM_GETROUTE, 0, body, attributes, what);
  const route = answers.find(({ type }) => type === RTM_NEWROUTE);
  if (route === undefined) throw new TypeError("Cannot look up a route: the kernel gave no answer");
  const found = readAttributes(route.view, Rtmsg.size);
  return {
    type: route.view.getUint8(Rtmsg.type),
    interfaceIndex: found.get(RTA_OIF)?.getUint32(0, true) ?? 0,
    gateway: found.get(RTA_GATEWAY)?.getUint32(0),
    source: found.get(RTA_PREFSRC)?.getUint32(0),
  };
}

/** The IPv4 routes of all tables, as the blocks that they lead to. Blocks may lie inside each other. */
export function listRoutePrefixes(): RoutePrefix[] {
  const body = new Uint8Array(Rtmsg.size);
  body[Rtmsg.family] = AF_INET;
  const answers = requestNetlink(RTM_GETROUTE, NLM_F_DUMP, body, [], "list the routes");
  return answers.filter(({ type }) => type === RTM_NEWROUTE).map(({ view }) => {
    const found = readAttributes(view, Rtmsg.size);
    const first = found.get(RTA_DST)?.getUint32(0) ?? 0;
    const size = 2 ** (32 - view.getUint8(Rtmsg.destinationBits));
    const isMultipath = found.has(RTA_MULTIPATH) || found.has(RTA_NH_ID);
    return { first, last: first + size - 1, isMultipath };
  });
}

/** Priority and table of the rules that every Linux has: local, main, default (ip-rule(8)). */
const USUAL_RULES = ["0 255", "32766 254", "32767 253"];

/** Whether the routing rules differ from the three that every Linux has. */
export function hasUnusualRules(): boolean {
  const rules = listRules();
  if (rules === undefined) return false;
  const listed = rules.filter(({ type }) => type === RTM_NEWRULE).map(({ view }) => {
    const priority = readAttributes(view, Rtmsg.size).get(FRA_PRIORITY)?.getUint32(0, true) ?? 0;
    const isPlain = view.getUint8(Rtmsg.destinationBits) === 0 &&
      view.getUint8(Rtmsg.sourceBits) === 0 && view.getUint8(Rtmsg.type) === FR_ACT_TO_TBL;
    return isPlain ? `${priority} ${view.getUint8(Rtmsg.table)}` : "";
  });
  return listed.sort().join() !== USUAL_RULES.join();
}

/** The rules; undefined for a kernel without any (CONFIG_IP_MULTIPLE_TABLES). */
function listRules(): ReturnType<typeof requestNetlink> | undefined {
  const body = new Uint8Array(Rtmsg.size);
  body[Rtmsg.family] = AF_INET;
  try {
    return requestNetlink(RTM_GETRULE, NLM_F_DUMP, body, [], "list the routing rules");
  } catch (error) {
    if (error instanceof SystemError && error.code === "EOPNOTSUPP") return undefined;
    throw error;
  }
}

/** The IPv4 neighbours, also those without a hardware address so far. */
export function listNeighbours(): NetlinkNeighbour[] {
  const body = new Uint8Array(Ndmsg.size);
  body[Ndmsg.family] = AF_INET;
  const answers = requestNetlink(RTM_GETNEIGH, NLM_F_DUMP, body, [], "list the neighbours");
  return answers.flatMap(({ type, view }) =>
    type === RTM_NEWNEIGH ? readNeighbour(view) ?? [] : []
  );
}

/** The neighbour of one RTM_NEWNEIGH message; undefined when the kernel has neither asked for it nor knows it. */
export function readNeighbour(view: DataView<ArrayBuffer>): NetlinkNeighbour | undefined {
  const state = view.getUint16(Ndmsg.state, true);
  const isValid = (state & NUD_VALID) !== 0;
  if (!isValid && (state & NUD_SILENT) === 0) return undefined;
  const found = readAttributes(view, Ndmsg.size);
  const address = found.get(NDA_DST)?.getUint32(0), hardware = found.get(NDA_LLADDR);
  if (address === undefined || (isValid && hardware === undefined)) return undefined;
  return {
    interfaceIndex: view.getInt32(Ndmsg.interfaceIndex, true),
    address,
    hardwareAddress: isValid && hardware !== undefined ? copyBytes(hardware) : undefined,
    isPermanent: (state & NUD_PERMANENT) !== 0,
  };
}

/**
 * Describes an interface.
 *
 * @throws {SystemError} ENODEV when there is none with this index
 */
export function readLink(interfaceIndex: number): NetlinkLink {
  const body = new Uint8Array(Ifinfomsg.size);
  new DataView(body.buffer).setInt32(Ifinfomsg.interfaceIndex, interfaceIndex, true);
  const [answer] = requestNetlink(RTM_GETLINK, 0, body, [], `read interface ${interfaceIndex}`);
  if (answer === undefined) {
    throw new TypeError("Cannot read an interface: the kernel gave no answer");
  }
  const found = readAttributes(answer.view, Ifinfomsg.size);
  const name = found.get(IFLA_IFNAME), address = found.get(IFLA_ADDRESS);
  return {
    index: interfaceIndex,
    name: name === undefined ? "" : new TextDecoder().decode(name).replace(/\0.*$/s, ""),
    type: answer.view.getUint16(Ifinfomsg.linkType, true),
    address: address === undefined ? new Uint8Array(0) : copyBytes(address),
    flags: answer.view.getUint32(Ifinfomsg.flags, true),
  };
}
