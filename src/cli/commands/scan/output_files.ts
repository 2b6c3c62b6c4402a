/** The files that one scan writes. */

import type { WritableFile } from "../../../run/machine.ts";
import type { OutputFile } from "../../../terminal/output_file.ts";
import { openOutput } from "../../files.ts";
import { openOutputFile } from "../../output/output_file.ts";
import { UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import type { ScanOptions } from "./checks.ts";

type FileOption = "metadata" | "status-updates-file" | "checkpoint" | "resume";

/** The files that a scan writes. */
export interface ScanFiles {
  /** Of `-o`; standard output when undefined. */
  readonly output: OutputFile | undefined;
  /** Of `--metadata`. */
  readonly metadata: WritableFile | undefined;
  /** Of `--status-updates-file`. */
  readonly status: WritableFile | undefined;
  /** Of `--checkpoint` or `--resume`. */
  readonly checkpoint: WritableFile | undefined;
}

/**
 * Opens every file that the options name; writes nothing.
 *
 * @throws {UsageError} A file cannot be opened.
 */
export async function openScanFiles(options: ScanOptions, system: System): Promise<ScanFiles> {
  const open = (name: FileOption, mode: "create" | "keep") => {
    const path = options[name];
    if (path === undefined) return undefined;
    // Standard output has the results.
    if (path === "-") {
      throw new UsageError(`Cannot write --${name} to standard output: expected a file`);
    }
    return openOutput(path, () => system.files.openFile(path, mode));
  };
  return {
    output: await openOutputFile(options.output, system),
    metadata: open("metadata", "create"),
    status: open("status-updates-file", "create"),
    checkpoint: open("checkpoint", "create") ?? open("resume", "keep"),
  };
}
