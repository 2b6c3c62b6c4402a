/** Where a report goes: standard output, or a file that it replaces. */

import { LineSink } from "../../terminal/line_sink.ts";
import { openOutput, systemReason } from "../files.ts";
import { printError, UsageError } from "../outcome.ts";
import { hasLostOutput, printOutputError } from "./output_file.ts";
import type { System } from "../system.ts";
import { shortText } from "../../terminal/safe_text.ts";

/** What to call a file in messages. */
export function nameOf(path: string): string {
  return path === "-" ? "standard input" : shortText(path);
}

/** Takes one report. */
export interface ReportOutput {
  /** Writes it, and resolves to false, after a line about it, where that fails. */
  write(text: string): Promise<boolean>;
  /** Closes the file. */
  close(): void;
}

/**
 * Opens the output. A file keeps what it holds until the report is there.
 *
 * @param path of the file; standard output when undefined or `-`
 * @param inputs files that are read, none of which may be written over
 * @throws {UsageError} It cannot be opened.
 */
export function openReport(
  path: string | undefined,
  inputs: readonly string[],
  system: System,
): ReportOutput {
  if (path === undefined || path === "-") return standardOutput(system);
  const { id } = system.files.identifyFile(path) ?? {};
  const same = inputs.find((input) =>
    input !== "-" && id !== undefined && system.files.identifyFile(input)?.id === id
  );
  if (same !== undefined) {
    throw new UsageError(`Cannot write the report to ${nameOf(path)}: it is read as a log`);
  }
  const file = openOutput(path, () => system.files.openFile(path, "create"));
  return {
    write(text) {
      try {
        file.clear();
        let bytes: Uint8Array = new TextEncoder().encode(text);
        while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
        return Promise.resolve(true);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        printError(system, `Cannot write to ${nameOf(path)}: ${systemReason(error)}`);
        return Promise.resolve(false);
      }
    },
    close: () => file.close(),
  };
}

function standardOutput(system: System): ReportOutput {
  const sink = new LineSink(system.stdout, (error) => printOutputError(error, system));
  return {
    async write(text) {
      sink.line(text.replace(/\n$/, ""));
      await sink.drain();
      return !hasLostOutput(sink);
    },
    close() {},
  };
}
