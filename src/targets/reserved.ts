/**
 * Addresses that a sweep must not stumble into.
 *
 * Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890, as updated by RFC 8190) at
 * https://www.iana.org/assignments/iana-ipv4-special-registry/, and for multicast the IANA IPv4
 * Multicast Address Space Registry (RFC 5771).
 */

import { type Block, blockOfPrefix, containsBlock, mergeBlocks, subtractBlocks } from "./block.ts";
import type { PackedBlocks } from "./packed_blocks.ts";

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
  address: number,
  prefixLength: number,
  name: string,
  reference: string,
  reach: ReservedBlock["reach"] = "closed",
): ReservedBlock {
  return { ...blockOfPrefix(address, prefixLength), name, reference, reach };
}

/** The registries' entries in order of address. Entries inside another entry are left out. */
export const RESERVED_BLOCKS: readonly ReservedBlock[] = [
  reserve(0x00000000, 8, "This network", "RFC 791"),
  reserve(0x0a000000, 8, "Private-Use", "RFC 1918", "local"),
  reserve(0x64400000, 10, "Shared Address Space", "RFC 6598", "local"),
  reserve(0x7f000000, 8, "Loopback", "RFC 1122", "local"),
  reserve(0xa9fe0000, 16, "Link Local", "RFC 3927", "local"),
  reserve(0xac100000, 12, "Private-Use", "RFC 1918", "local"),
  reserve(0xc0000000, 24, "IETF Protocol Assignments", "RFC 6890"),
  reserve(0xc0000200, 24, "Documentation (TEST-NET-1)", "RFC 5737"),
  reserve(0xc01fc400, 24, "AS112-v4", "RFC 7535", "global"),
  reserve(0xc034c100, 24, "AMT", "RFC 7450", "global"),
  reserve(0xc0586300, 24, "Deprecated (6to4 Relay Anycast)", "RFC 7526", "global"),
  reserve(0xc0a80000, 16, "Private-Use", "RFC 1918", "local"),
  reserve(0xc0af3000, 24, "Direct Delegation AS112 Service", "RFC 7534", "global"),
  reserve(0xc6120000, 15, "Benchmarking", "RFC 2544"),
  reserve(0xc6336400, 24, "Documentation (TEST-NET-2)", "RFC 5737"),
  reserve(0xcb007100, 24, "Documentation (TEST-NET-3)", "RFC 5737"),
  reserve(0xe0000000, 4, "Multicast", "RFC 5771", "global"),
  reserve(0xf0000000, 4, "Reserved, with Limited Broadcast", "RFC 1112, RFC 919"),
];

/** The reserved blocks that the targets overlap. */
export function reservedWithin(targets: Iterable<Block>): ReservedBlock[] {
  const merged = mergeBlocks(targets);
  return RESERVED_BLOCKS.filter(({ first, last }) => overlapsAny(merged, first, last));
}

/** Whether one of sorted blocks that do not overlap has an address from `first` to `last`. */
function overlapsAny(merged: PackedBlocks, first: number, last: number): boolean {
  let low = 0, high = merged.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (merged.lastAt(middle) < first) low = middle + 1;
    else high = middle;
  }
  return low < merged.length && merged.firstAt(low) <= last;
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
  const merged = mergeBlocks(targets);
  // Block by block: the rest of a long list is not needed once one is open.
  for (let i = 0; i < merged.length; i++) {
    if (subtractBlocks(merged.slice(i, i + 1), closed).length > 0) return true;
  }
  return false;
}
