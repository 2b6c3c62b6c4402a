/** The targets of fping's option -g. */

import { formatAddress, parseAddress } from "../../../packet/mod.ts";
import { blockSize, parseBlock } from "../../../targets/block.ts";
import { MAX_TARGETS } from "../../../targets/target_list.ts";
import { UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import { FpingError } from "./complaint.ts";
import { isName, NOT_KNOWN, WRONG_FAMILY } from "./words.ts";

/**
 * Addresses of a prefix without those of the network and of all its hosts, or from one address to another.
 *
 * @throws {UsageError} The words are neither.
 * @throws {FpingError} A word is no address, or there are too many.
 */
export async function generateWords(
  operands: readonly string[],
  system: System,
): Promise<string[]> {
  const [first = "", last, ...more] = operands;
  const isPrefix = last === undefined && first.includes("/");
  if (operands.length === 0 || more.length > 0 || last === undefined && !isPrefix) {
    throw new UsageError("use -g with a prefix, or with a first and a last address");
  }
  const range = isPrefix
    ? await rangeOfPrefix(first, system)
    : { first: await parse(first, system), last: await parse(last ?? "", system) };
  if (range.last - range.first >= MAX_TARGETS) {
    throw new FpingError("fping: -g parameter generates too many addresses");
  }
  const words: string[] = [];
  for (let address = range.first; address <= range.last; address++) {
    words.push(formatAddress(address));
  }
  return words;
}

async function rangeOfPrefix(
  text: string,
  system: System,
): Promise<{ readonly first: number; readonly last: number }> {
  const slash = text.lastIndexOf("/");
  const [address, length] = [text.slice(0, slash), text.slice(slash + 1)];
  const first = formatAddress(await parse(address, system, ","));
  // Blanks and a plus sign may come before the digits, as strtoul(3) has it.
  const bits = Number(/^\s*\+?(\d+)$/.exec(length)?.[1]);
  const block = parseBlock(`${first}/${bits}`);
  if (typeof block === "string" || bits < 1) {
    throw new FpingError(`fping: netmask must be between 1 and 32 (is: ${length})`);
  }
  return blockSize(block) > 2 ? { first: block.first + 1, last: block.last - 1 } : block;
}

/** An address in any form of inet_aton(3). fping writes a comma after its name where the address is that of a prefix. */
async function parse(text: string, system: System, mark = ":"): Promise<number> {
  const address = parseAddress(text) ?? await locateNumeric(text, system);
  if (address !== undefined) return address;
  const reason = text.includes(":") ? WRONG_FAMILY : NOT_KNOWN;
  throw new FpingError(`fping${mark} can't parse address ${text}: ${reason}`);
}

async function locateNumeric(text: string, system: System): Promise<number | undefined> {
  if (text === "" || text.includes(":") || isName(text)) return undefined;
  const resolution = await system.resolver.resolve(text);
  return resolution.ok ? resolution.addresses[0] : undefined;
}
