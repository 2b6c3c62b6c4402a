/** Constants of netlink (netlink(7), rtnetlink(7)), under their C names, grouped by header. */

// <sys/socket.h>
/** Messages to and from the kernel's routing tables, netlink(7). */
export const AF_NETLINK = 16;

// <linux/netlink.h>
/** Netlink protocol of routes, neighbours, links and addresses. */
export const NETLINK_ROUTE = 0;
/** Flag: this is a request. */
export const NLM_F_REQUEST = 0x001;
/** Flag: every entry of the table, not one. */
export const NLM_F_DUMP = 0x300;
/** Flag: answer success too. */
export const NLM_F_ACK = 0x004;
/** Flag: fail where it exists already. */
export const NLM_F_EXCL = 0x200;
/** Flag: make it where it does not exist. */
export const NLM_F_CREATE = 0x400;
/** Message: an error number, 0 for success. */
export const NLMSG_ERROR = 2;
/** Message: the end of a dump. */
export const NLMSG_DONE = 3;

// <linux/rtnetlink.h>
/** Group of messages: links. */
export const RTMGRP_LINK = 0x1;
/** Group of messages: neighbours. */
export const RTMGRP_NEIGH = 0x4;
/** Group of messages: IPv4 addresses of this machine. */
export const RTMGRP_IPV4_IFADDR = 0x10;
/** Group of messages: IPv4 routes. */
export const RTMGRP_IPV4_ROUTE = 0x40;
/** Group of messages: IPv4 routing rules. */
export const RTMGRP_IPV4_RULE = 0x80;
/** Describes a link. */
export const RTM_NEWLINK = 16;
/** Asks for a link. */
export const RTM_GETLINK = 18;
/** Describes an address of this machine. */
export const RTM_NEWADDR = 20;
/** Describes a route. */
export const RTM_NEWROUTE = 24;
/** Asks for a route. */
export const RTM_GETROUTE = 26;
/** Describes a neighbour. */
export const RTM_NEWNEIGH = 28;
/** Announces that a neighbour is forgotten. */
export const RTM_DELNEIGH = 29;
/** Asks for neighbours. */
export const RTM_GETNEIGH = 30;
/** Describes a routing rule. */
export const RTM_NEWRULE = 32;
/** Asks for routing rules. */
export const RTM_GETRULE = 34;
/** Routing table that a lookup uses without rules of the user's. */
export const RT_TABLE_MAIN = 254;
/** Origin of a route: the administrator. */
export const RTPROT_STATIC = 4;
/** Reach of a route: hosts on the link itself. */
export const RT_SCOPE_LINK = 253;
/** Route type: to another host. */
export const RTN_UNICAST = 1;
/** Route attribute: destination. */
export const RTA_DST = 1;
/** Route attribute: source address. */
export const RTA_SRC = 2;
/** Route attribute: outgoing interface. */
export const RTA_OIF = 4;
/** Route attribute: next hop. */
export const RTA_GATEWAY = 5;
/** Route attribute: source address to prefer. */
export const RTA_PREFSRC = 7;
/** Route attribute: several next hops. */
export const RTA_MULTIPATH = 9;
/** Route attribute: number of a next hop, or of a group of them, that is kept elsewhere. */
export const RTA_NH_ID = 30;
/** Route attribute: firewall mark that chooses the table. */
export const RTA_MARK = 16;
/** Rule action: look into a table. */
export const FR_ACT_TO_TBL = 1;
/** Rule attribute: its place in the order of rules; 0 when absent. */
export const FRA_PRIORITY = 6;
/** Link attribute: hardware address. */
export const IFLA_ADDRESS = 1;
/** Link attribute: name. */
export const IFLA_IFNAME = 3;
/** Address attribute: address of the other end, or of the interface where there is none. */
export const IFA_ADDRESS = 1;
/** Address attribute: the interface's own address. */
export const IFA_LOCAL = 2;
/** Neighbour attribute: its IPv4 address. */
export const NDA_DST = 1;
/** Neighbour attribute: its hardware address. */
export const NDA_LLADDR = 2;
/** Neighbour state: set by hand, never asked for. */
export const NUD_PERMANENT = 0x80;
/** Neighbour states in which the kernel asks, or has asked in vain: incomplete, failed. */
export const NUD_SILENT = 0x21;
/** Neighbour states in which the hardware address can be used: reachable, stale, delay, probe, noarp, permanent. */
export const NUD_VALID = 0xde;
