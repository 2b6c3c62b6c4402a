/** All target addresses of a scan as one index space, whatever blocks and holes they come from. */

import { type Block, blockSize, subtractBlocks } from "../target/block.ts";

/** Sorted addresses without repetition, numbered 0 … size − 1. Memory grows with the number of blocks, not with their size. */
export class AddressSpace {
  /** Number of addresses, 0 to 2^32. */
  readonly size: number;
  /** The blocks, sorted, neither overlapping nor touching. */
  readonly blocks: readonly Block[];
  /** Index of each block's first address; a double, since the whole space has 2^32 of them. */
  readonly #starts: Float64Array;
  /** What to add to an index inside a block to get its address. */
  readonly #shifts: Float64Array;

  /**
   * Numbers the addresses.
   *
   * @param targets blocks to scan, in any order; overlaps count once
   * @param excluded addresses to leave out
   */
  constructor(targets: Iterable<Block>, excluded: Iterable<Block> = []) {
    this.blocks = subtractBlocks(targets, excluded);
    this.#starts = new Float64Array(this.blocks.length);
    this.#shifts = new Float64Array(this.blocks.length);
    let size = 0;
    for (const [position, block] of this.blocks.entries()) {
      this.#starts[position] = size;
      this.#shifts[position] = block.first - size;
      size += blockSize(block);
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
    return index + (this.#shifts[lastNotAbove(this.#starts, index)] as number);
  }

  /** The index of an address, or −1 when the scan does not probe it. */
  indexOf(address: number): number {
    let low = 0, high = this.blocks.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const block = this.blocks[middle] as Block;
      if (address < block.first) high = middle - 1;
      else if (address > block.last) low = middle + 1;
      else return address - (this.#shifts[middle] as number);
    }
    return -1;
  }
}

/** Position of the last entry that is not above `value`, in a sorted array whose first entry is not above it. */
function lastNotAbove(sorted: Float64Array, value: number): number {
  let low = 0, high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
