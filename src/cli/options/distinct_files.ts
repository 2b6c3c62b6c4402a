/** The files of one run: none may be two things at once, or what is read would be overwritten. */

import { safeText } from "../../terminal/safe_text.ts";
import { UsageError } from "../outcome.ts";
import type { System } from "../system.ts";
import type { CommandLine, FileUse, OptionTable } from "./option.ts";

interface UsedFile {
  readonly option: string;
  readonly path: string;
  readonly use: FileUse;
}

/**
 * Looks for files that are written and used for something else too, by whatever names: links of either kind lead to the same file.
 * Pipes and devices are no such files.
 *
 * @throws {UsageError} naming the two options
 */
export function checkDistinctFiles(
  options: OptionTable,
  line: CommandLine<OptionTable>,
  system: System,
): void {
  const uses = listUses(options, line);
  if (uses.filter(({ path, use }) => path === "-" && use === "read").length > 1) {
    throw new UsageError("Cannot read standard input twice: expected one - among the files");
  }
  if (uses.every(({ use }) => use === "read" || use === "read-log")) return;
  const users = new Map<string, UsedFile>();
  for (const use of uses) {
    const id = use.path === "-" ? undefined : system.files.identifyFile(use.path)?.id;
    if (id === undefined) continue;
    const other = users.get(id);
    if (other === undefined) users.set(id, use);
    else if (!mayShare(other.use, use.use)) refuse(other, use);
  }
}

function listUses(options: OptionTable, line: CommandLine<OptionTable>): UsedFile[] {
  const uses = Object.entries(options).flatMap(([name, { fileUse: use }]): UsedFile[] => {
    if (use === undefined) return [];
    const value: unknown = line.options[name];
    const paths = [value ?? []].flat().filter((path) => typeof path === "string");
    return paths.map((path) => ({ option: `--${name}`, path, use }));
  });
  // What is read comes first: the message then names the option that would overwrite it.
  return uses.sort((a, b) => Number(isWritten(a.use)) - Number(isWritten(b.use)));
}

function isWritten(use: FileUse): boolean {
  return use === "append" || use === "write";
}

function mayShare(first: FileUse, second: FileUse): boolean {
  if (!isWritten(first) && !isWritten(second)) return true;
  const both = [first, second];
  return both.includes("read-log") && both.includes("append");
}

function refuse(first: UsedFile, second: UsedFile): never {
  throw new UsageError(
    `Cannot write to ${safeText(second.path)} for ${second.option}: it is the file of ` +
      `${first.option}, expected two files`,
  );
}
