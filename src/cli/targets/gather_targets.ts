/** The targets of a run, from the words and the files of a command line. */

import { remainingMs } from "../../run/run_frame.ts";
import { type ListedWord, wordsOf } from "../../targets/list_words.ts";
import type { NameResolution, NameResolver } from "../../targets/resolver.ts";
import {
  listTargets,
  MAX_TARGETS,
  type TargetList,
  type TargetListOptions,
  type TargetProblem,
} from "../../targets/target_list.ts";
import { shortText } from "../../terminal/safe_text.ts";
import { readFileLines } from "../files.ts";
import { printError, UsageError } from "../outcome.ts";
import { SkippedLines } from "./skipped_lines.ts";
import type { System } from "../system.ts";

/** How targets are gathered. */
export interface GatherOptions extends TargetListOptions {
  /** Go on without words of the command line that can never be targets, as fping does. */
  readonly skipsInvalidOperands?: boolean;
  /** Lists of addresses that are never probed, `-` for standard input. */
  readonly excludeFiles?: readonly string[];
  /** Group whose targets these are, for messages; undefined for those of a command line. */
  readonly group?: string;
  /** When the run ends, in milliseconds from the start of the program: no name is waited for any longer. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Gathers the targets from words and files; reports lines that cannot be used, names that do not resolve and
 * addresses that are given twice. Undefined when that leaves none.
 *
 * @throws {UsageError} There is no target, or a word of the command line can never be one.
 */
export async function gatherTargets(
  operands: readonly string[],
  files: readonly string[],
  system: System,
  options: GatherOptions = {},
): Promise<TargetList | undefined> {
  const words = [...operands, ...await readFiles(files, system)];
  const { exclude = [], excludeFiles = [], group } = options;
  const where = group === undefined ? "" : ` in group ${shortText(group)}`;
  if (words.length === 0) {
    const example = group === undefined ? ", e.g. icmptime 192.0.2.7" : "";
    throw new UsageError(`No target given${where}: expected at least one host${example}`);
  }
  const excluded = excludeFiles.length === 0
    ? exclude
    : await (await import("./exclusions.ts")).readExclusions(exclude, excludeFiles, system);
  const list = await locateTargets(words, system, { ...options, exclude: excluded });
  if (list.targets.length > 0) return list;
  if (list.problems.length > 0) return undefined;
  throw new UsageError(
    `No target left${where}: every target is excluded, expected at least one host`,
  );
}

/**
 * The targets of words that have been read; reports names that do not resolve and addresses that are given twice.
 *
 * @throws {UsageError} A word of the command line can never be a target.
 */
export async function locateTargets(
  words: readonly (string | ListedWord)[],
  system: System,
  options: GatherOptions,
): Promise<TargetList> {
  const isBroadcast = (address: number) => system.isBroadcast(address);
  const resolver = resolveUntil(options.deadlineMs, system);
  const list = await listTargets(words, resolver, { ...options, isBroadcast });
  checkTargets(list, system, options.skipsInvalidOperands ?? false);
  return list;
}

/** A resolver that gives up at the deadline. */
function resolveUntil(deadlineMs: number | undefined, system: System): NameResolver {
  const { resolver } = system;
  if (deadlineMs === undefined) return resolver;
  return {
    async resolve(name) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const deadline = new Promise<NameResolution>((resolve) => {
        const message = "no answer before the --deadline";
        const giveUp = () => resolve({ ok: false, reason: "unresolved", message });
        timer = setTimeout(giveUp, remainingMs(deadlineMs, system));
      });
      try {
        return await Promise.race([resolver.resolve(name), deadline]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function readFiles(paths: readonly string[], system: System): Promise<ListedWord[]> {
  const words: ListedWord[] = [];
  for (const file of paths) {
    for await (const { firstNumber, lines } of readFileLines(file, system)) {
      for (const [index, line] of lines.entries()) {
        for (const text of wordsOf(line)) words.push({ text, file, line: firstNumber + index });
      }
      if (words.length <= MAX_TARGETS) continue;
      throw new UsageError(
        `Cannot probe all of ${shortText(file)}: more than ${MAX_TARGETS} targets up to line ` +
          `${firstNumber + lines.length - 1}, expected fewer, or icmptime scan`,
      );
    }
  }
  return words;
}

function checkTargets(list: TargetList, system: System, skipsInvalidOperands: boolean): void {
  const mayBeSkipped = ({ kind, from }: TargetProblem) =>
    kind === "unresolved" || (kind === "invalid" && (from !== undefined || skipsInvalidOperands));
  const fatal = list.problems.find((problem) => !mayBeSkipped(problem));
  if (fatal !== undefined) {
    throw new UsageError(formatProblem(fatal));
  }
  const skipped = new SkippedLines(system);
  for (const problem of list.problems) {
    const text = formatProblem(problem);
    if (problem.from === undefined) printError(system, text);
    else skipped.report(problem.from, text);
  }
  skipped.close();
  if (list.duplicateCount > 0) {
    const more = list.duplicateCount > list.duplicates.length ? ", …" : "";
    printError(
      system,
      `probed once, although given more than once: ${list.duplicates.join(", ")}${more}`,
    );
  }
}

function formatProblem({ label, kind, message }: TargetProblem): string {
  const shown = label.trim() === "" ? `'${label}'` : shortText(label);
  return `Cannot ${kind === "unresolved" ? "resolve" : "probe"} ${shown}: ${shortText(message)}`;
}
