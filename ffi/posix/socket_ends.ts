/**
 * The sockets behind a raw ICMP socket: SOCK_RAW with our own IPv4 header (raw(7)).
 *
 * Separate sockets send and receive. Without IP_RECVERR, Linux reports success for datagrams that it dropped because a queue
 * or the neighbour table was full. With it, a socket that receives ICMP is given every ICMP error a second time, in place of
 * the next call's result. So the sending socket is of protocol 255 (IPPROTO_RAW), to which no ICMP error about our
 * probes comes; what others send as protocol 255 is dropped by a filter. Elsewhere one socket does both.
 */

import { SO_TIMESTAMP } from "../darwin/constants.ts";
import { platform } from "../platform.ts";
import {
  IP_MTU_DISCOVER,
  IP_PMTUDISC_PROBE,
  IP_RECVERR,
  IPPROTO_RAW,
  SO_MARK,
  SO_RXQ_OVFL,
} from "../linux/constants.ts";
import {
  AF_INET,
  IP_HDRINCL,
  IPPROTO_ICMP,
  IPPROTO_IP,
  SOCK_RAW,
  SOL_SOCKET,
} from "./constants.ts";
import type { SocketEnds } from "./datagram.ts";
import { checkResult } from "./errno.ts";
import { openLibc } from "./libc.ts";
import { InterfaceBinding } from "./interface_binding.ts";
import { attachFilter, dropAllFilter } from "../linux/packet_filter.ts";
import { ReplyFilter } from "../linux/reply_filter.ts";
import { enableReceiveStamps, keepIcmpTypes } from "../linux/socket_option.ts";
import { bindToAddress, requireLinux, setIntOption, setReceiveBuffer } from "./socket_option.ts";
import type { SocketTroubles } from "./socket_troubles.ts";
import { chooseAttribution, type StampAttribution } from "../linux/stamp_attribution.ts";

/** How the sockets are set up. All are optional. */
export interface SocketEndsOptions {
  /**
   * Send through the interface of this name and receive only from it, see {@linkcode InterfaceBinding}. Default: the
   * kernel's route.
   */
  readonly interfaceName?: string | undefined;
  /**
   * One of this machine's addresses, as an unsigned 32-bit number: filled in where a datagram's source is zero, and
   * only what is sent to it is received. Default: the kernel's choice for each destination.
   */
  readonly sourceAddress?: number | undefined;
  /** Firewall mark of what is sent, unsigned, 32 bits; needs CAP_NET_ADMIN (since Linux 5.17 CAP_NET_RAW). */
  readonly mark?: number | undefined;
  /** ICMP types to receive, 0..31 each. Default: timestamp reply, and the errors. */
  readonly icmpTypes?: readonly number[] | undefined;
  /** Longest datagram, in bytes. */
  readonly slotBytes?: number | undefined;
  /** Receive buffer in bytes. Default 1 MiB, or 128 of the longest datagram where that is more. */
  readonly receiveBufferBytes?: number | undefined;
  /** Ask the kernel for stamps. Default true. */
  readonly kernelStamps?: boolean | undefined;
  /** How transmit stamps find their datagrams. Default: `key` where the kernel takes keys (6.13), else `content`. */
  readonly attribution?: StampAttribution | undefined;
  /** Ignore what the kernel has learnt of the path's MTU (IP_PMTUDISC_PROBE). Default false. */
  readonly ignorePathMtu?: boolean | undefined;
}

/** Open sockets, and what the kernel granted. */
export interface OpenSocketEnds extends SocketEnds {
  /** The kernel stamps what is sent and received, and says so which datagram a stamp is of. */
  readonly attribution: StampAttribution | undefined;
  /** Size of the receive buffer, the kernel's bookkeeping included. */
  readonly receiveBufferBytes: number;
  /** The interface that the sockets use; undefined for the kernel's route. */
  readonly binding: InterfaceBinding | undefined;
  /** What the kernel lets through to the receiving socket. */
  readonly filter: ReplyFilter;
}

/** Timestamp reply, and the errors: unreachable, source quench, redirect, time exceeded, parameter problem. */
const DEFAULT_ICMP_TYPES: readonly number[] = [14, 3, 4, 5, 11, 12];

const DEFAULT_RECEIVE_BUFFER_BYTES = 1 << 20;
/** Longest datagrams that the receive buffer holds, by their own length. */
const RECEIVED_AT_ONCE = 128;

/**
 * Opens the sockets. The caller closes them with {@linkcode closeSocketEnds}.
 *
 * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV for an unknown interface; EADDRNOTAVAIL for a source
 * that is not this machine's; whatever else the kernel refuses
 */
