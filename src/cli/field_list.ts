/** What `--list-fields` prints. */

import { describeField, type RecordDescription } from "../record/registry.ts";

/**
 * Every record with its fields, one a line, then the flags of `reply`. Ends with a line break.
 *
 * @param flagMeanings one sentence for each flag
 */
export function formatFieldList(
  records: readonly RecordDescription[],
  flagMeanings: Readonly<Record<string, string>>,
): string {
  const lines: string[] = [];
  for (const { type, description, fields } of records) {
    lines.push(`${type}: ${description}`);
    const rows = fields.map((field) => {
      return [field.name, `${field.type.padEnd(7)}  ${describeField(field)}`] as const;
    });
    lines.push(...formatRows(rows), "");
  }
  lines.push("flags: What can be odd about a reply", ...formatRows(Object.entries(flagMeanings)));
  return lines.join("\n") + "\n";
}

function formatRows(rows: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
