/** Lists of exclusions, which stand for blocks alone. */

import { parseAddress } from "../packet/address.ts";
import type { Block } from "./block.ts";
import { wordsOf } from "./list_words.ts";
import { readWord } from "./target_word.ts";

/** A word that is no block. */
export interface BlockListFault {
  /** Line number, from 1. */
  readonly line: number;
  /** The word. */
  readonly text: string;
  /** What is wrong with it. */
  readonly reason: string;
  /** It is IPv6, which excludes nothing from a run over IPv4. */
  readonly isIpv6: boolean;
}

/** What was read from a list of blocks. */
export interface BlockList {
  /** The blocks, in the order of the text. */
  readonly blocks: readonly Block[];
  /** Words that are none. But for IPv6 a list with faults must not be used: it excludes too little. */
  readonly faults: readonly BlockListFault[];
}

/**
 * Reads lines of a list of exclusions; see {@linkcode wordsOf}.
 *
 * @param firstNumber number of the first line, from 1
 */
export function parseBlockLines(lines: readonly string[], firstNumber = 1): BlockList {
  const blocks: Block[] = [];
  const faults: BlockListFault[] = [];
  for (const [index, line] of lines.entries()) {
    for (const text of wordsOf(line)) {
      // Ten million lines may be ten million addresses.
      const address = parseAddress(text);
      if (address !== undefined) {
        blocks.push({ first: address, last: address });
        continue;
      }
      const reading = readWord(text);
      if (reading.kind === "block") {
        blocks.push(reading.block);
        continue;
      }
      const [reason, isIpv6] = reading.kind === "name"
        ? [`"${text}" is a name, expected addresses, prefixes or ranges`, false]
        : [reading.message, reading.isIpv6];
      faults.push({ line: firstNumber + index, text, reason, isIpv6 });
    }
  }
  return { blocks, faults };
}
