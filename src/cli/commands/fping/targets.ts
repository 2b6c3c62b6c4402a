/** The targets of fping: words in order, each looked up as getaddrinfo(3) reads it; a target that stands twice is two. */

import { formatAddress, parseAddress } from "../../../packet/mod.ts";
import type { NameResolution } from "../../../targets/resolver.ts";
import { type Target, UNKNOWN_ADDRESS } from "../../../targets/target.ts";
import { MAX_TARGETS, type TargetList, type TargetProblem } from "../../../targets/target_list.ts";
import { readFileLines } from "../../files.ts";
import { ExitCode, printComplaint, UsageError } from "../../outcome.ts";
import type { Parsed } from "../../options/option.ts";
import type { System } from "../../system.ts";
import { FpingError } from "./complaint.ts";
import { generateWords } from "./generate.ts";
import type { FPING_OPTIONS } from "./options.ts";
import { isIpv6Address, isName, NOT_KNOWN, WRONG_FAMILY } from "./words.ts";

/** Names that are looked up at one time. */
const LOOKUPS_AT_ONCE = 16;
/** Addresses up to which each is checked for being a broadcast address. */
const MAX_CHECKED = 64;

/** Targets, and the word that each comes from. */
export interface FpingTargets extends TargetList {
  /** Words by target. */
  readonly words: readonly string[];
}

/** What a word stands for: addresses, or why it stands for none. */
type Located =
  | { readonly isOk: true; readonly addresses: readonly number[]; readonly isNumeric: boolean }
  | { readonly isOk: false; readonly message: string };

/** The options of a command line. */
export type FpingOptions = Parsed<typeof FPING_OPTIONS>;

/**
 * Gathers the targets: from operands, `-f`, `-g`, or standard input where there are none of these. Each word that gives no
 * target is reported, unless the run is quiet.
 *
 * @throws {FpingError} The words cannot be used together, or a file cannot be read.
 */
export async function gatherFpingTargets(
  operands: readonly string[],
  options: FpingOptions,
  system: System,
): Promise<FpingTargets> {
  const words = await readWords(operands, options, system);
  const located = await locateAll(words, options, system);
  const problems: TargetProblem[] = [];
  const targets: Target[] = [];
  const sources: string[] = [];
  const add = (word: string, label: string, address: number) => {
    targets.push({ index: targets.length, label, address });
    sources.push(word);
  };
  const isQuiet = options.quiet || options.squiet !== undefined;
  for (const [i, found] of located.entries()) {
    const word = words[i] as string;
    if (found.isOk) {
      const { addresses } = found;
      for (const address of options.all ? addresses : addresses.slice(0, 1)) {
        add(word, await labelOf(word, address, found.isNumeric, options, system), address);
      }
      continue;
    }
    problems.push({ label: word, from: undefined, kind: "unresolved", message: found.message });
    if (!isQuiet) {
      printComplaint(system, {
        text: `${word}: ${found.message}`,
        exitCode: ExitCode.Unresolved,
      });
    }
    // A name may be found later, while a run without end goes on.
    if (options.loop && !options.all && isName(word)) add(word, word, UNKNOWN_ADDRESS);
  }
  return { targets, problems, words: sources, duplicates: [], duplicateCount: 0 };
}

/** The words in order; fping takes them from one place only. */
async function readWords(
  operands: readonly string[],
  { file, generate }: FpingOptions,
  system: System,
): Promise<readonly string[]> {
  const path = file.at(-1);
  if (path !== undefined && (operands.length > 0 || generate)) {
    throw new UsageError("use -f alone: no targets or -g beside it");
  }
  if (generate) return await generateWords(operands, system);
  return operands.length > 0
    ? operands
    : await readFirstWords(path === undefined || path === "/dev/stdin" ? "-" : path, system);
}

/** The first word of each line; a line that begins with `#` is a comment. */
async function readFirstWords(path: string, system: System): Promise<string[]> {
  const words: string[] = [];
  try {
    for await (const { lines } of readFileLines(path, system)) {
      for (const line of lines) {
        const word = /\S+/.exec(line)?.[0];
        if (word !== undefined && !word.startsWith("#")) words.push(word);
      }
      if (words.length > MAX_TARGETS) {
        throw new FpingError(`fping: more than ${MAX_TARGETS} targets`);
      }
    }
  } catch (error) {
    if (!(error instanceof UsageError) || error instanceof FpingError) throw error;
    const reason = path === ""
      ? "No such file or directory"
      : error.message.replace(/^Cannot read .*?: /, "");
    // fopen(3) opens a folder, which then has no lines.
    const isFolder = reason.startsWith("Is a directory");
    throw new FpingError(
      `fping: fopen : ${reason}`,
      isFolder ? ExitCode.Unanswered : ExitCode.System,
    );
  }
  return words;
}

async function locateAll(
  words: readonly string[],
  options: FpingOptions,
  system: System,
): Promise<Located[]> {
  const isFew = words.length <= MAX_CHECKED;
  const found: Located[] = new Array(words.length);
  let next = 0;
  const work = async () => {
    while (next < words.length) {
      const index = next++;
      const word = words[index] as string;
      const address = parseAddress(word);
      const one = address === undefined
        ? await locateWord(word, options, system)
        : { isOk: true as const, addresses: [address], isNumeric: true };
      found[index] = options.ipv6 ? refuseIpv6(word) : checkHosts(one, isFew, system);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKUPS_AT_ONCE, words.length) }, work));
  return found;
}

async function locateWord(
  word: string,
  { ipv4 }: FpingOptions,
  system: System,
): Promise<Located> {
  if (word === "" || word.includes("\0")) return fail(NOT_KNOWN);
  if (word.includes(":")) return fail(isIpv6Address(word) ? WRONG_FAMILY : NOT_KNOWN);
  const resolution = await system.resolver.resolve(word);
  if (!resolution.ok) return fail(describeUnknown(resolution, ipv4));
  return { isOk: true, addresses: resolution.addresses, isNumeric: !isName(word) };
}

/** A name that has IPv6 addresses alone is none with -4; otherwise the reason is said. */
function describeUnknown(
  { reason, message }: Extract<NameResolution, { ok: false }>,
  isIpv4Only: boolean,
): string {
  if (reason !== "no-ipv4") return message;
  return isIpv4Only ? NOT_KNOWN : WRONG_FAMILY;
}

/** An address that is no single host's cannot be a target: every host there would answer. */
function checkHosts(found: Located, isFew: boolean, system: System): Located {
  if (!found.isOk) return found;
  for (const address of found.addresses) {
    if (address >>> 28 === 0xe) return fail("a multicast address, expected a single host");
    if (address === 0) return fail("the unspecified address, expected a host");
    const isBroadcast = address === 0xffffffff || isFew && system.isBroadcast(address);
    if (isBroadcast) return fail("a broadcast address, expected a single host");
  }
  return found;
}

/** With -6 no address is left: those of IPv6 are not probed here. */
function refuseIpv6(word: string): Located {
  return fail(isName(word) ? NOT_KNOWN : WRONG_FAMILY);
}

function fail(message: string): Located {
  return { isOk: false, message };
}

/** What the lines call a target: the word, its address (-A), its name (-n, -d), or both. */
async function labelOf(
  word: string,
  address: number,
  isNumeric: boolean,
  { addr, name, rdns }: FpingOptions,
  system: System,
): Promise<string> {
  const isNamed = rdns || name && isNumeric;
  const named = isNamed ? await system.lookUpAddress(address) ?? formatAddress(address) : word;
  if (!addr) return named;
  return name || rdns ? `${named} (${formatAddress(address)})` : formatAddress(address);
}