export function openSocketEnds(
  options: SocketEndsOptions,
  troubles: SocketTroubles,
): OpenSocketEnds {
  const receiveFd = openSocket(IPPROTO_ICMP);
  let sendFd = receiveFd;
  try {
    const wantsStamps = platform.hasErrorQueue && options.kernelStamps !== false;
    // First of all: where no other program uses receive stamps, the kernel needs a moment until it takes them. What comes
    // before that is stamped `user`.
    const hasReceiveStamps = wantsStamps &&
      troubles.attempt(() => enableReceiveStamps(receiveFd)) === true;
    if (platform.hasReceiptTimes && options.kernelStamps !== false) {
      const action = "use kernel stamps (SO_TIMESTAMP)";
      troubles.attempt(() => setIntOption(receiveFd, SOL_SOCKET, SO_TIMESTAMP, 1, action));
    }
    if (platform.hasErrorQueue) {
      sendFd = openSocket(IPPROTO_RAW);
      const descriptor = sendFd;
      troubles.attempt(() => attachFilter(descriptor, dropAllFilter()));
    }
    const attribution = hasReceiveStamps
      ? chooseAttribution(sendFd, options.attribution)
      : undefined;
    // Stamps that wait to be read, two a datagram and perhaps the datagram with them, take room as what arrives does.
    if (attribution !== undefined) {
      const descriptor = sendFd;
      troubles.attempt(() => setReceiveBuffer(descriptor, DEFAULT_RECEIVE_BUFFER_BYTES));
    }
    const filter = new ReplyFilter(receiveFd);
    const { interfaceName, sourceAddress } = options;
    const binding = interfaceName === undefined
      ? undefined
      : InterfaceBinding.bind({ sendFd, receiveFd }, interfaceName, filter);
    if (sourceAddress !== undefined) {
      for (const descriptor of new Set([receiveFd, sendFd])) {
        bindToAddress(descriptor, sourceAddress);
      }
    }
    configureSending(sendFd, options, troubles);
    const receiveBufferBytes = configureReceiving(receiveFd, options, troubles);
    return { sendFd, receiveFd, attribution, receiveBufferBytes, binding, filter };
  } catch (error) {
    closeSocketEnds({ sendFd, receiveFd });
    throw error;
  }
}

/** Closes the sockets. Call it once. */
export function closeSocketEnds({ sendFd, receiveFd }: SocketEnds): void {
  for (const descriptor of new Set([receiveFd, sendFd])) openLibc().close(descriptor);
}

function openSocket(protocol: number): number {
  const descriptor = openLibc().socket(AF_INET, SOCK_RAW | platform.socketFlags, protocol);
  return checkResult(descriptor, "socket", "open a raw socket");
}

function configureSending(
  descriptor: number,
  { mark, ignorePathMtu }: SocketEndsOptions,
  troubles: SocketTroubles,
): void {
  const set = (level: number, option: number, value: number, action: string) =>
    setIntOption(descriptor, level, option, value, action);
  set(IPPROTO_IP, IP_HDRINCL, 1, "write IPv4 headers");
  // Without it, what finds no room in a queue seems to be sent.
  if (platform.hasErrorQueue) {
    troubles.attempt(() => set(IPPROTO_IP, IP_RECVERR, 1, "report full queues (IP_RECVERR)"));
  }
  if (mark !== undefined) requireLinux(platform.hasMarks, `mark datagrams with ${mark}`);
  if (mark !== undefined) set(SOL_SOCKET, SO_MARK, mark, `mark datagrams with ${mark}`);
  if (ignorePathMtu === true) {
    requireLinux(platform.hasMarks, "ignore the path's MTU");
    set(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE, "ignore the path's MTU");
  }
}

/** Returns the size of the receive buffer; 0 when the kernel does not say. A run can do without all of it. */
function configureReceiving(
  descriptor: number,
  options: SocketEndsOptions,
  troubles: SocketTroubles,
): number {
  if (platform.hasErrorQueue) {
    troubles.attempt(() => keepIcmpTypes(descriptor, options.icmpTypes ?? DEFAULT_ICMP_TYPES));
    const action = "count dropped datagrams (SO_RXQ_OVFL)";
    troubles.attempt(() => setIntOption(descriptor, SOL_SOCKET, SO_RXQ_OVFL, 1, action));
  }
  const bufferBytes = options.receiveBufferBytes ??
    Math.max(DEFAULT_RECEIVE_BUFFER_BYTES, RECEIVED_AT_ONCE * (options.slotBytes ?? 0));
  return troubles.attempt(() => setReceiveBuffer(descriptor, bufferBytes)) ?? 0;
}
