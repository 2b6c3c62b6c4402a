/** What an output field is, and how a record becomes a line of JSON. */

import { selectFields } from "./select_fields.ts";

/** A value as JSON carries it. There are no objects: a record is a row of a table. */
export type FieldValue = string | number | boolean | null | readonly string[];

/** JSON type of a field; `strings` is an array of strings. */
export type FieldType = "string" | "number" | "integer" | "boolean" | "strings";

/** One field of a record. */
export interface Field<S> {
  /** Key in JSON and header in CSV; the unit is its last word. */
  readonly name: string;
  /** Its JSON type, the same in every record. */
  readonly type: FieldType;
  /** What it means in every record: one sentence without its full stop. */
  readonly description: string;
  /** What this record adds to that. */
  readonly note?: string;
  /** True where some records of this kind do not have it. */
  readonly optional?: boolean;
  /** All values that it can have, where they are few; of `strings`, all that can stand in it. */
  readonly values?: readonly string[];
  /** Reads the field; undefined when this record has none. */
  readonly value: (source: S) => FieldValue | undefined;
}

/** Milliseconds to the microsecond. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1e3) / 1e3;
}

/** Nanoseconds as milliseconds to the microsecond. */
export function nsToMs(ns: number): number {
  return Math.round(ns / 1e3) / 1e3;
}

/** A record as one JSON object: `type` first, then its fields in table order; undefined ones are left out. */
export function formatJson<S>(type: string, fields: readonly Field<S>[], source: S): string {
  let text = `{"type":"${type}"`;
  for (const { name, value } of fields) {
    const read = value(source);
    if (read !== undefined) text += `,"${name}":${formatValue(read)}`;
  }
  return text + "}";
}

/** As {@linkcode formatJson}, prepared once for many records of one kind. */
export function jsonFormatter<S>(
  type: string,
  fields: readonly Field<S>[],
): (source: S) => string {
  const head = `{"type":"${type}"`;
  const keys = fields.map(({ name }) => `,"${name}":`);
  const readers = fields.map(({ value }) => value);
  return (source) => {
    let text = head;
    for (let i = 0; i < keys.length; i++) {
      const read = readers[i]?.(source);
      if (read !== undefined) text += (keys[i] as string) + formatValue(read);
    }
    return text + "}";
  };
}

/**
 * A form of lines: makes the lines of one kind of record, with the named fields in that order, or all. A record that
 * this form has no line for gives undefined.
 */
export type RecordForm = <S>(
  type: string,
  table: readonly Field<S>[],
  names?: readonly string[],
) => (source: S) => string | undefined;

/** JSON Lines: a {@linkcode RecordForm}. */
export function jsonForm<S>(
  type: string,
  table: readonly Field<S>[],
  names?: readonly string[],
): (source: S) => string {
  return jsonFormatter(type, selectFields(table, names));
}

function formatValue(value: FieldValue): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null";
  if (Array.isArray(value) && value.length === 0) return "[]";
  return JSON.stringify(value);
}
