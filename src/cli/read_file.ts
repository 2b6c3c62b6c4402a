/** Files that the user wants read: in bounded memory, whatever they turn out to be. */

import { shortText } from "../terminal/safe_text.ts";
import { type LineBatch, readLines, TextError } from "../targets/line_reader.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Reads the lines of a file, or of standard input for `-`.
 *
 * @param option the option that named the file
 * @throws {UsageError} The file cannot be read, or is no text.
 */
export async function* readFileLines(
  path: string,
  option: string,
  system: Pick<System, "readBytes">,
): AsyncGenerator<LineBatch, void, void> {
  const lines = readLines(system.readBytes(path));
  try {
    for (;;) {
      const { done, value } = await lines.next().catch((error) => {
        throw explain(error, "read", path, option);
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
  option: string,
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
    throw explain(error, "read", path, option);
  }
  return text + decoder.decode();
}

function explain(error: unknown, verb: string, path: string, option: string): unknown {
  if (!(error instanceof Error)) return error;
  const shown = path === "-" ? "standard input" : shortText(path);
  return new UsageError(`Cannot ${verb} ${shown}: ${systemReason(error)}`, option, path);
}

/** What the system says of a file, without the number and the name of the call that Deno adds. */
export function systemReason(error: Error): string {
  return shortText(error.message.replace(/ \(os error \d{1,5}\).*$/s, ""));
}
