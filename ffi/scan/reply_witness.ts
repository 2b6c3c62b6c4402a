/**
 * Counts the replies to a sweep that reach this machine, whatever becomes of them afterwards: a packet socket that is not read,
 * packet(7). What it counts and the sweep's own socket did not receive was kept back by this machine.
 */

import { platform } from "../platform.ts";
import type { Witness } from "../../src/scan/reply_collector.ts";
import { SOCK_CLOEXEC } from "../linux/constants.ts";
import {
  AF_PACKET,
  ETH_P_IP,
  PACKET_IGNORE_OUTGOING,
  PACKET_STATISTICS,
  SOL_PACKET,
} from "../linux/packet_constants.ts";
import { SO_RCVBUF, SOCK_DGRAM, SOL_SOCKET } from "../posix/constants.ts";
import { checkResult, SystemError } from "../posix/errno.ts";
import { knownInterfaceAddresses } from "../posix/interfaces.ts";
import { openLibc } from "../posix/libc.ts";
import { attachFilter } from "../linux/packet_filter.ts";
import { bindToLink } from "./packet_socket.ts";
import { getWordsOption, setIntOption } from "../posix/socket_option.ts";
import { deliverableReplyFilter, identifiedReplyFilter } from "./wire_filter.ts";

/** Most addresses, and most identifiers, that a filter has room for. */
export const MAX_FILTER_VALUES = 64;

/** Where a witness looks. */
export interface ReplyWitnessOptions {
  /** ETH_P_IP: past traffic control; ETH_P_ALL: before it. */
  readonly protocol: number;
  /** The interface; 0 for all, with ETH_P_IP. */
  readonly interfaceIndex: number;
  /** Addresses of this machine, 1 to 64. */
  readonly destinations: readonly number[];
  /** What a sweep sent; `timestamp` by default. */
  readonly message?: "timestamp" | "echo" | undefined;
  /** ICMP identifiers that count, 1 to 64; all by default. */
  readonly identifiers?: readonly number[];
}

/** A packet socket that counts. */
export class ReplyWitness implements Witness {
  #descriptor: number;
  readonly #message: ReplyWitnessOptions["message"];
  #seen = 0;

  private constructor(descriptor: number, message: ReplyWitnessOptions["message"]) {
    this.#descriptor = descriptor;
    this.#message = message;
  }

  /**
   * Opens the socket. Its receive buffer is the smallest that there is: the kernel counts what finds no room, and copies nothing.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV when there is no such interface
   */
  static open(options: ReplyWitnessOptions): ReplyWitness {
    const { protocol, interfaceIndex, destinations, identifiers, message } = options;
    const libc = openLibc();
    const descriptor = checkResult(
      // Protocol 0: nothing arrives before the filter is there.
      libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
      "socket",
      "open a packet socket",
    );
    try {
      attachFilter(
        descriptor,
        identifiers === undefined
          ? deliverableReplyFilter(destinations, message)
          : identifiedReplyFilter(destinations, identifiers),
      );
      setIntOption(descriptor, SOL_SOCKET, SO_RCVBUF, 1, "set the receive buffer");
      const ignore = "ignore what is sent (PACKET_IGNORE_OUTGOING)";
      setIntOption(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, ignore);
      bindToLink(descriptor, protocol, interfaceIndex);
      return new ReplyWitness(descriptor, message);
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }

  /**
   * Looks for replies to other addresses, or at another interface.
   *
   * @throws {SystemError} ENODEV when there is no such interface
   */
  redirect(
    { protocol, interfaceIndex, destinations }: Omit<
      ReplyWitnessOptions,
      "message" | "identifiers"
    >,
  ): void {
    attachFilter(this.#descriptor, deliverableReplyFilter(destinations, this.#message));
    bindToLink(this.#descriptor, protocol, interfaceIndex);
  }

  /**
   * Replies seen since open.
   *
   * @throws {SystemError} when the kernel does not report it
   */
  seen(): number {
    const action = "read the counters of a packet socket (PACKET_STATISTICS)";
    // The kernel starts from zero after each look.
    this.#seen += getWordsOption(this.#descriptor, SOL_PACKET, PACKET_STATISTICS, 2, action)[0] ??
      0;
    return this.#seen;
  }

  /** Closes the socket; further calls do nothing. */
  close(): void {
    if (this.#descriptor >= 0) openLibc().close(this.#descriptor);
    this.#descriptor = -1;
  }

  /** {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * A witness of what the firewall of this machine keeps back: it looks at all interfaces, past traffic control. Undefined on a
 * kernel that has none, and where there are more addresses of this machine, or identifiers, than a filter holds.
 *
 * @param identifiers ICMP identifiers of the replies that count
 */
export function openReplyWitness(identifiers: readonly number[]): ReplyWitness | undefined {
  if (!platform.hasSocketFilters) return undefined;
  const destinations = [...new Set(knownInterfaceAddresses().map(({ address }) => address))];
  const counts = [destinations.length, identifiers.length];
  if (counts.some((count) => count === 0 || count > MAX_FILTER_VALUES)) return undefined;
  try {
    return ReplyWitness.open({ protocol: ETH_P_IP, interfaceIndex: 0, destinations, identifiers });
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}
