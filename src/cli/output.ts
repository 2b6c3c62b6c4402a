/** Where results go: standard output or the file of `-o`, through disks that fill up, readers that stop, and signals. */

import { setColorEnabled } from "@std/fmt/colors";
import { isClosedPipe, type LineSink } from "../terminal/line_sink.ts";
import { OutputFile, type OutputFileHandle } from "../terminal/output_file.ts";
import { shortText } from "../terminal/safe_text.ts";
import { complain } from "./complain.ts";
import { isSystemError } from "./cure.ts";
import { openOutput } from "./open_output.ts";
import { systemReason } from "./read_file.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";

/** How often a named pipe is looked at that nobody reads yet. */
const PIPE_RETRY_MS = 50;

/**
 * Opens the file of `-o` for appending; undefined where results go to standard output. A named pipe is waited for until somebody reads it; a signal ends that.
 *
 * @throws {UsageError} It cannot be opened.
 */
export async function openOutputFile(
  path: string | undefined,
  option: string,
  system: Pick<System, "openAppend">,
): Promise<OutputFile | undefined> {
  if (path === undefined || path === "-") return undefined;
  // Colours were chosen for the terminal that standard output may be.
  setColorEnabled(false);
  const open = () => openOutput(path, option, () => system.openAppend(path));
  let handle: OutputFileHandle | undefined;
  while ((handle = open()) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, PIPE_RETRY_MS));
  }
  return new OutputFile(handle, {
    open() {
      const again = system.openAppend(path);
      if (again === undefined) throw new Error("nobody reads it");
      return again;
    },
    refuse: (reason) =>
      new UsageError(
        `Cannot append to ${
          shortText(path)
        }: ${reason}, expected the same columns, or another file`,
        option,
        path,
      ),
  });
}

/** Says why results could not be written; nothing when their reader has gone, which is no fault of anybody. */
export function complainOfOutput(error: Error, system: Pick<System, "stderr">): void {
  if (isClosedPipe(error)) return;
  const message = isSystemError(error)
    ? error.message
    : `Cannot write the output: ${systemReason(error)}`;
  complain(system, message);
}

/** True when results were lost that somebody wanted to have. */
export function hasLostOutput(sink: LineSink): boolean {
  return sink.failure !== undefined && !isClosedPipe(sink.failure);
}

/** What {@linkcode obeySignals} acts on. */
export interface SignalledRun {
  /** Ends the run soon. */
  readonly stop: () => void;
  /** Takes its results. */
  readonly sink: LineSink;
  /** The file of `-o`. */
  readonly file?: OutputFile | undefined;
}

/**
 * SIGINT, SIGTERM and SIGHUP end a run, also while its reader has stopped reading; SIGUSR1 goes on in the file that now
 * has the name of the old one, as logrotate(8) wants it.
 *
 * @returns ends that; not to be called while results are being written, since a second Ctrl-C would then cost them
 */
export function obeySignals({ stop, sink, file }: SignalledRun, system: System): () => void {
  const ends = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) =>
    system.onSignal(signal, () => {
      stop();
      sink.hurry();
    })
  );
  if (file !== undefined) {
    ends.push(system.onSignal("SIGUSR1", () => {
      sink.flush();
      try {
        file.reopen();
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const reason = isSystemError(error) ? error.message : systemReason(error);
        complain(system, `Cannot change to another file, going on in the old one: ${reason}`);
      }
    }));
  }
  return () => ends.forEach((end) => end());
}
