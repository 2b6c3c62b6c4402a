/** Lists of blocks as people keep them in files: one a line, comments allowed. */

import { type Block, parseBlock } from "./block.ts";

/** What was read from a list of blocks. */
export interface BlockList {
  /** The blocks, in the order of the text. */
  readonly blocks: readonly Block[];
  /** The lines that could not be read. A list with faults must not be scanned around: it excludes too little. */
  readonly faults: readonly BlockListFault[];
}

/** One line that is not a block. */
export interface BlockListFault {
  /** Line number, from 1. */
  readonly line: number;
  /** The line without its comment. */
  readonly text: string;
  /** What is wrong with it. */
  readonly reason: string;
}

/**
 * Reads the text of an exclusion or target file, in the form that zmap and masscan share:
 * blocks separated by line ends, commas or spaces; `#` and `;` begin a comment.
 */
export function parseBlockList(text: string): BlockList {
  const blocks: Block[] = [];
  const faults: BlockListFault[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const content = line.replace(/[#;].*$/, "").replace(/\s*-\s*/g, "-");
    for (const word of content.split(/[\s,]+/)) {
      if (word === "") continue;
      const block = parseBlock(word);
      if (typeof block === "string") faults.push({ line: index + 1, text: word, reason: block });
      else blocks.push(block);
    }
  }
  return { blocks, faults };
}
