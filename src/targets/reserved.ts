/**
 * Addresses that a sweep must not stumble into.
 *
 * Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890, as updated by RFC 8190) at
 * https://www.iana.org/assignments/iana-ipv4-special-registry/, and for multicast the IANA IPv4
 * Multicast Address Space Registry (RFC 5771).
 */

import { type Block, containsBlock, mergeBlocks, parseBlock, subtractBlocks } from "./block.ts";

/** A block with a purpose other than numbering hosts of the public Internet. */
export interface ReservedBlock extends Block {
  /** The registry's name for it. */
  readonly name: string;
  /** The document that reserves it. */
  readonly reference: string;
  /**
   * `local`: numbers hosts of the user's own network or machine, so naming it is meaning it. `closed`: not reachable
   * over the public Internet. `global`: reachable, serving a special purpose there.
   */
  readonly reach: "local" | "closed" | "global";
}

function reserve(
  prefix: string,
  name: string,
  reference: string,
  reach: ReservedBlock["reach"] = "closed",
): ReservedBlock {
  return { ...parseBlock(prefix) as Block, name, reference, reach };
}

/** The registries' entries in order of address. Entries inside another entry are left out. */
export const RESERVED_BLOCKS: readonly ReservedBlock[] = [
  reserve("0.0.0.0/8", "This network", "RFC 791"),
  reserve("10.0.0.0/8", "Private-Use", "RFC 1918", "local"),
  reserve("100.64.0.0/10", "Shared Address Space", "RFC 6598", "local"),
  reserve("127.0.0.0/8", "Loopback", "RFC 1122", "local"),
  reserve("169.254.0.0/16", "Link Local", "RFC 3927", "local"),
  reserve("172.16.0.0/12", "Private-Use", "RFC 1918", "local"),
  reserve("192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890"),
  reserve("192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737"),
  reserve("192.31.196.0/24", "AS112-v4", "RFC 7535", "global"),
  reserve("192.52.193.0/24", "AMT", "RFC 7450", "global"),
  reserve("192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526", "global"),
  reserve("192.168.0.0/16", "Private-Use", "RFC 1918", "local"),
  reserve("192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", "global"),
  reserve("198.18.0.0/15", "Benchmarking", "RFC 2544"),
  reserve("198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737"),
  reserve("203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737"),
  reserve("224.0.0.0/4", "Multicast", "RFC 5771", "global"),
  reserve("240.0.0.0/4", "Reserved, with Limited Broadcast", "RFC 1112, RFC 919"),
];

/** The reserved blocks that the targets overlap. */
export function reservedWithin(targets: Iterable<Block>): ReservedBlock[] {
  const merged = mergeBlocks(targets);
  return RESERVED_BLOCKS.filter(({ first, last }) => merged.overlaps(first, last));
}

/**
 * Whether a target lies wholly inside a local block (private use, shared, link local, loopback): who names it means it.
 * `scan 10.1.0.0/16` means private addresses, `scan 8.0.0.0/6` does not.
 */
export function isLocal(target: Block): boolean {
  return LOCAL_BLOCKS.some((reserved) => containsBlock(reserved, target));
}

const LOCAL_BLOCKS = RESERVED_BLOCKS.filter(({ reach }) => reach === "local");

/** Whether some target is reachable over the public Internet: its owner is a stranger who did not ask for probes. */
export function reachStrangers(targets: Iterable<Block>): boolean {
  const closed = mergeBlocks(RESERVED_BLOCKS.filter(({ reach }) => reach !== "global"));
  // Block by block: the rest of a long list is not needed once one is open.
  return mergeBlocks(targets).some((block) => subtractBlocks([block], closed).length > 0);
}
