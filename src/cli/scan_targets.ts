/** From the words and files of a command line to blocks of addresses. */

import { type Block, parseBlock } from "../target/block.ts";
import { parseBlockLines } from "../target/exclusions.ts";
import { shortText } from "../report/safe_text.ts";
import { readFileLines } from "./read_file.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";

/** A name that gave no address. */
export interface UnresolvedName {
  /** The name. */
  readonly name: string;
  /** Why. */
  readonly message: string;
}

/** What a scan's words and files name. */
export interface ScanTargets {
  /** Blocks in the order given. */
  readonly blocks: readonly Block[];
  /** Names that gave none. */
  readonly unresolved: readonly UnresolvedName[];
}

/**
 * Reads targets.
 *
 * @param words blocks or names
 * @param files paths of block lists, `-` for standard input
 * @throws {UsageError} for a word that is neither block nor name, and for a file that cannot be read
 */
export async function readScanTargets(
  words: readonly string[],
  files: readonly string[],
  system: System,
): Promise<ScanTargets> {
  const blocks: Block[] = [];
  const unresolved: UnresolvedName[] = [];
  for (const word of words) {
    const block = parseBlock(word);
    if (typeof block !== "string") {
      blocks.push(block);
    } else if (!isName(word)) {
      throw new UsageError(`Cannot scan ${shortText(word)}: ${shortText(block)}`, undefined, word);
    } else {
      const resolution = await system.resolver.resolve(word);
      if (!resolution.ok) unresolved.push({ name: word, message: resolution.message });
      else {
        for (const address of resolution.addresses) blocks.push({ first: address, last: address });
      }
    }
  }
  // One by one: a file may have more lines than a call takes arguments.
  for (const path of files) {
    for await (const some of readBlockFile(path, "--file", system)) {
      for (const block of some) blocks.push(block);
    }
  }
  return { blocks, unresolved };
}

/**
 * Reads what is to be left out.
 *
 * @throws {UsageError} for anything that is not a block: guessing would probe what must not be probed
 */
export async function readExclusions(
  words: readonly string[],
  files: readonly string[],
  system: System,
): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const word of words) {
    const block = parseBlock(word);
    if (typeof block === "string") {
      throw new UsageError(
        `Cannot exclude ${shortText(word)}: ${shortText(block)}`,
        "--exclude",
        word,
      );
    }
    blocks.push(block);
  }
  for (const path of files) {
    for await (const some of readBlockFile(path, "--exclude-file", system)) {
      for (const block of some) blocks.push(block);
    }
  }
  return blocks;
}

async function* readBlockFile(
  path: string,
  option: string,
  system: System,
): AsyncGenerator<readonly Block[], void, void> {
  for await (const { firstNumber, lines } of readFileLines(path, option, system)) {
    const { blocks, faults: [fault] } = parseBlockLines(lines, firstNumber);
    if (fault !== undefined) {
      throw new UsageError(
        `Cannot use ${shortText(path)}: line ${fault.line}: ${shortText(fault.reason)}`,
        option,
        path,
      );
    }
    yield blocks;
  }
}

/** Has a letter and no character that only blocks and IPv6 addresses have. */
function isName(word: string): boolean {
  return /[a-z]/i.test(word) && !/[:/\s]/.test(word);
}
