/** `scan --config FILE`: options of the command line, one a line, as zmap.conf has them. */

import { shortText } from "../../../terminal/safe_text.ts";
import { readShortFile } from "../../files.ts";
import { checkTogether, parseCommandLine } from "../../options/command_line.ts";
import type { CommandLine } from "../../options/option.ts";
import { UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import { SCAN_COMMAND, SCAN_OPTIONS } from "./options.ts";

const MAX_BYTES = 1 << 16;

/** A command line of `scan`. */
export type ScanLine = CommandLine<typeof SCAN_OPTIONS>;

/**
 * Adds the options of the file to those of the command line, which come first. Those that may be given several times
 * add up.
 *
 * @throws {UsageError} The file cannot be read or a line of it cannot be used, which is named.
 */
export async function readConfig(line: ScanLine, system: System): Promise<ScanLine> {
  const { config: path } = line.options;
  if (path === undefined) return line;
  const options: Record<string, unknown> = { ...line.options };
  const given = new Set(line.given);
  const text = await readShortFile(path, MAX_BYTES, system);
  for (const [index, row] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    const parsed = readLine(row, `${shortText(path)}, line ${index + 1}`);
    for (const name of parsed.given) {
      const value = (parsed.options as Readonly<Record<string, unknown>>)[name];
      if (Array.isArray(value)) options[name] = [...options[name] as unknown[], ...value];
      else if (!line.given.has(name)) options[name] = value;
      given.add(name);
    }
  }
  const whole = { ...line, options: options as ScanLine["options"], given };
  checkTogether(SCAN_COMMAND, whole);
  return whole;
}

/** One line: `name`, `name value`, `name = value` or `name="value"`; `#` starts a comment. */
function readLine(row: string, place: string): ScanLine {
  const text = row.trim();
  if (text === "" || text.startsWith("#")) return parseCommandLine([], SCAN_OPTIONS);
  const match = /^(?:--)?([A-Za-z][A-Za-z-]*)(?:\s*=\s*|\s+|$)(.*)$/.exec(text);
  if (match === null) {
    throw new UsageError(`Cannot read ${place}: expected an option, as in rate 10000`);
  }
  const [, name = "", value = ""] = match;
  if (name === "config") {
    throw new UsageError(`Cannot read ${place}: a file of --config cannot name another`);
  }
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(value);
  const words = value === "" ? [`--${name}`] : [`--${name}=${quoted?.[1] ?? quoted?.[2] ?? value}`];
  try {
    return parseCommandLine(words, SCAN_OPTIONS);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${place}: ${error.message}`);
  }
}
