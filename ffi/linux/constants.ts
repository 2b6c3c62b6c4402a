/**
 * Constants of sockets, time stamps, capabilities and clocks that only Linux has, under their C names, grouped by
 * header. The numbers are the same on x86-64 and AArch64; tests/system/abi_test.ts compares them with a C compiler's.
 */

// <sys/socket.h>
/** Flag for socket(): never wait. */
export const SOCK_NONBLOCK = 0o4000;
/** Flag for socket(): not inherited by a program that this one starts. */
export const SOCK_CLOEXEC = 0o2000000;
/** Size of the receive buffer, beyond the limit; needs CAP_NET_ADMIN. */
export const SO_RCVBUFFORCE = 33;
/** Interface to which the socket is bound, by name. */
export const SO_BINDTODEVICE = 25;
/** Firewall mark of what is sent. */
export const SO_MARK = 36;
/** Ask for the count of dropped datagrams beside each datagram. */
export const SO_RXQ_OVFL = 40;
/** Memory counters of the socket, SK_MEMINFO_*. */
export const SO_MEMINFO = 55;
/** Ask for time stamps; also the type of the control message that carries them. */
export const SO_TIMESTAMPING = 37;
/** Control message that names the key of a datagram's transmit stamp. Linux 6.13. */
export const SCM_TS_OPT_ID = 81;
/** Do everything but send. */
export const MSG_PROBE = 0x10;
/** Read from the error queue. */
export const MSG_ERRQUEUE = 0x2000;

// <linux/sock_diag.h>
/** Index of the bytes of datagrams that wait to be sent among the 32-bit numbers of SO_MEMINFO. */
export const SK_MEMINFO_WMEM_ALLOC = 2;
/** Index of the drop counter among the 32-bit numbers of SO_MEMINFO. */
export const SK_MEMINFO_DROPS = 8;
/** How many 32-bit numbers SO_MEMINFO has. */
export const SK_MEMINFO_VARS = 9;

// <netinet/in.h>
/** Raw: sends any protocol, raw(7); receives what is sent as protocol 255. */
export const IPPROTO_RAW = 255;
/** Ask for the addresses of each datagram; also the type of the control message that carries them. */
export const IP_PKTINFO = 8;
/** Ask for the time to live of each datagram. */
export const IP_RECVTTL = 12;
/** Ask for the type of service of each datagram. */
export const IP_RECVTOS = 13;
/** Path MTU discovery, one of IP_PMTUDISC_*. */
export const IP_MTU_DISCOVER = 10;
/** Path MTU discovery: never set DF, fragment. */
export const IP_PMTUDISC_DONT = 0;
/** Path MTU discovery: set DF, ignore what is known of the path, use the interface's MTU. */
export const IP_PMTUDISC_PROBE = 3;
/** Type of the control message that an error queue entry carries. */
export const IP_RECVERR = 11;
/** Interface that unicast datagrams leave through, by index in network byte order; 0 for the kernel's choice. */
export const IP_UNICAST_IF = 50;

// <linux/icmp.h>
/** Level of the options of raw sockets. */
export const SOL_RAW = 255;
/** Bit set of the ICMP types 0..31 that a raw socket does not receive. */
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

// <sys/eventfd.h>
/** Flag for eventfd(): never wait. */
export const EFD_NONBLOCK = 0o4000;
/** Flag for eventfd(): not inherited. */
export const EFD_CLOEXEC = 0o2000000;

// <linux/sockios.h>
/** ioctl(): index of the interface of a name. */
export const SIOCGIFINDEX = 0x8933;
/** ioctl(): when the datagram that was read last arrived. */
export const SIOCGSTAMPNS = 0x8907;
/** ioctl(): ask the driver of an interface. */
export const SIOCETHTOOL = 0x8946;

// <linux/ethtool.h>
/** Which time stamps can the driver take? */
export const ETHTOOL_GET_TS_INFO = 0x41;

// <sys/timex.h>
/** Return value of adjtimex(): the clock is not synchronised. */
export const TIME_ERROR = 5;
/** No program keeps the clock right. */
export const STA_UNSYNC = 0x0040;
/** Offsets count nanoseconds instead of microseconds. */
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

// <sys/socket.h>
/** Run a classic BPF program on what arrives, before it is queued. */
export const SO_ATTACH_FILTER = 26;
/** Ask for a nanosecond receive stamp; also the type of the control message that carries it. */
export const SO_TIMESTAMPNS = 35;
