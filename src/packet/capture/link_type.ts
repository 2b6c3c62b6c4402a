/**
 * Link-layer headers: where the IPv4 datagram starts in a captured frame.
 *
 * ```text
 *  Ethernet         0 destination · 6 source · 12 type · 14 payload          (IEEE 802.3; types of RFC 9542)
 *    VLAN tag       12 0x8100 or 0x88a8 · 14 tag · 16 type · 18 payload      (IEEE 802.1Q, repeated when stacked)
 *  Linux cooked 1   0 packet type · 2 ARPHRD · 4 length · 6 address · 14 protocol · 16 payload
 *  Linux cooked 2   0 protocol · 2 reserved · 4 interface · 8 ARPHRD · 10 packet type · 11 length · 12 address · 20 payload
 *  null, loopback   0 address family, 4 octets in the byte order of the capturing host, or in network order
 * ```
 *
 * Numbers are those of the tcpdump group's list of link-layer header types.
 */

import { readU16, readU32, readU8 } from "../octets.ts";

/** Link-layer header types that are read. */
export const LINK_TYPE = {
  /** The address family of the capturing BSD host. */
  null: 0,
  /** An Ethernet header. */
  ethernet: 1,
  /** An IPv4 or IPv6 header, in captures of OpenBSD. */
  rawOpenBsd: 14,
  /** An IPv4 or IPv6 header, in captures of old tcpdumps. */
  rawOld: 12,
  /** An IPv4 or IPv6 header. */
  raw: 101,
  /** The address family in network order. */
  loopback: 108,
  /** The Linux "cooked" header of the device `any`. */
  linuxCooked: 113,
  /** An IPv4 header. */
  ipv4: 228,
  /** The second version of the Linux "cooked" header. */
  linuxCooked2: 276,
} as const;

/** What {@linkcode findIpv4} says of a frame without an IPv4 datagram, below 0. */
export const NO_IPV4 = {
  /** The frame carries another protocol. */
  otherProtocol: -1,
  /** The frame ends within its link-layer header. */
  cut: -2,
  /** The link-layer header type is not known. */
  unknownLinkType: -3,
} as const;

const ETHERNET = { type: 12, payload: 14 } as const;
const COOKED = { packetType: 0, protocol: 14, payload: 16 } as const;
const COOKED_2 = { protocol: 0, packetType: 10, payload: 20 } as const;
const VLAN_TAG_BYTES = 4;
const ETHERTYPE_IPV4 = 0x0800;
const VLAN_ETHERTYPES: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const FAMILY_BYTES = 4;
const AF_INET = 2;
/** Packet type of a frame that the capturing host sent itself. */
const OUTGOING = 4;

/**
 * Finds the IPv4 datagram in a frame.
 *
 * @returns the offset where it starts, or one of {@linkcode NO_IPV4}
 */
export function findIpv4(linkType: number, bytes: Uint8Array): number {
  switch (linkType) {
    case LINK_TYPE.ethernet:
      return behindType(bytes, ETHERNET.type, ETHERNET.payload);
    case LINK_TYPE.raw:
    case LINK_TYPE.rawOld:
    case LINK_TYPE.rawOpenBsd:
    case LINK_TYPE.ipv4:
      return startsIpv4(bytes, 0);
    case LINK_TYPE.linuxCooked:
      return behindType(bytes, COOKED.protocol, COOKED.payload);
    case LINK_TYPE.linuxCooked2:
      return behindType(bytes, COOKED_2.protocol, COOKED_2.payload);
    case LINK_TYPE.null:
    case LINK_TYPE.loopback:
      return behindFamily(bytes);
    default:
      return NO_IPV4.unknownLinkType;
  }
}

/** What to call a frame in which {@linkcode findIpv4} found no IPv4 datagram. */
export function whyNoIpv4(found: number, linkType: number): string {
  if (found === NO_IPV4.unknownLinkType) return `of the unknown link type ${linkType}`;
  return found === NO_IPV4.cut ? "cut short" : "not IPv4";
}

/** Whether a frame was sent or received by the capturing host, where its header says so. */
export function readDirection(linkType: number, bytes: Uint8Array): "out" | "in" | undefined {
  if (linkType === LINK_TYPE.linuxCooked && bytes.length >= COOKED.payload) {
    return readU16(bytes, COOKED.packetType) === OUTGOING ? "out" : "in";
  }
  if (linkType === LINK_TYPE.linuxCooked2 && bytes.length >= COOKED_2.payload) {
    return readU8(bytes, COOKED_2.packetType) === OUTGOING ? "out" : "in";
  }
  return undefined;
}

function behindType(bytes: Uint8Array, typeAt: number, payloadAt: number): number {
  if (bytes.length < payloadAt) return NO_IPV4.cut;
  let type = readU16(bytes, typeAt);
  let payload = payloadAt;
  while (VLAN_ETHERTYPES.has(type)) {
    if (bytes.length < payload + VLAN_TAG_BYTES) return NO_IPV4.cut;
    type = readU16(bytes, payload + 2);
    payload += VLAN_TAG_BYTES;
  }
  if (type !== ETHERTYPE_IPV4) return NO_IPV4.otherProtocol;
  return bytes.length > payload ? payload : NO_IPV4.cut;
}

function behindFamily(bytes: Uint8Array): number {
  if (bytes.length <= FAMILY_BYTES) return NO_IPV4.cut;
  const family = readU32(bytes, 0);
  const isInet = family === AF_INET || family === AF_INET << 24;
  return isInet ? FAMILY_BYTES : NO_IPV4.otherProtocol;
}

function startsIpv4(bytes: Uint8Array, at: number): number {
  if (bytes.length <= at) return NO_IPV4.cut;
  return readU8(bytes, at) >>> 4 === 4 ? at : NO_IPV4.otherProtocol;
}
