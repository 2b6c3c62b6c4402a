/** From the words of the command line to the hosts that will be asked. */

import { formatAddress, parseAddress } from "../packet/address.ts";
import type { NameResolver } from "./resolver.ts";
import type { Target } from "./target.ts";

/** ICMPv6 has echo but no timestamp message (RFC 4443). */
export const NO_ICMPV6_TIMESTAMP = "ICMPv6 has no Timestamp message, want an IPv4 address";

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
  /** Words whose address stood there before. */
  readonly duplicates: readonly string[];
}

/** Resolves the words in order; names are asked for all at once. */
export async function listTargets(
  words: readonly string[],
  resolver: NameResolver,
): Promise<TargetList> {
  const found = await Promise.all(words.map((word) => locate(word, resolver)));
  const targets: Target[] = [];
  const problems: TargetProblem[] = [];
  const duplicates: string[] = [];
  const seen = new Set<number>();
  for (const [i, label] of words.entries()) {
    const address = found[i] as number | TargetProblem;
    if (typeof address !== "number") problems.push(address);
    else if (seen.has(address)) duplicates.push(label);
    else {
      seen.add(address);
      targets.push({ index: targets.length, label, address });
    }
  }
  return { targets, problems, duplicates };
}

async function locate(label: string, resolver: NameResolver): Promise<number | TargetProblem> {
  const literal = parseAddress(label);
  if (literal !== undefined) return checkUnicast(label, literal);
  if (label.includes(":")) return { label, kind: "invalid", message: NO_ICMPV6_TIMESTAMP };
  if (/^[\d.]+$/.test(label)) {
    return { label, kind: "invalid", message: "not an IPv4 address, want four numbers up to 255" };
  }
  const resolution = await resolver.resolve(label);
  if (resolution.ok) return checkUnicast(label, resolution.addresses[0] as number);
  const message = resolution.reason === "no-ipv4"
    ? `the name has IPv6 addresses only, and ${NO_ICMPV6_TIMESTAMP}`
    : resolution.message;
  return { label, kind: "unresolved", message };
}

function checkUnicast(label: string, address: number): number | TargetProblem {
  const shown = formatAddress(address);
  const what = address === 0
    ? "the unspecified address"
    : address === 0xffffffff
    ? "the broadcast address"
    : address >>> 28 === 0xe
    ? "a multicast address"
    : undefined;
  if (what === undefined) return address;
  const prefix = label === shown ? "" : `${shown}, `;
  return { label, kind: "invalid", message: `${prefix}${what}, want a single host` };
}
