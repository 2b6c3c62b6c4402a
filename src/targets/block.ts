/** Contiguous runs of IPv4 addresses: reading them, merging them, taking one set from another. */

import { formatAddress, parseAddress } from "../packet/address.ts";
import { PackedBlocks } from "./packed_blocks.ts";

/** A run of addresses, both ends included. */
export interface Block {
  /** Lowest address, an unsigned 32-bit number. */
  readonly first: number;
  /** Highest address, an unsigned 32-bit number, not below `first`. */
  readonly last: number;
}

/** Number of addresses in a block, 1 to 2^32. */
export function blockSize(block: Block): number {
  return block.last - block.first + 1;
}

/**
 * The block that holds every address with the same leading bits.
 *
 * @param address any address of the block, unsigned 32-bit
 * @param prefixLength leading bits that count, 0 to 32 (RFC 4632 §3.1)
 * @throws RangeError when `prefixLength` is not an integer from 0 to 32
 */
export function blockOfPrefix(address: number, prefixLength: number): Block {
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > 32) {
    throw new RangeError(`Cannot make a block: prefix length ${prefixLength} is not 0 to 32`);
  }
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

/**
 * Reads `10.0.0.0/28`, `10.0.0.1-10.0.0.20` or `10.0.0.1`.
 *
 * Bits below the prefix are ignored, as routers do: `10.0.0.9/28` is `10.0.0.0/28`.
 *
 * @returns the block, or one sentence that says what is wrong with the text
 */
export function parseBlock(text: string): Block | string {
  const slash = text.indexOf("/");
  if (slash >= 0) return parsePrefix(text.slice(0, slash), text.slice(slash + 1));
  const dash = text.indexOf("-");
  if (dash >= 0) return parseRange(text.slice(0, dash), text.slice(dash + 1));
  const address = parseAddress(text);
  return address === undefined ? notAnAddress(text) : { first: address, last: address };
}

function parsePrefix(addressText: string, lengthText: string): Block | string {
  const address = parseAddress(addressText);
  if (address === undefined) return notAnAddress(addressText);
  if (!/^(?:\d|[12]\d|3[0-2])$/.test(lengthText)) {
    return `"${lengthText}" is not a prefix length from 0 to 32`;
  }
  return blockOfPrefix(address, Number(lengthText));
}

function parseRange(firstText: string, lastText: string): Block | string {
  const first = parseAddress(firstText.trim());
  if (first === undefined) return notAnAddress(firstText.trim());
  const last = parseAddress(lastText.trim());
  if (last === undefined) return notAnAddress(lastText.trim());
  if (last < first) {
    return `the range runs backwards: ${formatAddress(last)} is below ${formatAddress(first)}`;
  }
  return { first, last };
}

function notAnAddress(text: string): string {
  return `"${text}" is not an IPv4 address such as 192.0.2.1`;
}

/** Writes a block in the shortest form that {@linkcode parseBlock} reads back: address, prefix or range. */
export function formatBlock(block: Block): string {
  const size = blockSize(block);
  if (size === 1) return formatAddress(block.first);
  const hostBits = Math.log2(size);
  if (Number.isInteger(hostBits) && block.first % size === 0) {
    return `${formatAddress(block.first)}/${32 - hostBits}`;
  }
  return `${formatAddress(block.first)}-${formatAddress(block.last)}`;
}

/** Whether every address of `inner` is one of `outer`. */
export function containsBlock(outer: Block, inner: Block): boolean {
  return inner.first >= outer.first && inner.last <= outer.last;
}

/** The same set of addresses as sorted blocks that neither overlap nor touch. */
export function mergeBlocks(blocks: Iterable<Block>): PackedBlocks {
  return PackedBlocks.from(blocks).merged();
}

/** The addresses of `blocks` that are in none of `excluded`, sorted and merged. */
export function subtractBlocks(blocks: Iterable<Block>, excluded: Iterable<Block>): PackedBlocks {
  const holes = mergeBlocks(excluded);
  const from = mergeBlocks(blocks);
  if (holes.length === 0) return from;
  const kept = new PackedBlocks(from.length);
  let hole = 0;
  for (let i = 0; i < from.length; i++) {
    const last = from.lastAt(i);
    let first = from.firstAt(i);
    // Holes wholly below this block lie below every later block too.
    while (hole < holes.length && holes.lastAt(hole) < first) hole++;
    for (let next = hole; next < holes.length && first <= last; next++) {
      const holeFirst = holes.firstAt(next);
      if (holeFirst > last) break;
      if (holeFirst > first) kept.push(first, holeFirst - 1);
      first = Math.max(first, holes.lastAt(next) + 1);
    }
    if (first <= last) kept.push(first, last);
  }
  return kept;
}

/** Number of addresses in blocks that do not overlap, such as those of {@linkcode mergeBlocks}. */
export function totalSize(blocks: Iterable<Block>): number {
  const packed = PackedBlocks.from(blocks);
  let size = 0;
  for (let i = 0; i < packed.length; i++) size += packed.lastAt(i) - packed.firstAt(i) + 1;
  return size;
}
