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
 * Reads lines of an exclusion or target file, in the form that zmap and masscan share:
 * blocks separated by line ends, commas or spaces; `#` and `;` begin a comment.
 *
 * @param firstNumber number of the first line, from 1
 */
export function parseBlockLines(lines: readonly string[], firstNumber = 1): BlockList {
  const blocks: Block[] = [];
  const faults: BlockListFault[] = [];
  for (const [index, line] of lines.entries()) {
    for (const word of wordsOf(line)) {
      const block = parseBlock(word);
      if (typeof block !== "string") blocks.push(block);
      else faults.push({ line: firstNumber + index, text: word, reason: block });
    }
  }
  return { blocks, faults };
}

/** Nearly all lines of a long list are one word. */
const ONE_WORD = /^[0-9./-]+$/;

function wordsOf(line: string): string[] {
  if (ONE_WORD.test(line)) return [line];
  const comment = line.search(/[#;]/);
  const words = (comment < 0 ? line : line.slice(0, comment)).match(/[^\s,]+/g) ?? [];
  return joinRanges(words);
}

/** A range may be written with blanks around its dash. */
function joinRanges(words: readonly string[]): string[] {
  const joined: string[] = [];
  let isOpen = false;
  for (const word of words) {
    if (joined.length > 0 && (isOpen || word.startsWith("-"))) joined[joined.length - 1] += word;
    else joined.push(word);
    isOpen = word.endsWith("-");
  }
  return joined;
}
