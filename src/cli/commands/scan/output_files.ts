/** The files that one scan writes. */

import type { WritableFile } from "../../../run/machine.ts";
import type { OutputFile } from "../../../terminal/output_file.ts";
import { openOutput } from "../../files.ts";
import { openOutputFile } from "../../output/output_file.ts";
import type { System } from "../../system.ts";
import type { ScanOptions } from "./checks.ts";

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
  const open = (path: string | undefined, mode: "create" | "keep") =>
    path === undefined ? undefined : openOutput(path, () => system.files.openFile(path, mode));
  return {
    output: await openOutputFile(options.output, system),
    metadata: open(options.metadata, "create"),
    status: open(options["status-updates-file"], "create"),
    checkpoint: open(options.checkpoint, "create") ?? open(options.resume, "keep"),
  };
}
