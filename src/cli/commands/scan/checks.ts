/** What can be wrong with the options of `scan` that each for itself is right. */

import { safeText } from "../../../terminal/safe_text.ts";
import { scanFieldNames } from "../../../report/scan_reporter.ts";
import { nearest } from "../../command_line.ts";
import { UsageError } from "../../outcome.ts";
import type { Parsed } from "../../option.ts";
import type { SCAN_OPTIONS } from "./options.ts";

/** The options of `scan` as they were given. */
export type ScanOptions = Parsed<typeof SCAN_OPTIONS>;

/**
 * Looks at options that do not go together, and at names of fields.
 *
 * @throws {UsageError} naming one of them
 */
export function checkScanOptions(options: ScanOptions): void {
  checkFields(options);
  checkText(options);
}

function checkFields(options: ScanOptions): void {
  const known = ["type", ...scanFieldNames()];
  for (const name of options.fields ?? []) {
    if (known.includes(name)) continue;
    const guess = nearest(name, known);
    const hint = guess === undefined ? "see --list-fields" : `did you mean ${guess}?`;
    throw new UsageError(`Cannot print field ${safeText(name)}: there is none, ${hint}`);
  }
}

/** Text is the addresses that answered, and nothing else. */
function checkText(options: ScanOptions): void {
  if (options.json || options.format !== "text" || options["dry-run"]) return;
  if (options.fields !== undefined) {
    throw new UsageError("Cannot choose fields of this format: want json or csv");
  }
  if (options.only.length === 0 || options.only.includes("replied")) return;
  throw new UsageError(
    `Cannot print only what was ${options.only[0]} as text: want --format json or csv`,
  );
}
