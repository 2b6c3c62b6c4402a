/**
 * Constants of the C library and the kernel, under their C names, grouped by header.
 *
 * The numbers are Linux's (the same on x86-64 and AArch64). Where the portable path needs another
 * number on macOS it stands beside it; those could not be run on the machine where this was written.
 * tests/system/abi_test.ts compares every one of them with what a C compiler says.
 */

const darwin = Deno.build.os === "darwin";

// <sys/socket.h>
/** IPv4. */
export const AF_INET = 2;
/** IPv6. */
export const AF_INET6 = darwin ? 30 : 10;
/** Datagrams. */
export const SOCK_DGRAM = 2;
/** Datagrams with their network header. */
export const SOCK_RAW = 3;
/** Flag for socket(): never wait. Linux only. */
export const SOCK_NONBLOCK = 0o4000;
/** Flag for socket(): not inherited by a program that this one starts. Linux only. */
export const SOCK_CLOEXEC = 0o2000000;
/** Level of the options that every socket has. */
export const SOL_SOCKET = darwin ? 0xffff : 1;
/** Permission to share an address with another socket that permits it. */
export const SO_REUSEADDR = darwin ? 4 : 2;
/** Size of the send buffer. */
export const SO_SNDBUF = darwin ? 0x1001 : 7;
/** Size of the receive buffer, at most net.core.rmem_max. */
export const SO_RCVBUF = darwin ? 0x1002 : 8;
/** Size of the receive buffer, beyond the limit; needs CAP_NET_ADMIN. */
export const SO_RCVBUFFORCE = 33;
/** Permission to send to a broadcast address. */
export const SO_BROADCAST = darwin ? 0x20 : 6;
/** Interface to which the socket is bound, by name. */
export const SO_BINDTODEVICE = 25;
/** Firewall mark of what is sent. */
export const SO_MARK = 36;
/** The error that is pending; reading clears it. */
export const SO_ERROR = darwin ? 0x1007 : 4;
/** Ask for the count of dropped datagrams beside each datagram. */
export const SO_RXQ_OVFL = 40;
/** Memory counters of the socket, SK_MEMINFO_*. */
export const SO_MEMINFO = 55;
/** Ask for time stamps; also the type of the control message that carries them. */
export const SO_TIMESTAMPING = 37;
/** Control message that names the key of a datagram's transmit stamp. Linux 6.13. */
export const SCM_TS_OPT_ID = 81;
/** Do not wait. */
export const MSG_DONTWAIT = darwin ? 0x80 : 0x40;
/** Received: the datagram was longer than the buffer. Asked: return the real length. */
export const MSG_TRUNC = darwin ? 0x10 : 0x20;
/** Received: the control messages were longer than their buffer. */
export const MSG_CTRUNC = darwin ? 0x20 : 0x8;
/** Do everything but send. Linux only. */
export const MSG_PROBE = 0x10;
/** Read from the error queue. Linux only. */
export const MSG_ERRQUEUE = 0x2000;

// <linux/sock_diag.h>
/** Index of the bytes of datagrams that wait to be sent among the 32-bit numbers of SO_MEMINFO. */
export const SK_MEMINFO_WMEM_ALLOC = 2;
/** Index of the drop counter among the 32-bit numbers of SO_MEMINFO. */
export const SK_MEMINFO_DROPS = 8;
/** How many 32-bit numbers SO_MEMINFO has. */
export const SK_MEMINFO_VARS = 9;

// <netinet/in.h>
/** Level of the IPv4 options. */
export const IPPROTO_IP = 0;
/** ICMP. */
export const IPPROTO_ICMP = 1;
/** Raw: sends any protocol, raw(7); receives what is sent as protocol 255. Linux only. */
export const IPPROTO_RAW = 255;
/** UDP. */
export const IPPROTO_UDP = 17;
/** The program writes the IPv4 header itself. */
export const IP_HDRINCL = darwin ? 2 : 3;
/** Type of service; also the type of the control message that carries that of a received datagram. */
export const IP_TOS = darwin ? 3 : 1;
/** Time to live; also the type of the control message that carries that of a received datagram. */
export const IP_TTL = darwin ? 4 : 2;
/** Ask for the addresses of each datagram; also the type of the control message that carries them. Linux only. */
export const IP_PKTINFO = 8;
/** Ask for the time to live of each datagram. Linux only. */
export const IP_RECVTTL = 12;
/** Ask for the type of service of each datagram. Linux only. */
export const IP_RECVTOS = 13;
/** Path MTU discovery, one of IP_PMTUDISC_*. */
export const IP_MTU_DISCOVER = 10;
/** Path MTU discovery: never set DF, fragment. */
export const IP_PMTUDISC_DONT = 0;
/** Path MTU discovery: set DF, ignore what is known of the path, use the interface's MTU. */
export const IP_PMTUDISC_PROBE = 3;
/** Type of the control message that an error queue entry carries. */
export const IP_RECVERR = 11;
/** Interface that unicast datagrams leave through, by index in network byte order; 0 for the kernel's choice. Linux only. */
export const IP_UNICAST_IF = 50;
/** Interface to which the socket is bound, by index. macOS only. */
export const IP_BOUND_IF = 25;

