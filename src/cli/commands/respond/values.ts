/** Parsers for the values of options that only `respond` has. */

import { type Block, blockSize, formatBlock, parseBlock } from "../../../targets/block.ts";
import type { OptionValue } from "../../option.ts";

/** A block of addresses that share leading bits. */
export interface Network extends Block {
  /** How many bits they share, 0 to 32. */
  readonly prefixBits: number;
}

/** A block that one route leads to: `198.18.0.0/15`, or an address. */
export function network(): OptionValue<Network> {
  return {
    metavar: "BLOCK",
    complete: "none",
    parse(value) {
      const block = parseBlock(value);
      if (typeof block === "string") throw new RangeError(`${block}, expected 198.18.0.0/15`);
      const text = formatBlock(block);
      if (text.includes("-")) throw new RangeError("expected a prefix such as 198.18.0.0/15");
      return { ...block, prefixBits: 32 - Math.log2(blockSize(block)) };
    },
  };
}
