/** Socket options that only Linux has (socket(7), raw(7)), each with an error message. */

import { SOL_SOCKET } from "../posix/constants.ts";
import { getWordsOption, setIntOption, trySetOption } from "../posix/socket_option.ts";
import {
  ICMP_FILTER,
  SK_MEMINFO_DROPS,
  SK_MEMINFO_VARS,
  SK_MEMINFO_WMEM_ALLOC,
  SO_MEMINFO,
  SO_TIMESTAMPING,
  SOF_TIMESTAMPING_OPT_ID,
  SOF_TIMESTAMPING_OPT_TSONLY,
  SOF_TIMESTAMPING_RX_SOFTWARE,
  SOF_TIMESTAMPING_SOFTWARE,
  SOF_TIMESTAMPING_TX_SCHED,
  SOF_TIMESTAMPING_TX_SOFTWARE,
  SOL_RAW,
} from "./constants.ts";

const RECEIVE_STAMPS = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
const TRANSMIT_STAMPS = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_TX_SCHED |
  SOF_TIMESTAMPING_TX_SOFTWARE;
const KEYED = SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;

/** What the kernel holds of a socket's datagrams, and has dropped. */
export interface SocketMemory {
  /** Bytes of datagrams that have not left, as the kernel counts them: with its own description of each. */
  readonly waitingBytes: number;
  /** Datagrams dropped since open because the receive buffer was full. */
  readonly droppedDatagrams: number;
}

/**
 * Reads the memory counters of a socket (SO_MEMINFO).
 *
 * @throws {SystemError} when the kernel refuses
 */
export function readSocketMemory(descriptor: number): SocketMemory {
  const action = "read the memory counters (SO_MEMINFO)";
  const words = getWordsOption(descriptor, SOL_SOCKET, SO_MEMINFO, SK_MEMINFO_VARS, action);
  return {
    waitingBytes: words[SK_MEMINFO_WMEM_ALLOC] ?? 0,
    droppedDatagrams: words[SK_MEMINFO_DROPS] ?? 0,
  };
}

/**
 * Enables the kernel's stamps of what is received.
 *
 * @returns true
 * @throws {SystemError} when the kernel refuses
 */
export function enableReceiveStamps(descriptor: number): true {
  const action = "use kernel stamps (SO_TIMESTAMPING)";
  setIntOption(descriptor, SOL_SOCKET, SO_TIMESTAMPING, RECEIVE_STAMPS, action);
  return true;
}

/**
 * Enables the kernel's stamps of what is sent: when the queue took it, and when the driver did.
 *
 * @param isKeyed the stamps carry the datagram's key (OPT_ID, OPT_TSONLY) instead of the datagram itself
 * @returns whether the kernel agreed
 */
export function enableTransmitStamps(descriptor: number, isKeyed: boolean): boolean {
  const flags = isKeyed ? TRANSMIT_STAMPS | KEYED : TRANSMIT_STAMPS;
  return trySetOption(descriptor, SOL_SOCKET, SO_TIMESTAMPING, flags) === 0;
}

/**
 * Lets through only these ICMP types; types from 32 on are always let through (raw(7), ICMP_FILTER).
 *
 * @param types 0..31 each
 * @throws {SystemError} when the kernel refuses
 */
export function keepIcmpTypes(descriptor: number, types: readonly number[]): void {
  let blocked = 0xffff_ffff;
  for (const type of types) blocked &= ~(1 << type);
  const action = "choose the ICMP types to receive";
  setIntOption(descriptor, SOL_RAW, ICMP_FILTER, blocked, action);
}
