/** Chooses records by what is in them: the language of conditions, over the fields of records. */

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

/** The fields and flags that a filter may name. */
export interface FilterNames {
  /** Fields of all records that pass the filter. */
  readonly fields: readonly Pick<Field<never>, "name" | "type">[];
  /** Names of their flags. */
  readonly flags: readonly string[];
}

/**
 * Checks the names and values of a filter.
 *
 * @throws {RangeError} A name is neither field nor flag, or a value is not of its field's kind; the message says where.
 */
export function checkFilter(filter: Expression, { fields, flags }: FilterNames): void {
  for (const { kind, name, place, operator, value, valuePlace } of leavesOf(filter)) {
    const type = name === TYPE ? "string" : fields.find((field) => field.name === name)?.type;
    if (type === undefined) {
      if (kind === "flag" && flags.includes(name)) continue;
      throw expectedAt("a field or flag of --list-fields", place, name);
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
  const { kind, operator, value } = leaf;
  if (found === undefined || found === null) return kind === "flag" ? false : undefined;
  if (kind === "flag") return Array.isArray(found) ? found.length > 0 : Boolean(found);
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