// <linux/icmp.h>
/** Level of the options of raw sockets. */
export const SOL_RAW = 255;
/** Bit set of the ICMP types 0..31 that a raw socket does not want. */
export const ICMP_FILTER = 1;

// <linux/net_tstamp.h>
/** Stamp what is sent when the driver takes it. */
export const SOF_TIMESTAMPING_TX_SOFTWARE = 1 << 1;
/** Stamp what is received when the driver hands it over. */
export const SOF_TIMESTAMPING_RX_SOFTWARE = 1 << 3;
/** Stamp what is sent in the network card. */
export const SOF_TIMESTAMPING_TX_HARDWARE = 1 << 0;
/** Stamp what is received in the network card. */
export const SOF_TIMESTAMPING_RX_HARDWARE = 1 << 2;
/** Stamp what is sent when the queueing discipline of an interface takes it. */
export const SOF_TIMESTAMPING_TX_SCHED = 1 << 8;
/** Report software stamps. */
export const SOF_TIMESTAMPING_SOFTWARE = 1 << 4;
/** Number the datagrams sent, and report the number beside the stamp. */
export const SOF_TIMESTAMPING_OPT_ID = 1 << 7;
/** Report transmit stamps without the datagram itself. */
export const SOF_TIMESTAMPING_OPT_TSONLY = 1 << 11;

// <linux/errqueue.h>
/** Origin of an error queue entry: this machine's own refusal. */
export const SO_EE_ORIGIN_LOCAL = 1;
/** Origin of an error queue entry: an ICMP error. */
export const SO_EE_ORIGIN_ICMP = 2;
/** Origin of an error queue entry: a transmit stamp. */
export const SO_EE_ORIGIN_TIMESTAMPING = 4;
/** Kind of transmit stamp: the driver took the datagram. */
export const SCM_TSTAMP_SND = 0;
/** Kind of transmit stamp: the queueing discipline took the datagram. */
export const SCM_TSTAMP_SCHED = 1;

// <poll.h>
/** Something to read. */
export const POLLIN = 1;
/** There is room to write. */
export const POLLOUT = 4;
/** Something on the error queue. */
export const POLLERR = 8;
/** poll(): the other side is gone. */
export const POLLHUP = 16;
/** poll(): no such descriptor. */
export const POLLNVAL = 32;

// <time.h>
/** Time of day. */
export const CLOCK_REALTIME = 0;
/** Time since some start, never set. */
export const CLOCK_MONOTONIC = darwin ? 6 : 1;

// <sys/eventfd.h>
/** Flag for eventfd(): never wait. */
export const EFD_NONBLOCK = 0o4000;
/** Flag for eventfd(): not inherited. */
export const EFD_CLOEXEC = 0o2000000;

// <linux/sockios.h>
/** ioctl(): index of the interface of a name. */
export const SIOCGIFINDEX = 0x8933;
/** ioctl(): ask the driver of an interface. */
export const SIOCETHTOOL = 0x8946;

// <linux/ethtool.h>
/** Which time stamps can the driver take? */
export const ETHTOOL_GET_TS_INFO = 0x41;

// <net/if.h>
/** Longest interface name, with its final zero. */
export const IF_NAMESIZE = 16;
/** The interface is up. */
export const IFF_UP = 1;
/** The interface has a broadcast address. */
export const IFF_BROADCAST = 2;
/** The interface is a loopback. */
export const IFF_LOOPBACK = 8;
/** The interface joins two hosts. */
export const IFF_POINTOPOINT = 16;
/** Flag of an interface: its link is up, a cable is in. */
export const IFF_RUNNING = 0x40;

// <netdb.h>
/** The name has no address of the family asked for (GNU). */
export const EAI_ADDRFAMILY: number = darwin ? 1 : -9;
/** The name server could not be asked just now. */
export const EAI_AGAIN: number = darwin ? 2 : -3;
/** The name does not exist, or has no address of the family asked for. */
export const EAI_NONAME: number = darwin ? 8 : -2;
/** The name exists but has no address (GNU). */
export const EAI_NODATA: number = darwin ? 7 : -5;
/** Look up the address of a name; a number is not a name. */
export const NI_NAMEREQD = darwin ? 4 : 8;
/** Longest host name that getnameinfo() can return, with its final zero. */
export const NI_MAXHOST = 1025;

