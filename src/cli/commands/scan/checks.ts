/** What can be wrong with the options of `scan` that each for itself is right. */

import { checkFields } from "../../options/check_fields.ts";
import { UsageError } from "../../outcome.ts";
import type { Parsed } from "../../options/option.ts";
import type { SCAN_OPTIONS } from "./options.ts";
import { SCAN_RECORDS } from "../../../report/scan_reporter.ts";

/** The options of `scan` as they were given. */
export type ScanOptions = Parsed<typeof SCAN_OPTIONS>;

/**
 * Looks at options that do not go together, and at names of fields.
 *
 * @throws {UsageError} naming one of them
 */
export async function checkScanOptions(options: ScanOptions): Promise<void> {
  checkText(options);
  const { fields, quiet } = options;
  const format = options.json ? "json" : options.format;
  await checkFields({ command: "scan", format, quiet, fields });
  await checkFilterNames(options);
}

/** Only here: the fields are not loaded with the options. */
async function checkFilterNames({ "output-filter": filter }: ScanOptions): Promise<void> {
  if (filter === undefined) return;
  const record = await import("../../../record/scan_record.ts");
  const { checkFilter } = await import("../../../record/record_filter.ts");
  const { nearest } = await import("../../options/command_line.ts");
  const fields = [
    ...record.SCAN_REPLY_FIELDS,
    ...record.SCAN_ICMP_ERROR_FIELDS,
    ...record.SCAN_UNSENT_FIELDS,
  ];
  try {
    checkFilter(filter, { fields, flags: record.SCAN_FLAG_NAMES, types: SCAN_RECORDS, nearest });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`Cannot use --output-filter: ${error.message}`);
  }
}

/** Text is the addresses that answered, and nothing else. */
function checkText(options: ScanOptions): void {
  if (options.json || options.format !== "text" || options["dry-run"]) return;
  if (options.only.length === 0 || options.only.includes("reply")) return;
  throw new UsageError(
    `Cannot print only ${options.only[0]} records as text: expected --format json or csv`,
  );
}
