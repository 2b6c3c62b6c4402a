/**
 * Constants of the C library that both systems have, under their C names, grouped by header.
 *
 * Those with a number of their own on each system come from the platform's table.
 * tests/system/abi_test.ts compares every one of them with what a C compiler says.
 */

import { platform } from "../platform.ts";

const { constants } = platform;

// <sys/socket.h>
/** IPv4. */
export const AF_INET = 2;
/** IPv6. */
export const AF_INET6: number = constants.AF_INET6;
/** Datagrams. */
export const SOCK_DGRAM = 2;
/** Datagrams with their network header. */
export const SOCK_RAW = 3;
/** Level of the options that every socket has. */
export const SOL_SOCKET: number = constants.SOL_SOCKET;
/** Permission to share an address with another socket that permits it. */
export const SO_REUSEADDR: number = constants.SO_REUSEADDR;
/** Size of the send buffer. */
export const SO_SNDBUF: number = constants.SO_SNDBUF;
/** Size of the receive buffer, at most net.core.rmem_max. */
export const SO_RCVBUF: number = constants.SO_RCVBUF;
/** Permission to send to a broadcast address. */
export const SO_BROADCAST: number = constants.SO_BROADCAST;
/** The error that is pending; reading clears it. */
export const SO_ERROR: number = constants.SO_ERROR;
/** What close does with what was not sent yet. */
export const SO_LINGER: number = constants.SO_LINGER;
/** Neither direction goes on. */
export const SHUT_RDWR = 2;
/** Do not wait. */
export const MSG_DONTWAIT: number = constants.MSG_DONTWAIT;
/** Received: the datagram was longer than the buffer. Asked: return the real length. */
export const MSG_TRUNC: number = constants.MSG_TRUNC;
/** Received: the control messages were longer than their buffer. */
export const MSG_CTRUNC: number = constants.MSG_CTRUNC;

// <netinet/in.h>
/** Level of the IPv4 options. */
export const IPPROTO_IP = 0;
/** Protocol number of ICMP, RFC 792. */
export const IPPROTO_ICMP = 1;
/** Protocol number of UDP, RFC 768. */
export const IPPROTO_UDP = 17;
/** The program writes the IPv4 header itself. */
export const IP_HDRINCL: number = constants.IP_HDRINCL;
/** Type of service; also the type of the control message that carries that of a received datagram. */
export const IP_TOS: number = constants.IP_TOS;
/** Time to live; also the type of the control message that carries that of a received datagram. */
export const IP_TTL: number = constants.IP_TTL;

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
export const CLOCK_MONOTONIC: number = constants.CLOCK_MONOTONIC;

// <net/if.h>
/** Longest interface name, with its final zero. */
export const IF_NAMESIZE = 16;
/** The interface is up. */
export const IFF_UP = 1;
/** The interface has a broadcast address. */
export const IFF_BROADCAST = 2;
/** The interface is a loopback. */
export const IFF_LOOPBACK = 8;
/** Flag of an interface: its link is up, a cable is in. */
export const IFF_RUNNING = 0x40;

// <netdb.h>
/** The name server did not answer; it may later. */
export const EAI_AGAIN: number = constants.EAI_AGAIN;
/** Look up the address of a name; a number is not a name. */
export const NI_NAMEREQD: number = constants.NI_NAMEREQD;
/** Longest host name that getnameinfo() can return, with its final zero. */
export const NI_MAXHOST = 1025;

// <signal.h>
/** Hangup: the terminal has gone. */
export const SIGHUP = 1;
/** Stops the process until SIGCONT; it cannot be caught. */
export const SIGSTOP: number = constants.SIGSTOP;
/** A file would grow beyond the limit (setrlimit(2), RLIMIT_FSIZE). */
export const SIGXFSZ = 25;
/** Signal handler: none, the signal is ignored. */
export const SIG_IGN = 1;
/** What signal(2) returns when it fails. */
export const SIG_ERR: number = -1;

// <fcntl.h>, <limits.h>
/** Open for reading alone. */
export const O_RDONLY = 0;
/** Open for writing alone. */
export const O_WRONLY = 1;
/** Open for reading and writing. */
export const O_RDWR = 2;
/** Make the file where there is none. */
export const O_CREAT: number = constants.O_CREAT;
/** Every write goes to the end of the file. */
export const O_APPEND: number = constants.O_APPEND;
/** Neither opening nor reading or writing waits. */
export const O_NONBLOCK: number = constants.O_NONBLOCK;
/** Closed when another program is run. */
export const O_CLOEXEC: number = constants.O_CLOEXEC;
/** Bytes that a pipe takes at once or not at all. */
export const PIPE_BUF: number = constants.PIPE_BUF;
