/** Looks at the names of `--fields`. */

import { safeText } from "../../terminal/safe_text.ts";
import { UsageError } from "../outcome.ts";

/** Formats of records. A command that has not all of them refuses the others itself. */
const FORMATS: readonly string[] = ["json", "csv", "influx"];

/** What was chosen, and of what. */
export interface FieldChoice {
  /** Name of the command. */
  readonly command: string;
  /** Output format. */
  readonly format: string;
  /** Rows are targets. */
  readonly quiet: boolean;
  /** The names; undefined where none are given. */
  readonly fields: readonly string[] | undefined;
}

/**
 * Looks at names of fields before anything is sent. The tables are loaded only where names are given: start-up time is
 * part of the tool.
 *
 * @throws {UsageError} One does not exist, or the form of output has no fields.
 */
export async function checkFields({ command, format, quiet, fields }: FieldChoice): Promise<void> {
  if (fields === undefined) return;
  const { csvColumns, fieldNames } = await import("../../record/registry.ts");
  const known = format === "csv" ? csvColumns(command, quiet) : ["type", ...fieldNames(command)];
  const unknown = fields.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const { nearest } = await import("./command_line.ts");
    const guess = nearest(unknown, known);
    const hint = guess === undefined ? "see --list-fields" : `did you mean ${guess}?`;
    throw new UsageError(`Cannot print field ${safeText(unknown)}: no such field, ${hint}`);
  }
  if (!FORMATS.includes(format)) {
    throw new UsageError("Cannot choose fields of this format: expected json or csv");
  }
}
