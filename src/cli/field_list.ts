/** What `--list-fields` prints. */

import { FLAG_MEANINGS } from "../report/flags.ts";
import { RECORDS } from "../report/record_table.ts";

/** Every record with its fields, one a line, then the flags of `reply`. Ends with a line break. */
export function formatFieldList(): string {
  const lines: string[] = [];
  for (const { type, description, fields } of RECORDS) {
    lines.push(`${type}: ${description}`);
    const rows = fields.map(({ name, type, description, values }) => {
      const choice = values === undefined || name === "flags" ? "" : `: ${values.join(", ")}`;
      return [name, `${type.padEnd(7)}  ${description}${choice}`] as const;
    });
    lines.push(...formatRows(rows), "");
  }
  lines.push("flags: What can be odd about a reply", ...formatRows(Object.entries(FLAG_MEANINGS)));
  return lines.join("\n") + "\n";
}

function formatRows(rows: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
