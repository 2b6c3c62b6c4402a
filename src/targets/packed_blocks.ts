/**
 * Blocks as one number each: ten million of them take 80 MB, and no object of their own.
 *
 * A number of 64 bits has the first address in its high half and the last one in its low half, so that numbers in
 * order are blocks in order. The halves are read as 32-bit numbers of the same memory, which is little-endian, as every
 * processor is that Deno runs on.
 */

import type { Block } from "./block.ts";

const FIRST_CAPACITY = 16;

/** A list of blocks. */
export class PackedBlocks implements Iterable<Block> {
  #numbers: BigUint64Array<ArrayBuffer>;
  #halves: Uint32Array<ArrayBuffer>;
  #length = 0;

  /** An empty list with room for this many blocks; it grows as needed. */
  constructor(capacity: number = FIRST_CAPACITY) {
    this.#numbers = new BigUint64Array(capacity);
    this.#halves = new Uint32Array(this.#numbers.buffer);
  }

  /** The same blocks in the same order. */
  static from(blocks: Iterable<Block>): PackedBlocks {
    if (blocks instanceof PackedBlocks) return blocks;
    const packed = new PackedBlocks();
    for (const { first, last } of blocks) packed.push(first, last);
    return packed;
  }

  /** Number of blocks. */
  get length(): number {
    return this.#length;
  }

  /** Adds a block at the end; both addresses are unsigned 32-bit numbers. */
  push(first: number, last: number): void {
    if (this.#length === this.#numbers.length) this.#grow();
    const at = 2 * this.#length++;
    this.#halves[at] = last;
    this.#halves[at + 1] = first;
  }

  /** Lowest address of a block, 0 to length − 1. */
  firstAt(index: number): number {
    return this.#halves[2 * index + 1] as number;
  }

  /** Highest address of a block, 0 to length − 1. */
  lastAt(index: number): number {
    return this.#halves[2 * index] as number;
  }

  /** A block; undefined beyond the end. */
  at(index: number): Block | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return { first: this.firstAt(index), last: this.lastAt(index) };
  }

  /** The blocks from one index up to another, as objects. */
  slice(start: number, end: number): Block[] {
    const blocks: Block[] = [];
    for (let i = start; i < Math.min(end, this.#length); i++) blocks.push(this.at(i) as Block);
    return blocks;
  }

  /** What a function makes of each block. */
  map<T>(make: (block: Block) => T): T[] {
    return Array.from({ length: this.#length }, (_, i) => make(this.at(i) as Block));
  }

  /** Whether a function is true of a block. */
  some(isTrue: (block: Block) => boolean): boolean {
    for (let i = 0; i < this.#length; i++) if (isTrue(this.at(i) as Block)) return true;
    return false;
  }

  /** The blocks of which a function is true. */
  filter(isTrue: (block: Block) => boolean): PackedBlocks {
    const kept = new PackedBlocks();
    for (let i = 0; i < this.#length; i++) {
      const block = this.at(i) as Block;
      if (isTrue(block)) kept.push(block.first, block.last);
    }
    return kept;
  }

  /** The blocks in order. */
  *[Symbol.iterator](): Generator<Block> {
    for (let i = 0; i < this.#length; i++) yield { first: this.firstAt(i), last: this.lastAt(i) };
  }

  /** Whether an address is in one of the blocks. Only for a list as {@linkcode merged} gives it. */
  has(address: number): boolean {
    return this.overlaps(address, address);
  }

  /** Whether an address from `first` to `last` is in one of the blocks. Only for a list as {@linkcode merged} gives it. */
  overlaps(first: number, last: number): boolean {
    let low = 0, high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.lastAt(middle) < first) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && this.firstAt(low) <= last;
  }

  /** The same addresses as sorted blocks that neither overlap nor touch: this list, if it is one. */
  merged(): PackedBlocks {
    if (this.#isMerged()) return this;
    const merged = this.#sorted();
    const halves = merged.#halves;
    let length = 1;
    for (let i = 1; i < this.#length; i++) {
      const last = halves[2 * i] as number, first = halves[2 * i + 1] as number;
      const end = 2 * length - 2;
      if (first <= (halves[end] as number) + 1) {
        halves[end] = Math.max(last, halves[end] as number);
        continue;
      }
      halves[2 * length] = last;
      halves[2 * length++ + 1] = first;
    }
    merged.#length = length;
    return merged;
  }

  /** A copy in order of first address, then of last. */
  #sorted(): PackedBlocks {
    const copy = new PackedBlocks(0);
    copy.#numbers = this.#numbers.slice(0, this.#length).sort();
    copy.#halves = new Uint32Array(copy.#numbers.buffer);
    copy.#length = this.#length;
    return copy;
  }

  #isMerged(): boolean {
    for (let i = 1; i < this.#length; i++) {
      if (this.firstAt(i) <= this.lastAt(i - 1) + 1) return false;
    }
    return true;
  }

  #grow(): void {
    const grown = new BigUint64Array(Math.max(FIRST_CAPACITY, Math.ceil(1.25 * this.#length)));
    grown.set(this.#numbers);
    this.#numbers = grown;
    this.#halves = new Uint32Array(grown.buffer);
  }
}
