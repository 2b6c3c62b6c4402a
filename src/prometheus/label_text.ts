/** Labels as the exposition formats have them. */

/** Names and values, in order. */
export type Labels = Readonly<Record<string, string>>;

/** Control characters but for the line feed, which has an escape. A parser of the format may stop at NUL. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\0-\x09\x0b-\x1f\x7f-\x9f]/g;

/** The value of a label, without its quotes. */
export function escapeLabelValue(value: string): string {
  return value.toWellFormed().replace(UNSAFE, "\u{fffd}")
    .replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

/** Labels as they stand between the braces; one without a value is left out, which means the same. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels).filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(",");
}

/** The text of a HELP line. */
export function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
