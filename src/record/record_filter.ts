/** Chooses records by what is in them: the language of conditions, over the fields of records. */

import { ORDINARY_FLAGS } from "../measurement/timestamp.ts";
import {
  compare,
  compileExpression,
  expectedAt,
  type Expression,
  type Leaf,
  leavesOf,
  type Truth,
} from "../run/condition_expression.ts";
import type { Field } from "./field.ts";

/** Name of the kind of a record, which every record has. */
const TYPE = "type";
const FLAGS = "flags";
const ADDRESS_NAME = "address";

/** The fields and flags that a filter may name. */
export interface FilterNames {
  /** Fields of all records that pass the filter. */
  readonly fields: readonly Pick<Field<never>, "name" | "type">[];
  /** Names of their flags. */
  readonly flags: readonly string[];
  /** Kinds of these records, as in their `type`. */
  readonly types: readonly string[];
  /** The one of some names that was meant by another; undefined when none is like it. */
  readonly nearest?: (name: string, names: readonly string[]) => string | undefined;
}

/** An IPv4 address, as records have it. */
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * Checks the names and values of a filter.
 *
 * @throws {RangeError} A name is neither field nor flag, or a value is not of its field's kind; the message says where.
 */
export function checkFilter(filter: Expression, names: FilterNames): void {
  const { fields, flags, types, nearest } = names;
  for (const { kind, name, place, operator, value, valuePlace } of leavesOf(filter)) {
    const type = name === TYPE ? "string" : fields.find((field) => field.name === name)?.type;
    if (type === undefined) {
      if (kind === "flag" && flags.includes(name)) continue;
      const known = [TYPE, ...fields.map((field) => field.name), ...kind === "flag" ? flags : []];
      const meant = nearest?.(name, known);
      const list = "a field or flag of --list-fields";
      throw expectedAt(meant === undefined ? list : `${list} such as ${meant}`, place, name);
    }
    if (kind === "flag") continue;
    const isOrder = operator !== "=" && operator !== "!=";
    if (type === "number" || type === "integer") {
      if (value.trim() !== "" && Number.isFinite(Number(value))) continue;
      throw expectedAt(`a number for ${name}`, valuePlace, value);
    }
    if (isOrder) throw expectedAt(`= or != for ${name}`, valuePlace, `${operator}${value}`);
    if (name === FLAGS && !flags.includes(value)) {
      throw expectedAt("the name of a flag", valuePlace, value);
    }
    if (name === TYPE && !types.includes(value)) {
      throw expectedAt(`one of ${types.join(", ")}`, valuePlace, value);
    }
    if (name === ADDRESS_NAME && !ADDRESS.test(value)) {
      throw expectedAt("one IPv4 address", valuePlace, value);
    }
    if (type === "boolean" && !/^(true|false|0|1)$/.test(value)) {
      throw expectedAt(`true or false for ${name}`, valuePlace, value);
    }
  }
}

/** A test of the records of one kind. What a record does not have is unknown, and what is unknown does not pass. */
export function recordFilter<S>(
  filter: Expression,
  type: string,
  fields: readonly Field<S>[],
): (source: S) => boolean {
  const test = compileExpression<S>(filter, (leaf) => {
    if (leaf.name === TYPE) return () => compareText(type, leaf);
    const field = fields.find(({ name }) => name === leaf.name);
    if (field !== undefined) return (source) => testField(field.value(source), leaf);
    // The name of a flag stands for it.
    const flags = fields.find(({ name }) => name === FLAGS);
    if (leaf.kind === "comparison" || flags === undefined) return () => undefined;
    return (source) => listOf(flags.value(source)).includes(leaf.name);
  });
  return (source) => test(source) === true;
}

function testField(found: ReturnType<Field<never>["value"]>, leaf: Leaf): Truth {
  const { kind, name, operator, value } = leaf;
  if (found === undefined || found === null) return kind === "flag" ? false : undefined;
  if (kind === "flag") {
    // What each reply of a sweep has would make `!flags` true of none.
    if (name === FLAGS) return listOf(found).some((flag) => !ORDINARY_FLAGS.has(flag));
    return Array.isArray(found) ? found.length > 0 : Boolean(found);
  }
  if (typeof found === "number") return compare(found, operator, Number(value));
  if (typeof found === "boolean") {
    return (found === (value === "true" || value === "1")) === (operator === "=");
  }
  if (typeof found === "string") return compareText(found, leaf);
  return listOf(found).includes(value) === (operator === "=");
}

function compareText(found: string, { kind, operator, value }: Leaf): Truth {
  return kind === "flag" || (found === value) === (operator === "=");
}

function listOf(found: ReturnType<Field<never>["value"]>): readonly string[] {
  return Array.isArray(found) ? found : [];
}
