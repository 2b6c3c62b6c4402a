/** Files that the command line names: read in bounded memory, opened for writing. */

import { shortText } from "../terminal/safe_text.ts";
import { type LineBatch, readLines, TextError } from "../targets/line_reader.ts";
import type { System } from "./system.ts";
import { isSystemError, UsageError } from "./outcome.ts";

/**
 * Reads the lines of a file, or of standard input for `-`.
 *
 * @throws {UsageError} The file cannot be read, or is no text.
 */
export async function* readFileLines(
  path: string,
  system: Pick<System, "readBytes">,
): AsyncGenerator<LineBatch, void, void> {
  const lines = readLines(system.readBytes(path));
  try {
    for (;;) {
      const { done, value } = await lines.next().catch((error) => {
        throw explain(error, path);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await lines.return();
  }
}

/**
 * Reads a short file whole.
 *
 * @param maxBytes size of the longest file that can be meant
 * @throws {UsageError} The file cannot be read, or is longer.
 */
export async function readShortFile(
  path: string,
  maxBytes: number,
  system: Pick<System, "readBytes">,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", bytes = 0;
  try {
    for await (const chunk of system.readBytes(path)) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new TextError(`more than ${maxBytes} bytes, expected less`);
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    throw explain(error, path);
  }
  return text + decoder.decode();
}

function explain(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error;
  const shown = path === "-" ? "standard input" : shortText(path);
  return new UsageError(`Cannot read ${shown}: ${systemReason(error)}`);
}

/** What the system says of a file, without the number and the name of the call that Deno adds. */
export function systemReason(error: Error): string {
  return shortText(error.message.replace(/ \(os error \d{1,5}\).*$/s, ""));
}

/**
 * Opens a file for writing with `open`.
 *
 * @throws {UsageError} The system refuses; the message names the path.
 */
export function openOutput<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(
      isSystemError(error)
        ? shortText(error.message)
        : `Cannot write to ${shortText(path)}: ${systemReason(error)}`,
    );
  }
}
