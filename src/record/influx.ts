/**
 * A record as a line of the InfluxDB line protocol:
 *
 *     icmptime_reply,target=router,address=192.0.2.7 probe=0i,rtt_ms=1.19,flags="" 1764250000123456000
 *     measurement    tags                            fields                        nanoseconds
 *
 * Reference: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */

import type { Field, FieldType, FieldValue } from "./field.ts";
import { selectFields } from "./select_fields.ts";

/** Fields that name a series. InfluxDB keeps one point of a series and moment: they distinguish points. */
const TAGS: ReadonlySet<string> = new Set([
  ...["target", "address", "scope", "condition", "change"],
]);

/** The field that is the timestamp of the line. */
const TIME = "time";

/** What a tag cannot hold: the protocol has no escape for a backslash or a line break there. */
// deno-lint-ignore no-control-regex
const UNFIT_FOR_TAGS = /[\x00-\x1f\x7f\\]/g;
/** What a string cannot hold. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x1f\x7f]/g;

/**
 * Makes lines of one kind of record. Tags and timestamp are always written.
 *
 * @param names fields in order; all by default
 * @returns undefined for a record that has none of the fields: a line needs one
 */
export function influxFormatter<S>(
  type: string,
  table: readonly Field<S>[],
  names?: readonly string[],
): (source: S) => string | undefined {
  const tags = table.filter(({ name }) => TAGS.has(name));
  const fields = selectFields(table, names).filter(({ name }) => name !== TIME && !TAGS.has(name));
  const time = table.find(({ name }) => name === TIME);
  return (source) => {
    let values = "";
    for (const { name, type, value } of fields) {
      const text = formatValue(type, value(source));
      if (text !== undefined) values += `${values === "" ? "" : ","}${name}=${text}`;
    }
    if (values === "") return undefined;
    let line = `icmptime_${type}`;
    for (const { name, value } of tags) {
      const text = escapeTag(String(value(source) ?? ""));
      // A tag may not be empty.
      if (text !== "") line += `,${name}=${text}`;
    }
    return `${line} ${values}${formatTime(time?.value(source))}`;
  };
}

/** A tag's value; control characters and backslashes become `_`. */
export function escapeTag(text: string): string {
  return text.replace(UNFIT_FOR_TAGS, "_").replace(/[ ,=]/g, "\\$&");
}

/** Undefined for what the protocol has no value for. */
function formatValue(type: FieldType, value: FieldValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return undefined;
    return type === "integer" ? `${value}i` : String(value);
  }
  if (typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : value.join(";");
  return `"${text.replace(CONTROLS, " ").replace(/["\\]/g, "\\$&")}"`;
}

/** Unix seconds as nanoseconds. Records have microseconds. */
function formatTime(seconds: FieldValue | undefined): string {
  return typeof seconds === "number" ? ` ${Math.round(seconds * 1e6)}000` : "";
}
