/** What an audit is to ask: hosts by themselves, and blocks in which those that answer are found first. */

import { planScanRun, type ScanRunPlan } from "../../../run/scan/options.ts";
import type { Checkpoint } from "../../../scan/checkpoint.ts";
import { type ListedWord, wordsOf } from "../../../targets/list_words.ts";
import { subtractBlocks, totalSize } from "../../../targets/block.ts";
import { PackedBlocks } from "../../../targets/packed_blocks.ts";
import { MAX_TARGETS, type TargetList } from "../../../targets/target_list.ts";
import { readWord } from "../../../targets/target_word.ts";
import { formatCount } from "../../../terminal/quantity.ts";
import { readEgress } from "../../options/egress.ts";
import { readExclusions } from "../../targets/exclusions.ts";
import { readFileLines } from "../../files.ts";
import { locateTargets } from "../../targets/gather_targets.ts";
import type { Parsed } from "../../options/option.ts";
import { printError, UsageError } from "../../outcome.ts";
import { reportLeftOut, requireConsent } from "../../targets/sweep_limits.ts";
import type { System } from "../../system.ts";
import type { AUDIT_OPTIONS } from "./options.ts";

/** The hosts and blocks of one audit. */
export interface AuditTargets {
  /** Hosts that were asked for by themselves. */
  readonly list: TargetList;
  /** The sweep of all blocks; undefined for none. */
  readonly blocks: ScanRunPlan | undefined;
}

/** What the plan of the blocks depends on. */
export interface BlockInput {
  /** Hosts that were asked for by themselves. */
  readonly list: TargetList;
  /** Addresses that are never asked. */
  readonly exclude: PackedBlocks;
  /** Options as parsed; their defaults are filled in. */
  readonly options: Parsed<typeof AUDIT_OPTIONS>;
  /** The checkpoint of `--resume`. */
  readonly previous: Checkpoint | undefined;
}

/** One bit is kept for each address: a prefix of length 8. */
const MAX_BLOCK_ADDRESSES = 2 ** 24;
/** Largest number of addresses for which each is probed several times, so that a lost probe costs no host. */
const MAX_REPEATED = 65_536;
const PASSES = 3;
/** One pass takes at least this long, seconds: answers come before the next one, and bursts of loss end. */
const MIN_PASS_S = 0.5;

/**
 * Reads words and files, and plans the sweep.
 *
 * @returns undefined where nothing is left because words gave no target
 * @throws {UsageError} There is no target, a word can never be one, or strangers would be probed without `--yes`.
 */
export async function readAuditTargets(
  operands: readonly string[],
  given: Pick<BlockInput, "options" | "previous">,
  system: System,
): Promise<AuditTargets | undefined> {
  const { options } = given;
  const { singles, blocks } = await sortWords(operands, options.file, system);
  if (singles.length === 0 && blocks.length === 0) {
    throw new UsageError(
      "No target given: expected at least one, e.g. icmptime audit 10.0.0.0/24",
    );
  }
  const exclude = await readExclusions(options.exclude.flat(), options["exclude-file"], system);
  const list = await locateTargets(singles, system, { exclude, deadlineMs: options.deadline });
  if (blocks.length === 0) {
    if (list.targets.length > 0) return { list, blocks: undefined };
    if (list.problems.length > 0) return undefined;
    throw new UsageError("No target left: every target is excluded, expected at least one host");
  }
  return { list, blocks: planBlocks(blocks, { list, exclude, ...given }, system) };
}

/** The words of the command line and the files: hosts, and blocks of several addresses. */
async function sortWords(
  operands: readonly string[],
  files: readonly string[],
  system: System,
): Promise<{ readonly singles: readonly (string | ListedWord)[]; readonly blocks: PackedBlocks }> {
  const singles: (string | ListedWord)[] = [];
  const blocks = new PackedBlocks();
  let isCrowded = false;
  const sort = (text: string, word: string | ListedWord) => {
    const reading = readWord(text);
    const { first, last } = reading.kind === "block" ? reading.block : { first: 0, last: 0 };
    isCrowded ||= singles.length >= MAX_TARGETS;
    if (last > first || reading.kind === "block" && isCrowded) blocks.push(first, last);
    else singles.push(word);
  };
  for (const text of operands) sort(text, text);
  for (const file of files) {
    for await (const { firstNumber, lines } of readFileLines(file, system)) {
      for (const [index, line] of lines.entries()) {
        for (const text of wordsOf(line)) sort(text, { text, file, line: firstNumber + index });
      }
    }
  }
  if (isCrowded) {
    const most = formatCount(MAX_TARGETS);
    printError(
      system,
      `more than ${most} single addresses: the silent ones of the rest are counted only`,
    );
  }
  return { singles, blocks };
}

function planBlocks(
  blocks: PackedBlocks,
  { list, exclude, options, previous }: BlockInput,
  system: System,
): ScanRunPlan {
  const { interfaceName, sourceAddress: source } = readEgress(options.interface);
  const { mark, ttl, rate, timeout: cooldownMs } = options;
  const excluded = new PackedBlocks();
  for (const { first, last } of exclude) excluded.push(first, last);
  // A host that is named and part of a block as well is asked once.
  for (const { address } of list.targets) excluded.push(address, address);
  const size = totalSize(subtractBlocks(blocks, excluded));
  const probesPerTarget = size <= MAX_REPEATED ? PASSES : 1;
  const plan = planScanRun({
    ...{ targets: blocks, excluded, ttl, probesPerTarget, cooldownMs, previous },
    skipsAnswered: true,
    includeReserved: options["include-reserved"],
    rate: probesPerTarget === 1 ? rate : Math.min(rate, Math.max(1, size / MIN_PASS_S)),
    egress: { interfaceName, source, mark },
  }, system.scan);
  reportLeftOut(plan, { quiet: list.targets.length > 0 && size === 0 }, system, "audit");
  if (plan.space.size > MAX_BLOCK_ADDRESSES) {
    throw new UsageError(
      `Cannot audit ${formatCount(plan.space.size)} addresses at once: expected at most ` +
        `${formatCount(MAX_BLOCK_ADDRESSES)} (a /8)`,
    );
  }
  requireConsent(plan, options, "audit");
  // The last step of a checkpoint is beyond the sweep: the questions are over too.
  return { ...plan, startPosition: Math.min(plan.startPosition, plan.order.length) };
}
