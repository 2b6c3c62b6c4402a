/** From words to the hosts that will be asked: addresses, blocks, ranges and names. */

import { formatAddress, parseAddress } from "../packet/address.ts";
import { type Block, blockSize, parseBlock } from "./block.ts";
import type { NameResolver } from "./resolver.ts";
import type { Target } from "./target.ts";

/** ICMPv6 has echo but no timestamp message (RFC 4443). */
export const NO_ICMPV6_TIMESTAMP = "ICMPv6 has no Timestamp message, want an IPv4 address";

/** Most targets of one list; every one of them is held in memory with its statistics. */
export const MAX_TARGETS = 131_072;

/** Names that are looked up at one time. */
const LOOKUPS_AT_ONCE = 16;

/** How words are read. */
export interface TargetListOptions {
  /** Ask every address of a name, not the first alone. */
  readonly allAddresses?: boolean;
  /** Addresses that are never asked. */
  readonly exclude?: readonly Block[];
}

/** A word that gives no target. */
export interface TargetProblem {
  /** The word. */
  readonly label: string;
  /** `invalid`: it can never be a target. `unresolved`: a name that gave no IPv4 address. */
  readonly kind: "invalid" | "unresolved";
  /** What is wrong and what is wanted, without the word. */
  readonly message: string;
}

/** What the words gave. */
export interface TargetList {
  /** Targets, each address once, in the order of the words. */
  readonly targets: readonly Target[];
  /** Words that gave none. */
  readonly problems: readonly TargetProblem[];
  /** Labels whose address stood there before, the first few of them. */
  readonly duplicates: readonly string[];
  /** How many times an address stood there again. */
  readonly duplicateCount: number;
  /** Addresses that were left out on request. */
  readonly excludedCount: number;
}

/** What one word stands for: runs of addresses with their labels, or nothing. */
type Located = readonly { readonly label: string; readonly block: Block }[] | TargetProblem;

/** Labels of duplicates that are kept. */
const DUPLICATES_NAMED = 3;

/** Reads the words in order. Memory is spent on a block only when all words together are few enough. */
export async function listTargets(
  words: readonly string[],
  resolver: NameResolver,
  options: TargetListOptions = {},
): Promise<TargetList> {
  const found = await locateAll(words, resolver, options.allAddresses ?? false);
  const problems: TargetProblem[] = [];
  let size = 0;
  for (const [i, located] of found.entries()) {
    if (!Array.isArray(located)) problems.push(located as TargetProblem);
    else size += located.reduce((sum, { block }) => sum + blockSize(block), 0);
    if (size > MAX_TARGETS) {
      const message = `${size} addresses up to here, ping takes ${MAX_TARGETS} at most, ` +
        "want `icmptime scan` for more";
      problems.push({ label: words[i] as string, kind: "invalid", message });
      return { targets: [], problems, duplicates: [], duplicateCount: 0, excludedCount: 0 };
    }
  }
  const located = found.filter((each): each is Exclude<Located, TargetProblem> =>
    Array.isArray(each)
  );
  return { problems, ...expand(located.flat(), options.exclude ?? []) };
}

function expand(
  located: readonly { readonly label: string; readonly block: Block }[],
  exclude: readonly Block[],
): Omit<TargetList, "problems"> {
  const targets: Target[] = [];
  const duplicates: string[] = [];
  const seen = new Set<number>();
  let duplicateCount = 0;
  let excludedCount = 0;
  for (const { label, block } of located) {
    const single = block.first === block.last;
    for (let address = block.first; address <= block.last; address++) {
      if (exclude.some(({ first, last }) => address >= first && address <= last)) {
        excludedCount++;
      } else if (seen.has(address)) {
        duplicateCount++;
        if (duplicates.length < DUPLICATES_NAMED) {
          duplicates.push(single ? label : formatAddress(address));
        }
      } else {
        seen.add(address);
        targets.push({
          index: targets.length,
          label: single ? label : formatAddress(address),
          address,
        });
      }
    }
  }
  return { targets, duplicates, duplicateCount, excludedCount };
}

/** Looks all words up, a few names at a time, and keeps their order. */
async function locateAll(
  words: readonly string[],
  resolver: NameResolver,
  allAddresses: boolean,
): Promise<Located[]> {
  const found: Located[] = new Array(words.length);
  const names: number[] = [];
  for (const [i, word] of words.entries()) {
    const literal = locateLiteral(word);
    if (literal === undefined) names.push(i);
    else found[i] = literal;
  }
  let next = 0;
  const lookUpNames = async () => {
    while (next < names.length) {
      const i = names[next++] as number;
      found[i] = await locateName(words[i] as string, resolver, allAddresses);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKUPS_AT_ONCE, names.length) }, lookUpNames));
  return found;
}

/** What a word that is no name stands for; undefined for a name. */
function locateLiteral(label: string): Located | undefined {
  if (label.trim() === "") {
    return { label, kind: "invalid", message: "an empty word, want a name or an address" };
  }
  if (label.includes("\0")) {
    return { label, kind: "invalid", message: "no name holds a zero byte, want text" };
  }
  const address = parseAddress(label);
  if (address !== undefined) return locateAddress(label, address);
  if (label.includes(":")) return { label, kind: "invalid", message: NO_ICMPV6_TIMESTAMP };
  if (/^[\d.]+\s*[/-]/.test(label)) return locateBlock(label);
  if (/^[\d.]+$/.test(label)) {
    return { label, kind: "invalid", message: "not an IPv4 address, want four numbers up to 255" };
  }
  return undefined;
}

/** A prefix stands for its hosts: the network's own address and its broadcast address are none (RFC 922). */
function locateBlock(label: string): Located {
  const block = parseBlock(label);
  if (typeof block === "string") return { label, kind: "invalid", message: block };
  const isPrefix = label.includes("/");
  const hosts = isPrefix && blockSize(block) > 2
    ? { first: block.first + 1, last: block.last - 1 }
    : block;
  const what = notUnicast(hosts.first) ?? notUnicast(hosts.last);
  if (what !== undefined) {
    return { label, kind: "invalid", message: `it holds ${what}, want hosts` };
  }
  // A block of one host is that host, however it was written.
  return [{ label: hosts.first === hosts.last ? formatAddress(hosts.first) : label, block: hosts }];
}

async function locateName(
  label: string,
  resolver: NameResolver,
  allAddresses: boolean,
): Promise<Located> {
  const resolution = await resolver.resolve(label);
  if (!resolution.ok) {
    const message = resolution.reason === "no-ipv4"
      ? `the name has IPv6 addresses only, and ${NO_ICMPV6_TIMESTAMP}`
      : resolution.message;
    return { label, kind: "unresolved", message };
  }
  const addresses = allAddresses ? resolution.addresses : resolution.addresses.slice(0, 1);
  const located: { label: string; block: Block }[] = [];
  for (const address of addresses) {
    const one = locateAddress(label, address);
    if (!Array.isArray(one)) return one;
    located.push(...one);
  }
  return located;
}

function locateAddress(label: string, address: number): Located {
  const what = notUnicast(address);
  if (what === undefined) return [{ label, block: { first: address, last: address } }];
  const shown = formatAddress(address);
  const prefix = label === shown ? "" : `${shown}, `;
  return { label, kind: "invalid", message: `${prefix}${what}, want a single host` };
}

/** What an address is when it is no host's; undefined for a host's. */
function notUnicast(address: number): string | undefined {
  if (address === 0) return "the unspecified address";
  if (address === 0xffffffff) return "the broadcast address";
  return address >>> 28 === 0xe ? "a multicast address" : undefined;
}
