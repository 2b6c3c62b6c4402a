/** From words to the hosts that will be asked: addresses, blocks, ranges and names. */

import { formatAddress } from "../packet/address.ts";
import { type Block, blockSize, mergeBlocks } from "./block.ts";
import type { ListedWord } from "./list_words.ts";
import type { PackedBlocks } from "./packed_blocks.ts";
import type { NameResolver } from "./resolver.ts";
import { type Target, UNKNOWN_ADDRESS } from "./target.ts";
import { NO_ICMPV6_TIMESTAMP, readWord } from "./target_word.ts";

/** Most targets of one list; every one of them is held in memory with its statistics. */
export const MAX_TARGETS = 131_072;

/** Addresses up to which each is checked for being a broadcast address. */
const MAX_CHECKED = 64;

/** Names that are looked up at one time. */
const LOOKUPS_AT_ONCE = 16;

/** How words are read. */
export interface TargetListOptions {
  /** Ask every address of a name, not the first alone. */
  readonly allAddresses?: boolean;
  /** Take a target that is given twice twice, as fping does. */
  readonly keepsDuplicates?: boolean;
  /** Keep a place for names that do not resolve: a target without an address, to be looked up again. */
  readonly keepsUnresolved?: boolean;
  /** Addresses that are never asked. */
  readonly exclude?: Iterable<Block>;
  /** Asks the kernel whether an address is a broadcast address; only for short lists. */
  readonly isBroadcast?: (address: number) => boolean;
}

/** A word that gives no target. */
export interface TargetProblem {
  /** The word. */
  readonly label: string;
  /** Where it stands, if not on the command line. */
  readonly from: ListedWord | undefined;
  /** `too-many`: the list is longer than it may be. `invalid`: it can never be a target. `unresolved`: a name that gave no IPv4 address. */
  readonly kind: "too-many" | "invalid" | "unresolved";
  /** What is wrong and what is wanted, without the word. */
  readonly message: string;
}

/** What the words gave. */
export interface TargetList {
  /** Targets in the order of the words. An address may have several, under different labels. */
  readonly targets: readonly Target[];
  /** Words that gave none. */
  readonly problems: readonly TargetProblem[];
  /** Labels that stood there before with the same address, the first few of them. */
  readonly duplicates: readonly string[];
  /** How many times a target stood there again. */
  readonly duplicateCount: number;
}

/** What one word stands for: runs of addresses with their labels, or nothing. */
type Located = readonly { readonly label: string; readonly block: Block }[] | TargetProblem;

function sizeOf(located: Located): number {
  if (!Array.isArray(located)) return 0;
  return located.reduce((sum, { block }) => sum + blockSize(block), 0);
}

/** Labels of duplicates that are kept. */
const DUPLICATES_NAMED = 3;

/** A word, and where it stands. */
interface Word {
  readonly text: string;
  readonly from: ListedWord | undefined;
}

/** Reads the words in order. Memory is spent on a block only when all words together are few enough. */
export async function listTargets(
  listed: readonly (string | ListedWord)[],
  resolver: NameResolver,
  options: TargetListOptions = {},
): Promise<TargetList> {
  const words = listed.map((word): Word =>
    typeof word === "string" ? { text: word, from: undefined } : { text: word.text, from: word }
  );
  const excluded = mergeBlocks(options.exclude ?? []);
  let found = await locateAll(words, resolver, options.allAddresses ?? false);
  const total = found.reduce((sum, located) => sum + sizeOf(located), 0);
  if (options.isBroadcast !== undefined && total <= MAX_CHECKED) {
    const { isBroadcast } = options;
    found = withoutBroadcasts(found, words, (it) => !excluded.has(it) && isBroadcast(it));
  }
  const problems: TargetProblem[] = [];
  let size = 0;
  for (const [i, located] of found.entries()) {
    if (!Array.isArray(located)) problems.push(located as TargetProblem);
    size += sizeOf(located);
    if (size > MAX_TARGETS) {
      const message = `${size} addresses up to here, more than ${MAX_TARGETS}, ` +
        "expected fewer, or `icmptime scan`";
      const { text, from } = words[i] as Word;
      problems.push({ label: text, from, kind: "too-many", message });
      return { targets: [], problems, duplicates: [], duplicateCount: 0 };
    }
  }
  const unknown = { first: UNKNOWN_ADDRESS, last: UNKNOWN_ADDRESS };
  const located = found.flatMap((each) => {
    if (Array.isArray(each)) return each;
    const { kind, label } = each as TargetProblem;
    return options.keepsUnresolved && kind === "unresolved" ? [{ label, block: unknown }] : [];
  });
  return { problems, ...expand(located, excluded, options) };
}

