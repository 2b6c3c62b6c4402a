/** A record as a row of comma-separated values (RFC 4180). */

import { stringify } from "@std/csv/stringify";
import type { Field, FieldValue } from "./field.ts";

/** Columns of rows that come from several tables: `type`, then every field once, in table order. */
export function columnsOf(tables: readonly (readonly { readonly name: string }[])[]): string[] {
  return [...new Set(["type", ...tables.flatMap((table) => table.map(({ name }) => name))])];
}

/**
 * Makes rows of one kind of record. A column that the record has no field for stays empty; the words of an array are
 * joined by `;`.
 */
export function rowFormatter<S>(
  type: string,
  table: readonly Field<S>[],
  columns: readonly string[],
): (source: S) => string {
  const byName = new Map(table.map(({ name, value }) => [name, value]));
  const readers = columns.map((column) =>
    column === "type" ? () => type : byName.get(column) ?? (() => undefined)
  );
  return (source) => formatRow(readers.map((read) => read(source)));
}

/** A row without its line break. */
export function formatRow(values: readonly (FieldValue | undefined)[]): string {
  const cells = values.map((value) => Array.isArray(value) ? value.join(";") : value);
  return stringify([cells]).slice(0, -LINE_BREAK.length);
}

const LINE_BREAK = "\r\n";
