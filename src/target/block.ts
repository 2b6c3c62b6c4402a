/** Contiguous runs of IPv4 addresses: reading them, merging them, taking one set from another. */

import { formatAddress, parseAddress } from "../packet/address.ts";

/** A run of addresses, both ends included. */
export interface Block {
  /** Lowest address, an unsigned 32-bit number. */
  readonly first: number;
  /** Highest address, an unsigned 32-bit number, not below `first`. */
  readonly last: number;
}

/** Addresses in all of IPv4, which is one more than a 32-bit number holds. */
export const ADDRESS_SPACE_SIZE = 2 ** 32;

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

/** Writes a block the shortest way that {@linkcode parseBlock} reads back: address, prefix or range. */
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
export function mergeBlocks(blocks: Iterable<Block>): Block[] {
  const merged: { first: number; last: number }[] = [];
  let open: { first: number; last: number } | undefined;
  for (const { first, last } of sortBlocks(blocks)) {
    if (open !== undefined && first <= open.last + 1) open.last = Math.max(open.last, last);
    else merged.push(open = { first, last });
  }
  return merged;
}

/** By first address. A list of ten million is sorted once: what was merged or subtracted before is in order. */
function sortBlocks(blocks: Iterable<Block>): Iterable<Block> {
  const list: readonly Block[] = Array.isArray(blocks) ? blocks : [...blocks];
  for (let i = 1; i < list.length; i++) {
    if ((list[i] as Block).first < (list[i - 1] as Block).first) return sortAsNumbers(list);
  }
  return list;
}

/** Both addresses in one 64-bit number, which sorts many times faster than objects by a function. */
function* sortAsNumbers(list: readonly Block[]): Generator<Block> {
  const numbers = new BigUint64Array(list.length);
  const words = new DataView(numbers.buffer);
  // Little-endian, as every processor is that Deno runs on.
  for (const [i, { first, last }] of list.entries()) {
    words.setUint32(8 * i, last, true);
    words.setUint32(8 * i + 4, first, true);
  }
  numbers.sort();
  const block = { first: 0, last: 0 };
  for (let i = 0; i < list.length; i++) {
    block.first = words.getUint32(8 * i + 4, true);
    block.last = words.getUint32(8 * i, true);
    yield block;
  }
}

/** The addresses of `blocks` that are in none of `excluded`, sorted and merged. */
export function subtractBlocks(blocks: Iterable<Block>, excluded: Iterable<Block>): Block[] {
  const holes = mergeBlocks(excluded);
  const kept: Block[] = [];
  let hole = 0;
  for (const { first, last } of mergeBlocks(blocks)) {
    let from = first;
    // Holes wholly below this block lie below every later block too.
    while (hole < holes.length && (holes[hole] as Block).last < first) hole++;
    for (let next = hole; next < holes.length && from <= last; next++) {
      const { first: holeFirst, last: holeLast } = holes[next] as Block;
      if (holeFirst > last) break;
      if (holeFirst > from) kept.push({ first: from, last: holeFirst - 1 });
      from = Math.max(from, holeLast + 1);
    }
    if (from <= last) kept.push({ first: from, last });
  }
  return kept;
}

/** Number of addresses in blocks that do not overlap, such as those of {@linkcode mergeBlocks}. */
export function totalSize(blocks: Iterable<Block>): number {
  let size = 0;
  for (const block of blocks) size += blockSize(block);
  return size;
}
