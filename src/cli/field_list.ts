/** What `--list-fields` prints. */

import { RECORDS } from "../report/record_table.ts";

/** Every record with its fields, one a line. Ends with a line break. */
export function formatFieldList(): string {
  const lines: string[] = [];
  for (const { type, description, fields } of RECORDS) {
    lines.push(`${type}: ${description}`);
    const width = Math.max(...fields.map(({ name }) => name.length));
    for (const field of fields) {
      lines.push(`  ${field.name.padEnd(width)}  ${field.type.padEnd(7)}  ${field.description}`);
    }
    lines.push("");
  }
  return lines.join("\n");
}