function expand(
  located: readonly { readonly label: string; readonly block: Block }[],
  excluded: PackedBlocks,
  { keepsDuplicates = false }: TargetListOptions,
): Omit<TargetList, "problems"> {
  const targets: Target[] = [];
  const duplicates: string[] = [];
  const seen = new Map<string, number>();
  const isFromBlock = true;
  let duplicateCount = 0;
  for (const { label: word, block } of located) {
    const single = block.first === block.last;
    for (let address = block.first; address <= block.last; address++) {
      const label = single ? word : formatAddress(address);
      const key = `${address} ${label}`;
      if (excluded.has(address)) continue;
      if (!keepsDuplicates && seen.has(key)) {
        // One that is named as well is not only one of many.
        const index = seen.get(key) as number;
        if (single) targets[index] = { index, label, address };
        duplicateCount++;
        if (duplicates.length < DUPLICATES_NAMED) duplicates.push(label);
      } else {
        const index = targets.length;
        if (!keepsDuplicates) seen.set(key, index);
        targets.push(single ? { index, label, address } : { index, label, address, isFromBlock });
      }
    }
  }
  return { targets, duplicates, duplicateCount };
}

/** Looks all words up, a few names at a time, and keeps their order. */
async function locateAll(
  words: readonly Word[],
  resolver: NameResolver,
  allAddresses: boolean,
): Promise<Located[]> {
  const found: Located[] = new Array(words.length);
  const names: { readonly index: number; readonly name: string }[] = [];
  for (const [index, word] of words.entries()) {
    const reading = readWord(word.text);
    if (reading.kind === "name") names.push({ index, name: reading.name });
    else if (reading.kind === "invalid") found[index] = invalid(word, reading.message);
    else found[index] = locateBlock(word, reading.block, reading.isPrefix);
  }
  let next = 0;
  const lookUpNames = async () => {
    while (next < names.length) {
      const { index, name } = names[next++] as typeof names[number];
      found[index] = await locateName(words[index] as Word, name, resolver, allAddresses);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKUPS_AT_ONCE, names.length) }, lookUpNames));
  return found;
}

/** A prefix stands for its hosts: the network's own address and its broadcast address are none (RFC 922). */
function locateBlock(word: Word, block: Block, isPrefix: boolean): Located {
  if (block.first === block.last && !isPrefix) {
    return locateAddress({ text: formatAddress(block.first), from: word.from }, block.first);
  }
  const hosts = isPrefix && blockSize(block) > 2
    ? { first: block.first + 1, last: block.last - 1 }
    : block;
  const what = notUnicast(hosts.first) ?? notUnicast(hosts.last);
  if (what !== undefined) return invalid(word, `it holds ${what}, expected hosts`);
  // A block of one host is that host, however it was written.
  const label = hosts.first === hosts.last ? formatAddress(hosts.first) : word.text;
  return [{ label, block: hosts }];
}

async function locateName(
  word: Word,
  name: string,
  resolver: NameResolver,
  allAddresses: boolean,
): Promise<Located> {
  const resolution = await resolver.resolve(name);
  if (!resolution.ok) {
    const message = resolution.reason === "no-ipv4"
      ? `the name has IPv6 addresses only, and ${NO_ICMPV6_TIMESTAMP}`
      : resolution.message;
    return { label: word.text, from: word.from, kind: "unresolved", message };
  }
  const addresses = allAddresses ? resolution.addresses : resolution.addresses.slice(0, 1);
  const located: { label: string; block: Block }[] = [];
  for (const address of addresses) {
    const one = locateAddress(word, address);
    if (!Array.isArray(one)) return one;
    located.push(...one);
  }
  return located;
}

function locateAddress(word: Word, address: number): Located {
  const what = notUnicast(address);
  if (what === undefined) return [{ label: word.text, block: { first: address, last: address } }];
  const shown = formatAddress(address);
  const prefix = word.text === shown ? "" : `${shown}, `;
  return invalid(word, `${prefix}${what}, expected a single host`);
}

function invalid({ text, from }: Word, message: string): TargetProblem {
  return { label: text, from, kind: "invalid", message };
}

/** The problem in the place of what holds a broadcast address of a network of ours. */
function withoutBroadcasts(
  found: readonly Located[],
  words: readonly Word[],
  isBroadcast: (address: number) => boolean,
): Located[] {
  return found.map((located, index) => {
    if (!Array.isArray(located)) return located;
    for (const { block } of located) {
      for (let address = block.first; address <= block.last; address++) {
        if (!isBroadcast(address)) continue;
        const word = words[index] as Word;
        const shown = formatAddress(address);
        const prefix = word.text === shown ? "" : `${shown}, `;
        return invalid(word, `${prefix}a broadcast address, expected a single host`);
      }
    }
    return located;
  });
}

/** What an address is when it is no host's; undefined for a host's. */
function notUnicast(address: number): string | undefined {
  if (address === 0) return "the unspecified address";
  if (address === 0xffffffff) return "the broadcast address";
  return address >>> 28 === 0xe ? "a multicast address" : undefined;
}
