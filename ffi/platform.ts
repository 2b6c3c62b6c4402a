/**
 * What differs between the two systems: numbers, layouts, names, and which facilities a system has. One table for each,
 * in `linux/platform.ts` and `darwin/platform.ts`. No other file of ffi asks which system it runs on.
 */

import { DARWIN } from "./darwin/platform.ts";
import { LINUX } from "./linux/platform.ts";

/** Constants that both systems have, each with its own number on each. */
export type PlatformConstants = Readonly<
  Record<
    | "AF_INET6"
    | "SOL_SOCKET"
    | "SO_REUSEADDR"
    | "SO_SNDBUF"
    | "SO_RCVBUF"
    | "SO_BROADCAST"
    | "SO_ERROR"
    | "SO_LINGER"
    | "MSG_DONTWAIT"
    | "MSG_TRUNC"
    | "MSG_CTRUNC"
    | "IP_HDRINCL"
    | "IP_TOS"
    | "IP_TTL"
    | "CLOCK_MONOTONIC"
    | "EAI_AGAIN"
    | "NI_NAMEREQD"
    | "O_CREAT"
    | "O_APPEND"
    | "O_NONBLOCK"
    | "O_CLOEXEC"
    | "PIPE_BUF"
    | "EAGAIN"
    | "EMSGSIZE"
    | "SIGSTOP",
    number
  >
>;

/** One system. */
export interface Platform {
  /** File name of the C library, for dlopen(3). */
  readonly library: string;
  /** Function of the C library that returns the address of errno. */
  readonly errnoFunction: string;
  /** Constants with a number of this system's own. */
  readonly constants: PlatformConstants;
  /** Name of every error number; undefined on Linux, where `linux/errno_table.ts` has them with their texts. */
  readonly errorCodes: readonly string[] | undefined;
  /** Offset of `ai_addr` in `struct addrinfo`, in bytes. */
  readonly addrinfoAddress: number;
  /** A socket address starts with its length (u8) and its family (u8), not with a family of 16 bits. */
  readonly hasAddressLength: boolean;
  /** With IP_HDRINCL, the total length and the fragment field of the IPv4 header are in host order. */
  readonly hasHostOrderHeader: boolean;
  /** Flags for socket(2): non-blocking and closed on exec; 0 where socket(2) takes none. */
  readonly socketFlags: number;
  /** Flag for socket(2): closed on exec; 0 where socket(2) takes none. */
  readonly closeOnExecFlag: number;
  /** A variadic argument of a C function travels like any other; on macOS for AArch64 it has a place of its own. */
  readonly hasPlainVariadics: boolean;
  /** ppoll(2) and eventfd(2); otherwise poll(2) and pipe(2). */
  readonly hasPpoll: boolean;
  /** IP_RECVERR, SO_TIMESTAMPING, SO_RXQ_OVFL, ICMP_FILTER and batches (sendmmsg(2)) for raw sockets. */
  readonly hasErrorQueue: boolean;
  /** The time of receipt alone, to the microsecond, in a control message (SO_TIMESTAMP). */
  readonly hasReceiptTimes: boolean;
  /** Echo sockets, SOCK_DGRAM and IPPROTO_ICMP, with the control messages that {@linkcode EchoSocket} needs. */
  readonly hasEchoSockets: boolean;
  /** Classic BPF programs on sockets (SO_ATTACH_FILTER), and IP_UNICAST_IF beside them. */
  readonly hasSocketFilters: boolean;
  /** Counters of dropped datagrams (SO_MEMINFO). */
  readonly hasMemoryCounters: boolean;
  /** SO_RCVBUFFORCE: a receive buffer beyond the system's limit. */
  readonly hasForcedBuffers: boolean;
  /** Sockets are bound to the index of an interface (IP_BOUND_IF), not to its name (SO_BINDTODEVICE). */
  readonly bindsByIndex: boolean;
  /** User and group id of `nobody`, which own nothing: -2 as 32 bits without sign on macOS. */
  readonly nobodyId: number;
  /** setresuid(2), setfsuid(2) and capabilities(7). */
  readonly hasCapabilities: boolean;
  /** Marks on datagrams that a firewall looks at (SO_MARK), and control over the path's MTU (IP_MTU_DISCOVER). */
  readonly hasMarks: boolean;
}

/** The system that this program runs on. */
export const platform: Platform = Deno.build.os === "darwin" ? DARWIN : LINUX;
