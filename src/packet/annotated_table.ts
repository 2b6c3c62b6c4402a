/** Annotated fields as a table for a terminal. */

import type { AnnotatedField } from "./annotation.ts";

/** Octets shown of a long field; the value says how many there are. */
const SHOWN_OCTETS = 8;

const HEADS: readonly string[] = ["offset", "octets", "field", "value", "meaning"];

/** Writes fields as a table, a heading for each part of the packet, without a final newline. */
export function formatAnnotated(fields: readonly AnnotatedField[]): string {
  const rows = fields.map(formatRow);
  const widths = HEADS.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] as string).length))
  );
  const lines: string[] = [];
  let part: string | undefined;
  fields.forEach((field, index) => {
    if (field.part !== part) {
      if (part !== undefined) lines.push("");
      part = field.part;
      lines.push(part, formatLine(HEADS, widths));
    }
    lines.push(formatLine(rows[index] as string[], widths));
  });
  return lines.join("\n");
}

function formatRow(field: AnnotatedField): string[] {
  const { offset, bytes, name, value, meaning } = field;
  return [String(offset), formatOctets(bytes), name, value, meaning];
}

function formatOctets(bytes: Uint8Array): string {
  const shown = Array.from(
    bytes.subarray(0, SHOWN_OCTETS),
    (octet) => octet.toString(16).padStart(2, "0"),
  );
  return bytes.length > SHOWN_OCTETS ? `${shown.join(" ")} …` : shown.join(" ");
}

/** The offset is aligned to the right, the rest to the left. */
function formatLine(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) => {
    const width = widths[column] as number;
    return column === 0 ? cell.padStart(width) : cell.padEnd(width);
  });
  return `  ${padded.join("  ")}`.trimEnd();
}
