/** The files of a scan: none may be two things at once, or what is read would be overwritten. */

import { safeText } from "../../../terminal/safe_text.ts";
import type { ScanOptions } from "./checks.ts";
import type { System } from "../../system.ts";
import { UsageError } from "../../outcome.ts";

/** Options whose files are written; `--resume` is read first. */
const WRITTEN = ["output", "metadata", "checkpoint", "resume", "pcap"] as const;
const READ = ["file", "exclude-file"] as const;

interface UsedFile {
  readonly option: string;
  readonly path: string;
  readonly isWritten: boolean;
}

/**
 * Looks for files that are written and used for something else too, by whatever names: links of either kind lead to the same file.
 * Pipes and devices are no such files.
 *
 * @throws {UsageError} naming the two options
 */
export function checkScanFiles(options: ScanOptions, system: System): void {
  const inputs = [...options.file, ...options["exclude-file"]];
  if (inputs.filter((path) => path === "-").length > 1) {
    throw new UsageError("Cannot read standard input twice: expected one - among the files");
  }
  const users = new Map<string, UsedFile>();
  for (const use of listUses(options)) {
    const id = system.scan.identifyFile(use.path)?.id;
    if (id === undefined) continue;
    const other = users.get(id);
    if (other === undefined) users.set(id, use);
    else if (other.isWritten || use.isWritten) refuse(other, use);
  }
}

function listUses(options: ScanOptions): UsedFile[] {
  const read = READ.flatMap((name) =>
    options[name].map((path) => ({ option: `--${name}`, path, isWritten: false }))
  ).filter(({ path }) => path !== "-");
  const written = WRITTEN.flatMap((name) => {
    const path = options[name];
    return path === undefined ? [] : [{ option: `--${name}`, path, isWritten: true }];
  });
  return [...read, ...written];
}

function refuse(first: UsedFile, second: UsedFile): never {
  throw new UsageError(
    `Cannot write to ${safeText(second.path)} for ${second.option}: it is the file of ` +
      `${first.option}, expected two files`,
  );
}
