/** From the words and files of a command line to blocks of addresses. */

import { parseAddress } from "../../../packet/address.ts";
import { shortText } from "../../../terminal/safe_text.ts";
import type { Block } from "../../../targets/block.ts";
import { PackedBlocks } from "../../../targets/packed_blocks.ts";
import { type ListedWord, wordsOf } from "../../../targets/list_words.ts";
import { readWord } from "../../../targets/target_word.ts";
import { readFileLines } from "../../files.ts";
import { printError, UsageError } from "../../outcome.ts";
import { SkippedLines } from "../../targets/skipped_lines.ts";
import type { System } from "../../system.ts";

/** Names that are looked up at one time. */
const LOOKUPS_AT_ONCE = 16;

/** What a scan's words and files name. */
export interface ScanTargets {
  /** Blocks, those of the words first. */
  readonly blocks: PackedBlocks;
  /** Every word gave some. */
  readonly isWhole: boolean;
}

/** A name and where it stands, if not on the command line. */
interface Name {
  readonly text: string;
  readonly ascii: string;
  readonly from: Pick<ListedWord, "file" | "line"> | undefined;
}

/**
 * Reads targets; reports names that do not resolve and lines that cannot be used.
 *
 * @param words blocks or names
 * @param files paths of lists, `-` for standard input
 * @throws {UsageError} for a word that is neither block nor name, and for a file that cannot be read
 */
export async function readScanTargets(
  words: readonly string[],
  files: readonly string[],
  system: System,
): Promise<ScanTargets> {
  const blocks = new PackedBlocks();
  const names: Name[] = [];
  const skipped = new SkippedLines(system);
  for (const text of words) {
    const reading = readWord(text);
    if (reading.kind === "block") blocks.push(reading.block.first, reading.block.last);
    else if (reading.kind === "name") names.push({ text, ascii: reading.name, from: undefined });
    else {
      const shown = text.trim() === "" ? `'${text}'` : shortText(text);
      throw new UsageError(`Cannot scan ${shown}: ${shortText(reading.message)}`);
    }
  }
  for (const file of files) {
    for await (const { firstNumber, lines } of readFileLines(file, system)) {
      for (const [index, line] of lines.entries()) {
        for (const text of wordsOf(line)) {
          // Ten million lines may be ten million addresses.
          const address = parseAddress(text);
          if (address !== undefined) {
            blocks.push(address, address);
            continue;
          }
          const reading = readWord(text);
          if (reading.kind === "block") {
            blocks.push(reading.block.first, reading.block.last);
            continue;
          }
          const from = { file, line: firstNumber + index };
          if (reading.kind === "name") names.push({ text, ascii: reading.name, from });
          else {skipped.report(
              from,
              `Cannot scan ${shortText(text)}: ${shortText(reading.message)}`,
            );}
        }
      }
    }
  }
  const found = await lookUp(names, system, skipped);
  skipped.close();
  for (const { first, last } of found.blocks) blocks.push(first, last);
  return { blocks, isWhole: found.isWhole && skipped.count === 0 };
}

/** Looks all names up, a few at a time, and keeps their order. */
async function lookUp(
  names: readonly Name[],
  system: System,
  skipped: SkippedLines,
): Promise<{ readonly blocks: readonly Block[]; readonly isWhole: boolean }> {
  const found = new Array<Awaited<ReturnType<System["resolver"]["resolve"]>>>(names.length);
  let next = 0;
  const work = async () => {
    while (next < names.length) {
      const index = next++;
      found[index] = await system.resolver.resolve((names[index] as Name).ascii);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKUPS_AT_ONCE, names.length) }, work));
  let isWhole = true;
  const blocks = found.flatMap((resolution, index) => {
    if (resolution.ok) return resolution.addresses.map((first) => ({ first, last: first }));
    isWhole = false;
    const { text, from } = names[index] as Name;
    const complaint = `Cannot resolve ${shortText(text)}: ${resolution.message}`;
    if (from === undefined) printError(system, complaint);
    else skipped.report(from, complaint);
    return [];
  });
  return { blocks, isWhole };
}
