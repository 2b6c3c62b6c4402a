/** Where results go: standard output or the file of `-o`, through disks that fill up and readers that stop. */

import { isClosedPipe, LineSink } from "../../terminal/line_sink.ts";
import { OutputFile, type OutputFileHandle } from "../../terminal/output_file.ts";
import { shortText } from "../../terminal/safe_text.ts";
import { openOutput, systemReason } from "../files.ts";
import { ExitCode, isSystemError, printError, UsageError } from "../outcome.ts";
import type { System } from "../system.ts";

/** How often to check whether a named pipe has a reader. */
const PIPE_RETRY_MS = 50;

/**
 * Opens the file of `-o` for appending; undefined where results go to standard output. A named pipe is waited for until it has a reader; a signal ends that.
 *
 * @throws {UsageError} It cannot be opened.
 */
export async function openOutputFile(
  path: string | undefined,
  system: Pick<System, "openAppend">,
): Promise<OutputFile | undefined> {
  if (path === undefined || path === "-") return undefined;
  const handle = await openWithReader(() => openOutput(path, () => system.openAppend(path)));
  return new OutputFile(handle, {
    open() {
      const again = system.openAppend(path);
      if (again === undefined) throw new Error("it has no reader");
      return again;
    },
    refuse: (reason) =>
      new UsageError(
        `Cannot append to ${
          shortText(path)
        }: ${reason}, expected the same columns, or another file`,
      ),
  });
}

/** Opens until there is a reader: a named pipe without one cannot be opened. */
export async function openWithReader(
  open: () => OutputFileHandle | undefined,
): Promise<OutputFileHandle> {
  let handle: OutputFileHandle | undefined;
  while ((handle = open()) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, PIPE_RETRY_MS));
  }
  return handle;
}

/** Says why results could not be written; nothing when their reader has gone, which is no error. */
export function printOutputError(error: Error, system: Pick<System, "stderr">): void {
  if (isClosedPipe(error)) return;
  const message = isSystemError(error)
    ? error.message
    : `Cannot write the output: ${systemReason(error)}`;
  printError(system, message);
}

/** True when results were lost that had a reader. */
export function hasLostOutput(sink: LineSink): boolean {
  return sink.failure !== undefined && !isClosedPipe(sink.failure);
}

/**
 * Writes text that is not the result of a run (help, scripts, findings) and waits for its reader.
 *
 * @param text ends with a line break
 * @returns `ExitCode.System`, after one line about it, where standard output cannot be written; a closed pipe is no error
 */
export async function printText(
  system: Pick<System, "stdout" | "stderr">,
  text: string,
): Promise<ExitCode> {
  const sink = new LineSink(system.stdout, (error) => printOutputError(error, system));
  sink.line(text.replace(/\n$/, ""));
  await sink.drain();
  return hasLostOutput(sink) ? ExitCode.System : ExitCode.Ok;
}
