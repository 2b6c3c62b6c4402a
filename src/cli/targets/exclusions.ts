/** Addresses that must not be probed, from `--exclude` and `--exclude-file`. */

import type { Block } from "../../targets/block.ts";
import { parseBlockLines } from "../../targets/block_list.ts";
import { PackedBlocks } from "../../targets/packed_blocks.ts";
import { shortText } from "../../terminal/safe_text.ts";
import { readFileLines } from "../files.ts";
import { UsageError } from "../outcome.ts";
import { formatPlace, SkippedLines } from "./skipped_lines.ts";
import type { System } from "../system.ts";

/**
 * Reads the addresses to leave out. IPv6 in a file is reported and skipped, because it excludes nothing from IPv4.
 *
 * @param given values of `--exclude`
 * @param files paths of lists, `-` for standard input
 * @throws {UsageError} Any other word of a file that is not a block: skipping it would probe what must not be probed.
 */
export async function readExclusions(
  given: Iterable<Block>,
  files: readonly string[],
  system: System,
): Promise<PackedBlocks> {
  const blocks = new PackedBlocks();
  for (const { first, last } of given) blocks.push(first, last);
  const skipped = new SkippedLines(system);
  for (const path of files) {
    // One by one: a file may have more lines than a call takes arguments.
    for await (const { firstNumber, lines } of readFileLines(path, system)) {
      const { blocks: some, faults } = parseBlockLines(lines, firstNumber);
      for (const { line, text, reason, isIpv6 } of faults) {
        if (isIpv6) {
          skipped.report(
            { file: path, line },
            `skipped ${shortText(text)}: only IPv4 addresses are probed`,
          );
          continue;
        }
        throw new UsageError(`Cannot use ${formatPlace(path, line)}: ${shortText(reason)}`);
      }
      for (const { first, last } of some) blocks.push(first, last);
    }
  }
  skipped.close();
  return blocks;
}
