/** Annotated fields as a table for a terminal. */

import type { AnnotatedField } from "./annotation.ts";

/** Octets shown of a long field; the value says how many there are. */
const SHOWN_OCTETS = 8;

/** Writes fields as a table, a heading for each part of the packet, without a final newline. */
export function formatAnnotated(fields: readonly AnnotatedField[]): string {
  const rows = fields.map(formatRow);
  const heads = ["offset", "octets", "field", "value"];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const lines: string[] = [];
  let part: string | undefined;
  fields.forEach((field, index) => {
    if (field.part !== part) {
      if (part !== undefined) lines.push("");
      part = field.part;
      lines.push(part, formatLine([...heads, "meaning"], widths));
    }
    lines.push(formatLine(rows[index] ?? [], widths));
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
  const [offset = "", ...rest] = cells;
  const padded = rest.map((cell, index) => cell.padEnd(widths[index + 1] ?? 0));
  return `  ${offset.padStart(widths[0] ?? 0)}  ${padded.join("  ")}`.trimEnd();
}
