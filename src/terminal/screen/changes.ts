/** From one picture to the next: only cells that changed are written. */

import type { CellGrid } from "./cell_grid.ts";
import { STYLE, type Style, withoutColor } from "./style.ts";

/** Unchanged cells up to this many are written again: a move of the cursor costs as much. */
const SHORT_GAP = 4;
/** ASCII, and the braille patterns, blocks and lines of charts: every terminal gives them one column. */
const SURE = /^[ -~\u2800-\u28ff\u2580-\u259f\u2500-\u257f]$/;

/**
 * What to write to a terminal that shows `before`, so that it shows `after`. Cursor positions are absolute (CUP), so
 * that a character whose width the terminal sees otherwise shifts nothing else.
 *
 * @param before undefined for a terminal that shows anything else, which is cleared first
 */
export function encodeChanges(
  before: CellGrid | undefined,
  after: CellGrid,
  hasColor: boolean,
): string {
  const { columns, rows } = after;
  const isSame = before !== undefined && before.columns === columns && before.rows === rows;
  const pen = new Pen(columns, hasColor);
  for (let at = 0; at < columns * rows; at++) {
    const glyph = after.glyphs[at] as string;
    const style = after.styles[at] as Style;
    const isUnchanged = isSame
      ? glyph === before.glyphs[at] && style === before.styles[at]
      : glyph === " " && style === STYLE.plain;
    if (!isUnchanged && glyph !== "") pen.write(at, glyph, style, after);
  }
  const text = pen.end();
  return isSame ? text : `\x1b[0m\x1b[2J${text}`;
}

/** Knows where the cursor stands and what style is on. */
class Pen {
  readonly #columns: number;
  readonly #hasColor: boolean;
  #text = "";
  #style: Style = STYLE.plain;
  /** Cell of the cursor; undefined where it is not sure. */
  #at: number | undefined;

  constructor(columns: number, hasColor: boolean) {
    this.#columns = columns;
    this.#hasColor = hasColor;
  }

  write(at: number, glyph: string, style: Style, grid: CellGrid): void {
    this.#moveTo(at, grid);
    this.#setStyle(style);
    this.#text += glyph;
    const isSure = SURE.test(glyph);
    const isLast = (at + 1) % this.#columns === 0;
    this.#at = isSure && !isLast ? at + 1 : undefined;
  }

  end(): string {
    this.#setStyle(STYLE.plain);
    return this.#text;
  }

  #moveTo(at: number, grid: CellGrid): void {
    const from = this.#at;
    if (from === at) return;
    const row = Math.floor(at / this.#columns);
    const isNear = from !== undefined && from < at && at - from <= SHORT_GAP &&
      Math.floor(from / this.#columns) === row;
    if (isNear && this.#repeat(from, at, grid)) return;
    this.#text += `\x1b[${row + 1};${at % this.#columns + 1}H`;
  }

  /** Writes the unchanged cells in between; false where that is not safe or needs another style. */
  #repeat(from: number, to: number, grid: CellGrid): boolean {
    const between = grid.glyphs.slice(from, to);
    const isPlain = between.every((glyph, i) =>
      SURE.test(glyph) && grid.styles[from + i] === this.#style
    );
    if (isPlain) this.#text += between.join("");
    return isPlain;
  }

  #setStyle(style: Style): void {
    if (style === this.#style) return;
    const shown = this.#hasColor ? style : withoutColor(style);
    this.#text += shown === "" ? "\x1b[0m" : `\x1b[0;${shown}m`;
    this.#style = style;
  }
}
