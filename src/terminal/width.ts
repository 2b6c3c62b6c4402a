/** Text that fits into a given number of columns. */

import { stripAnsiCode } from "@std/fmt/colors";

/** Columns of a terminal whose width is not known, and of text that goes to a file. */
export const USUAL_COLUMNS = 80;

/** A space at which {@linkcode wrap} does not break a line; it is printed as a space. */
export const NO_BREAK = "\u00a0";

/** Columns of the terminal now, at least 1; {@linkcode USUAL_COLUMNS} where there is none. */
export function terminalColumns(): number {
  try {
    // A terminal that was never given a size says 0.
    return Deno.consoleSize().columns || USUAL_COLUMNS;
  } catch {
    return USUAL_COLUMNS;
  }
}

/** Marks that stand on the character before. */
const COMBINING = /\p{Mn}|\p{Me}|\p{Cf}/gu;
/** East Asian characters and pictures, which take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

/** Columns that a line takes on a terminal; colours take none. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  const shown = stripAnsiCode(text).replace(COMBINING, "");
  return [...shown].length + (shown.match(WIDE)?.length ?? 0);
}

/** The text without escapes that give it colours. */
export function stripColors(text: string): string {
  return stripAnsiCode(text);
}

/** The text, with spaces behind it up to a number of columns. */
export function padTo(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** The start of an uncoloured text that fits into a number of columns. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let cut = "", width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    cut += character;
  }
  return cut;
}

/**
 * The parts that fit into a number of columns, in order of importance: the first in any case, then each that still fits,
 * up to the first that does not.
 */
export function joinFitting(parts: readonly string[], separator: string, columns: number): string {
  let line = parts[0] ?? "";
  for (const part of parts.slice(1)) {
    const longer = line + separator + part;
    if (widthOf(longer) > columns) break;
    line = longer;
  }
  return line;
}

/**
 * Breaks text at its spaces into lines of at most that many columns; lines after the first begin with `indent` spaces.
 * A word that is longer stands in a line of its own. Words with {@linkcode NO_BREAK} between them stay together.
 *
 * @param lead columns that stand before the text on its first line
 */
export function wrap(text: string, columns: number, indent: number = 0, lead: number = 0): string {
  const lines: string[] = [];
  let line = "", room = columns - lead;
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer) > room) {
      lines.push(line.replace(/ +$/, ""));
      line = word;
      room = columns - indent;
    } else line = longer;
  }
  lines.push(line);
  return lines.join(`\n${" ".repeat(indent)}`).replaceAll(NO_BREAK, " ");
}
