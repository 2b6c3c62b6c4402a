/** The names of protocols, ICMP types and codes (IANA registries; RFC 792, 1122, 1812). */

import { ICMP_TYPE } from "./icmp_header.ts";

const TYPE_NAMES: Readonly<Record<number, string>> = {
  0: "echo reply",
  3: "destination unreachable",
  4: "source quench",
  5: "redirect",
  8: "echo request",
  9: "router advertisement",
  10: "router solicitation",
  11: "time exceeded",
  12: "parameter problem",
  13: "timestamp request",
  14: "timestamp reply",
  15: "information request",
  16: "information reply",
  17: "address mask request",
  18: "address mask reply",
  30: "traceroute",
  40: "security failure",
  42: "extended echo request",
  43: "extended echo reply",
};

const CODE_NAMES: Readonly<Record<number, readonly string[]>> = {
  [ICMP_TYPE.destinationUnreachable]: [
    "network unreachable",
    "host unreachable",
    "protocol unreachable",
    "port unreachable",
    "fragmentation needed and DF set",
    "source route failed",
    "destination network unknown",
    "destination host unknown",
    "source host isolated",
    "network administratively prohibited",
    "host administratively prohibited",
    "network unreachable for this type of service",
    "host unreachable for this type of service",
    "communication administratively prohibited",
    "host precedence violation",
    "precedence cutoff in effect",
  ],
  [ICMP_TYPE.redirect]: [
    "for the network",
    "for the host",
    "for the type of service and network",
    "for the type of service and host",
  ],
  [ICMP_TYPE.timeExceeded]: ["TTL exceeded in transit", "fragment reassembly time exceeded"],
  [ICMP_TYPE.parameterProblem]: [
    "pointer indicates the error",
    "a required option is missing",
    "bad length",
  ],
};

const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  1: "ICMP",
  2: "IGMP",
  4: "IPv4 in IPv4",
  6: "TCP",
  17: "UDP",
  41: "IPv6 in IPv4",
  47: "GRE",
  50: "ESP",
  51: "AH",
  58: "ICMPv6",
  89: "OSPF",
  132: "SCTP",
};

/** Name of an ICMP type, such as `timestamp reply`; `type 99` when it has none. */
export function icmpTypeName(type: number): string {
  return TYPE_NAMES[type] ?? `type ${type}`;
}

/** Name of a code of an ICMP type, such as `host unreachable`; undefined when it has none. */
export function icmpCodeName(type: number, code: number): string | undefined {
  return CODE_NAMES[type]?.[code];
}

/** What an ICMP error says, such as `destination unreachable: host unreachable`. */
export function icmpErrorName(type: number, code: number): string {
  const codeName = icmpCodeName(type, code);
  if (codeName !== undefined) return `${icmpTypeName(type)}: ${codeName}`;
  return code === 0 ? icmpTypeName(type) : `${icmpTypeName(type)}: code ${code}`;
}

/** Name of an IP protocol, such as `UDP`; undefined when it is not in the short list kept here. */
export function protocolName(protocol: number): string | undefined {
  return PROTOCOL_NAMES[protocol];
}
