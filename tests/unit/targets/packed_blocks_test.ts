import { assert, assertEquals } from "@std/assert";
import { type Block, mergeBlocks } from "../../../src/targets/block.ts";
import { PackedBlocks } from "../../../src/targets/packed_blocks.ts";
import { Random } from "../../lab/random.ts";

/** The same addresses as sorted blocks that neither overlap nor touch. */
function mergedArray(blocks: readonly Block[]): Block[] {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of blocks.toSorted((one, other) => one.first - other.first)) {
    const end = merged.at(-1);
    if (end !== undefined && first <= end.last + 1) end.last = Math.max(end.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

Deno.test("packed blocks merge, list and choose as an array of objects does", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const blocks = Array.from({ length: random.below(60) }, () => {
      const first = seed % 2 === 0 ? random.u32() : random.below(2000);
      return { first, last: Math.min(2 ** 32 - 1, first + random.below(40)) };
    });
    const packed = PackedBlocks.from(blocks);
    assertEquals([...packed], blocks);
    assertEquals(packed.map(({ last }) => last), blocks.map(({ last }) => last));
    assertEquals(packed.slice(1, 4), blocks.slice(1, 4));
    assertEquals([...packed.merged()], mergedArray(blocks));
    assertEquals([...packed], blocks, "the list itself stays");
    const isHigh = ({ first }: Block) => first > 2 ** 31;
    assertEquals([...packed.filter(isHigh)], blocks.filter(isHigh));
    assertEquals(packed.some(isHigh), blocks.some(isHigh));
    assert(blocks.every(({ first }) => packed.some((block) => block.first === first)));
    assertEquals([packed.at(blocks.length), packed.at(-1)], [undefined, undefined]);
  }
});

Deno.test("merged blocks are searched as one by one", () => {
  for (let seed = 0; seed < 100; seed++) {
    const random = new Random(seed);
    const blocks = Array.from({ length: random.below(12) }, () => {
      const first = random.below(100);
      return { first, last: first + random.below(5) };
    });
    const merged = mergeBlocks(blocks);
    for (let first = 0; first < 110; first++) {
      const last = first + random.below(4);
      const isThere = blocks.some((block) => block.first <= last && block.last >= first);
      assertEquals(merged.overlaps(first, last), isThere, `seed ${seed}: ${first} to ${last}`);
      assertEquals(merged.has(first), blocks.some((b) => b.first <= first && b.last >= first));
    }
  }
});

Deno.test("merged blocks are known as such, also at both ends of the address space", () => {
  const end = 2 ** 32 - 1;
  const merged = mergeBlocks([{ first: end, last: end }, { first: 0, last: 0 }, {
    first: 2,
    last: 3,
  }]);
  assertEquals([merged.merged() === merged, merged.length], [true, 3]);
  const whole = mergeBlocks([{ first: 5, last: end }, { first: 0, last: 9 }]);
  assertEquals([...whole], [{ first: 0, last: end }]);
  assertEquals(mergeBlocks(whole) === whole, true);
  assertEquals([...mergeBlocks([{ first: 1, last: 2 }, { first: 3, last: 4 }])], [{
    first: 1,
    last: 4,
  }]);
});
