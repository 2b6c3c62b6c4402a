/** What can be wrong with the options of `scan` that each for itself is right. */

import { safeText } from "../../../terminal/safe_text.ts";
import { scanFieldNames } from "../../../report/scan_reporter.ts";
import { checkJson } from "../../command_line.ts";
import { nearest } from "../../nearest.ts";
import type { Parsed } from "../../option.ts";
import type { SCAN_OPTIONS } from "./options.ts";
import { UsageError } from "../../usage_error.ts";

/** The options of `scan` as they were given. */
export type ScanOptions = Parsed<typeof SCAN_OPTIONS>;

/**
 * Looks at options that do not go together, and at names of fields.
 *
 * @throws {UsageError} naming one of them
 */
export function checkScanOptions(options: ScanOptions): void {
  if (options.rate !== undefined && options.bandwidth !== undefined) {
    throw new UsageError("Cannot use --bandwidth with --rate: want one of them", "--bandwidth");
  }
  if (options.checkpoint !== undefined && options.resume !== undefined) {
    throw new UsageError("Cannot use --checkpoint with --resume: want one of them", "--checkpoint");
  }
  if (
    options["gateway-mac"] !== undefined && (options["raw-socket"] || options.mark !== undefined)
  ) {
    throw new UsageError(
      `Cannot use --gateway-mac with ${
        options["raw-socket"] ? "--raw-socket" : "--mark"
      }: the kernel routes then, want one of them`,
      "--gateway-mac",
    );
  }
  if (options.pcap !== undefined && !options["dry-run"]) {
    throw new UsageError("Cannot use --pcap without --dry-run: a scan captures nothing", "--pcap");
  }
  checkJson(options);
  checkDryRun(options);
  checkFields(options);
  checkText(options);
}

function checkFields(options: ScanOptions): void {
  const known = ["type", ...scanFieldNames()];
  for (const name of options.fields ?? []) {
    if (known.includes(name)) continue;
    const guess = nearest(name, known);
    const hint = guess === undefined ? "see --list-fields" : `did you mean ${guess}?`;
    throw new UsageError(
      `Cannot print field ${safeText(name)}: there is none, ${hint}`,
      "--fields",
      name,
    );
  }
}

/** Text is the addresses that answered, and nothing else. */
function checkText(options: ScanOptions): void {
  if (options.json || (options.format ?? "text") !== "text" || options["dry-run"]) return;
  if (options.fields !== undefined) {
    throw new UsageError("Cannot choose fields of this format: want json or csv", "--fields");
  }
  if (options.only.length === 0 || options.only.includes("replied")) return;
  throw new UsageError(
    `Cannot print only what was ${options.only[0]} as text: want --format json or csv`,
    "--only",
  );
}

/** Options that a dry run has no use for: nothing is sent, nothing is found. */
const USELESS_WHEN_DRY = ["metadata", "checkpoint", "json", "format", "fields", "only"] as const;

function checkDryRun(options: ScanOptions): void {
  if (!options["dry-run"]) return;
  for (const name of USELESS_WHEN_DRY) {
    const value = options[name];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) {
      continue;
    }
    throw new UsageError(
      `Cannot use --${name} with --dry-run: it shows packets and sends none, want one of them`,
      `--${name}`,
    );
  }
}
