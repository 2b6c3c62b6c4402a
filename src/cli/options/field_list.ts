/** What `--list-fields` prints. */

import { describeField } from "../../record/registry.ts";
import type { FieldTables } from "./option.ts";

/** Every record with its fields, one a line, then the flags where there are some. Ends with a line break. */
export function formatFieldList({ records, flags }: FieldTables): string {
  const lines: string[] = [];
  for (const { type, description, fields } of records) {
    lines.push(`${type}: ${description}`);
    const rows = fields.map((field) => {
      return [field.name, `${field.type.padEnd(7)}  ${describeField(field)}`] as const;
    });
    lines.push(...formatRows(rows), "");
  }
  const meanings = Object.entries(flags);
  if (meanings.length > 0) {
    lines.push("flags: What can be odd about a reply", ...formatRows(meanings), "");
  }
  return lines.join("\n");
}

function formatRows(rows: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
