/**
 * Ties sockets to the interface of a name, and follows the name.
 *
 * A PPPoE or VPN link that connects again is a new interface with the old name and a new index. SO_BINDTODEVICE
 * stays with the index that is gone (ENODEV for every datagram), and only CAP_NET_RAW, which a run gives up at its start,
 * may bind such a socket again. Two things that need no privilege do the same here and can be renewed at any time:
 *
 * - sending: IP_UNICAST_IF (ip(7)) makes the kernel route as it does for a socket that is bound;
 * - receiving: a socket filter compares the index of the interface that a datagram arrived at (socket(7),
 *   SO_ATTACH_FILTER; SKF_AD_IFINDEX of <linux/filter.h>). What comes over the loopback passes as well: the errors of this
 *   machine itself, and the replies of the machine's addresses. So does what a VRF passes on from an interface that it owns.
 */

import type { OutgoingDatagram, SendResult } from "../../src/probe/transport.ts";
import { platform } from "../platform.ts";
import { IP_UNICAST_IF, SIOCGIFINDEX } from "../linux/constants.ts";
import { IF_NAMESIZE, IPPROTO_IP } from "./constants.ts";
import type { DatagramPath, SocketEnds } from "./datagram.ts";
import { checkResult, errnoNumber, SystemError } from "./errno.ts";
import { Ifreq } from "../linux/layout.ts";
import { openLinuxLibc } from "../linux/libc.ts";
import type { ReplyFilter } from "../linux/reply_filter.ts";
import { cString } from "./socket_address.ts";
import { bindToInterface, setIntOption } from "./socket_option.ts";

/** Index of the loopback in every network namespace of Linux. */
const LOOPBACK_INDEX = 1;

/** Sockets that use one interface. It does not own the descriptors. */
export class InterfaceBinding {
  readonly #ends: SocketEnds;
  readonly #name: string;
  readonly #filter: ReplyFilter;
  #index = 0;

  /**
   * Makes the sockets use the interface of that name.
   *
   * @param filter of the receiving socket
   * @throws {SystemError} ENODEV when there is none
   */
  static bind(ends: SocketEnds, name: string, filter: ReplyFilter): InterfaceBinding {
    const binding = new InterfaceBinding(ends, name, filter);
    binding.#use(binding.#findIndex());
    return binding;
  }

  private constructor(ends: SocketEnds, name: string, filter: ReplyFilter) {
    this.#filter = filter;
    this.#ends = ends;
    this.#name = name;
  }

  /**
   * Looks the name up again, and uses the interface that has it now.
   *
   * @returns whether it is another one than before
   */
  follow(): boolean {
    try {
      const index = this.#findIndex();
      if (platform.hasSocketFilters && index === this.#index) return false;
      this.#use(index);
      return true;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return false;
    }
  }

  /** Sends once more what was refused because the interface is gone, if another one has its name now. */
  sendAgain(
    path: Pick<DatagramPath, "send">,
    datagrams: readonly OutgoingDatagram[],
    results: SendResult[],
  ): SendResult[] {
    if (!results.some(isGone) || !this.follow()) return results;
    const again = path.send(datagrams.filter((_, index) => isGone(results[index])));
    let next = 0;
    return results.map((result) => isGone(result) ? again[next++] ?? result : result);
  }

  #use(index: number): void {
    const { sendFd, receiveFd } = this.#ends;
    if (platform.hasSocketFilters) {
      const action = `use interface ${this.#name}`;
      setIntOption(sendFd, IPPROTO_IP, IP_UNICAST_IF, swapBytes(index), action);
      const indexes = new Set([index, LOOPBACK_INDEX, this.#readMasterIndex() ?? index]);
      this.#filter.keepInterfaces([...indexes]);
    } else {
      for (const descriptor of new Set([receiveFd, sendFd])) {
        bindToInterface(descriptor, this.#name);
      }
    }
    this.#index = index;
  }

  /** The index in the network namespace of the socket, which need not be that of this thread. */
  #findIndex(): number {
    if (!platform.hasSocketFilters) return 0;
    const action = `use interface ${this.#name}`;
    const name = cString(this.#name);
    if (name.length > IF_NAMESIZE) throw new SystemError("ioctl", errnoNumber("ENODEV"), action);
    const request = new Uint8Array(Ifreq.size);
    request.set(name, Ifreq.name);
    const { ioctl } = openLinuxLibc();
    checkResult(ioctl(this.#ends.sendFd, BigInt(SIOCGIFINDEX), request), "ioctl", action);
    return new DataView(request.buffer).getInt32(Ifreq.index, true);
  }

  /** Index of the interface that owns this one, such as a VRF; undefined without one. */
  #readMasterIndex(): number | undefined {
    try {
      return Number(Deno.readTextFileSync(`/sys/class/net/${this.#name}/master/ifindex`));
    } catch {
      return undefined;
    }
  }
}

/** Whether the kernel refused a datagram because the socket's interface is gone. */
function isGone(result: SendResult | undefined): boolean {
  return result?.ok === false && (result.error.code === "ENODEV" || result.error.code === "ENXIO");
}

function swapBytes(word: number): number {
  return word << 24 | (word & 0xff00) << 8 | word >>> 8 & 0xff00 | word >>> 24;
}
