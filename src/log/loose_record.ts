/** A line of a log as it may be: written by this program, by another version of it, or by an attacker. */

/** An object of unknown content. */
export type LooseRecord = Readonly<Record<string, unknown>>;

/** The record of a line; undefined for a line that holds no object. */
export function parseRecord(line: string): LooseRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as LooseRecord
      : undefined;
  } catch {
    return undefined;
  }
}

/** A finite number, or undefined. */
export function numberOf(record: LooseRecord, key: string): number | undefined {
  const value = record[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A whole number from 0, or 0. */
export function countOf(record: LooseRecord, key: string): number {
  const value = numberOf(record, key);
  return value === undefined || value < 0 ? 0 : Math.floor(value);
}

/** Most characters of a text that are kept. */
const MAX_TEXT = 300;

/** A text, cut to a length that a page can show; undefined for other values and the empty text. */
export function textOf(record: LooseRecord, key: string): string | undefined {
  const value = record[key];
  return typeof value === "string" && value !== "" ? value.slice(0, MAX_TEXT) : undefined;
}

/** Most texts of an array that are kept. */
const MAX_TEXTS = 64;

/** The texts of an array; none for other values. */
export function textsOf(record: LooseRecord, key: string): readonly string[] {
  const value = record[key];
  if (!Array.isArray(value) || value.length === 0) return [];
  return value.slice(0, MAX_TEXTS).filter((each) => typeof each === "string")
    .map((each) => each.slice(0, MAX_TEXT));
}

/**
 * A measured quantity with its bounds, such as `offset_ms`, `offset_lower_ms`, `offset_upper_ms`; undefined where a bound
 * lacks. Without a value of its own the middle counts.
 */
export function boundedOf(
  record: LooseRecord,
  name: string,
  unit: string,
): { readonly value: number; readonly lower: number; readonly upper: number } | undefined {
  const lower = numberOf(record, `${name}_lower_${unit}`);
  const upper = numberOf(record, `${name}_upper_${unit}`);
  if (lower === undefined || upper === undefined) return undefined;
  return { value: numberOf(record, `${name}_${unit}`) ?? (lower + upper) / 2, lower, upper };
}
