/** Hardware addresses of next hops: looked up, and where the kernel has none, asked for. */

import { SOCK_CLOEXEC } from "./constants.ts";
import { AF_INET, SOCK_DGRAM } from "../posix/constants.ts";
import { checkResult } from "../posix/errno.ts";
import { openLibc } from "../posix/libc.ts";
import { listNeighbours, type NetlinkLink } from "./netlink.ts";
import { createSocketAddress } from "../posix/socket_address.ts";
import { bindToInterface } from "../posix/socket_option.ts";

/** A router on a link of ours. */
export interface NextHop {
  /** The interface that leads to it. */
  readonly link: NetlinkLink;
  /** Its IPv4 address, an unsigned 32-bit number. */
  readonly address: number;
}

/** The kernel sends a request once a second: time for two of them. */
const WAIT_MS = 1500;
const POLL_MS = 20, POLLS_PER_QUESTION = 25;
const DISCARD_PORT = 9;

/** A hardware address; or `silent` when the kernel has asked for it in vain so far, `unknown` when it has not asked. */
export type HardwareFinding = Uint8Array<ArrayBuffer> | "silent" | "unknown";

/**
 * The hardware addresses of next hops, in their order. Waits up to 1.5 s for those that the kernel does not know.
 *
 * Sends nothing but datagrams to the discard port of these, which make the kernel ask for them (ARP).
 *
 * @throws {SystemError} when the kernel does not list its neighbours or gives no socket
 */
export async function findHardwareAddresses(hops: readonly NextHop[]): Promise<HardwareFinding[]> {
  for (let poll = 0;; poll++) {
    const neighbours = listNeighbours();
    const found = hops.map(({ link, address }): HardwareFinding => {
      const neighbour = neighbours.find((each) =>
        each.interfaceIndex === link.index && each.address === address
      );
      return neighbour === undefined ? "unknown" : neighbour.hardwareAddress ?? "silent";
    });
    const missing = hops.filter((_, index) => !(found[index] instanceof Uint8Array));
    if (missing.length === 0 || poll * POLL_MS >= WAIT_MS) return found;
    if (poll % POLLS_PER_QUESTION === 0) missing.forEach(sendDiscard);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function sendDiscard({ link, address }: NextHop): void {
  const libc = openLibc();
  const descriptor = checkResult(
    libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
    "socket",
    "ask for a gateway's hardware address",
  );
  try {
    // Routing rules may lead elsewhere; the gateway is on this link.
    bindToInterface(descriptor, link.name);
    const target = createSocketAddress(address, DISCARD_PORT);
    // Memory: sendto reads the address during the call only. Its failure shows in the neighbour table.
    libc.sendto(descriptor, null, 0n, 0, Deno.UnsafePointer.of(target), target.length);
  } finally {
    libc.close(descriptor);
  }
}
