/** Which fields of a record are written, and in which order. */

import type { Field } from "./field.ts";

/** The named fields in the order of the names; all fields in table order when no names are given. */
export function selectFields<S>(
  fields: readonly Field<S>[],
  names: readonly string[] | undefined,
): readonly Field<S>[] {
  if (names === undefined) return fields;
  const byName = new Map(fields.map((field) => [field.name, field]));
  return names.flatMap((name) => byName.get(name) ?? []);
}
