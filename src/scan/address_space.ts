/** All target addresses of a scan as one index space, whatever blocks and holes they come from. */

import { type Block, subtractBlocks } from "../targets/block.ts";
import type { PackedBlocks } from "../targets/packed_blocks.ts";

/** Sorted addresses without repetition, numbered 0 … size − 1. Memory grows with the number of blocks, not with their size. */
export class AddressSpace {
  /** Number of addresses, 0 to 2^32. */
  readonly size: number;
  /** The blocks, sorted, neither overlapping nor touching. */
  readonly blocks: PackedBlocks;
  /** Index of each block's first address. */
  readonly #starts: Uint32Array;

  /**
   * Numbers the addresses.
   *
   * @param targets blocks to scan, in any order; overlaps count once
   * @param excluded addresses to leave out
   */
  constructor(targets: Iterable<Block>, excluded: Iterable<Block> = []) {
    this.blocks = subtractBlocks(targets, excluded);
    this.#starts = new Uint32Array(this.blocks.length);
    let size = 0;
    for (let i = 0; i < this.blocks.length; i++) {
      this.#starts[i] = size;
      size += this.blocks.lastAt(i) - this.blocks.firstAt(i) + 1;
    }
    this.size = size;
  }

  /**
   * The address with an index.
   *
   * @param index an integer, 0 to size − 1
   * @returns the address as an unsigned 32-bit number
   */
  addressAt(index: number): number {
    const position = lastNotAbove(this.#starts, index);
    return this.blocks.firstAt(position) + index - (this.#starts[position] as number);
  }

  /** The index of an address, or −1 when the scan does not probe it. */
  indexOf(address: number): number {
    let low = 0, high = this.blocks.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const first = this.blocks.firstAt(middle);
      if (address < first) high = middle - 1;
      else if (address > this.blocks.lastAt(middle)) low = middle + 1;
      else return address - first + (this.#starts[middle] as number);
    }
    return -1;
  }
}

/** Position of the last entry that is not above `value`, in a sorted array whose first entry is not above it. */
function lastNotAbove(sorted: Uint32Array, value: number): number {
  let low = 0, end = sorted.length;
  while (end - low > 1) {
    const middle = (low + end) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else end = middle;
  }
  return low;
}