// <sys/timex.h>
/** Return value of adjtimex(): the clock is not synchronised. */
export const TIME_ERROR = 5;
/** The phase-locked loop disciplines the clock. */
export const STA_PLL = 0x0001;
/** A leap second will be inserted at midnight. */
export const STA_INS = 0x0010;
/** A leap second will be deleted at midnight. */
export const STA_DEL = 0x0020;
/** Nobody keeps the clock right. */
export const STA_UNSYNC = 0x0040;
/** `offset` is in nanoseconds. */
export const STA_NANO = 0x2000;

// <linux/capability.h>
/** Version word of capget() with two sets of 32 bits. */
export const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
/** Bit of CAP_SETGID. */
export const CAP_SETGID = 6;
/** Bit of CAP_SETUID. */
export const CAP_SETUID = 7;
/** Bit of CAP_NET_ADMIN. */
export const CAP_NET_ADMIN = 12;
/** Bit of CAP_NET_RAW. */
export const CAP_NET_RAW = 13;

// <sys/prctl.h>
/** No execve(2) grants a privilege any more. */
export const PR_SET_NO_NEW_PRIVS = 38;
/** Asks whether that is set. */
export const PR_GET_NO_NEW_PRIVS = 39;

// <sys/socket.h>, for sweeps
/** Frames of a link layer, packet(7). Linux only. */
export const AF_PACKET = 17;
/** Messages to and from the kernel's routing tables, netlink(7). Linux only. */
export const AF_NETLINK = 16;
/** Run a classic BPF program on what arrives, before it is queued. */
export const SO_ATTACH_FILTER = 26;
/** Ask for a nanosecond receive stamp; also the type of the control message that carries it. */
export const SO_TIMESTAMPNS = 35;

// <linux/if_packet.h>
/** Level of the options of packet sockets. */
export const SOL_PACKET = 263;
/** Packets that passed the filter since the last look, and those of them that found no room. */
export const PACKET_STATISTICS = 6;
/** Hand frames to the driver without passing the queueing discipline. */
export const PACKET_QDISC_BYPASS = 20;
/** Do not copy what this machine sends to the socket (Linux 4.20). */
export const PACKET_IGNORE_OUTGOING = 23;
/** The greatest type of a packet that is meant for this machine: to its address, to all, to a group. */
export const PACKET_MULTICAST = 2;

// <linux/if_ether.h>
/** Ethernet type of IPv4. */
export const ETH_P_IP = 0x0800;
/** Ethernet type of ARP. */
export const ETH_P_ARP = 0x0806;
/** Every Ethernet type, seen before the traffic control and the packet filter of an interface. */
export const ETH_P_ALL = 0x0003;

// <linux/if_arp.h>
/** Link type: Ethernet, with 6-byte addresses. */
export const ARPHRD_ETHER = 1;
/** Link type: loopback. */
export const ARPHRD_LOOPBACK = 772;

// <linux/filter.h>
/** Where a classic BPF program finds facts about a packet that are not in its octets. */
export const SKF_AD_OFF: number = -0x1000;
/** From there: Ethernet type. */
export const SKF_AD_PROTOCOL = 0;
/** From there: type of the packet, PACKET_*. */
export const SKF_AD_PKTTYPE = 4;
/** From there: link type of the interface, ARPHRD_*. */
export const SKF_AD_HATYPE = 28;
/** From there: 1 when the hardware took a VLAN tag off. */
export const SKF_AD_VLAN_TAG_PRESENT = 48;

// <linux/netlink.h>
/** Netlink protocol of routes, neighbours, links and addresses. */
export const NETLINK_ROUTE = 0;
/** Flag: this is a request. */
export const NLM_F_REQUEST = 0x001;
/** Flag: every entry of the table, not one. */
export const NLM_F_DUMP = 0x300;
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
/** Asks for addresses of this machine. */
export const RTM_GETADDR = 22;
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

// <signal.h>
/** Hangup: the terminal has gone. */
export const SIGHUP = 1;
/** A file would grow beyond the limit (setrlimit(2), RLIMIT_FSIZE). */
export const SIGXFSZ = 25;
/** Signal handler: none, the signal is ignored. */
export const SIG_IGN = 1;
/** What signal(2) returns when it fails. */
export const SIG_ERR: number = -1;

// <fcntl.h>, <limits.h>
/** Open for writing alone. */
export const O_WRONLY = 1;
/** Open for reading and writing. */
export const O_RDWR = 2;
/** Make the file where there is none. */
export const O_CREAT = darwin ? 0x200 : 0x40;
/** Every write goes to the end of the file. */
export const O_APPEND = darwin ? 0x8 : 0x400;
/** Neither opening nor reading or writing waits. */
export const O_NONBLOCK = darwin ? 0x4 : 0x800;
/** Closed when another program is run. */
export const O_CLOEXEC = darwin ? 0x100_0000 : 0x8_0000;
/** Bytes that a pipe takes at once or not at all. */
export const PIPE_BUF = darwin ? 512 : 4096;
