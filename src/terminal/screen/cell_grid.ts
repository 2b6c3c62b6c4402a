/** One picture of a screen: what stands in each cell, and how it looks. */

import { safeText } from "../safe_text.ts";
import { widthOf } from "../width.ts";
import { STYLE, type Style } from "./style.ts";

/** Selectors, joiners and marks around a character, whose width terminals do not agree on. */
const UNSURE = /\p{Me}|\p{Cf}|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu;
const ASCII = /^[ -~]*$/;

/** Lines and columns of cells. Text that does not fit is cut; what is written later stands on top. */
export class CellGrid {
  /** Number of columns. */
  readonly columns: number;
  /** Number of lines. */
  readonly rows: number;
  /** A character with its marks for each cell, line by line; empty behind one that takes two cells. */
  readonly glyphs: string[];
  /** Style of each cell. */
  readonly styles: Style[];

  /** Starts blank, with at least one cell. */
  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.glyphs = new Array<string>(columns * rows).fill(" ");
    this.styles = new Array<Style>(columns * rows).fill(STYLE.plain);
  }

  /**
   * Writes text that a stranger may have chosen; control characters become U+FFFD.
   *
   * @param limit columns that it may take at most
   * @returns the column behind it
   */
  put(
    row: number,
    column: number,
    text: string,
    style: Style = STYLE.plain,
    limit?: number,
  ): number {
    const end = Math.min(this.columns, column + (limit ?? this.columns));
    if (ASCII.test(text)) return this.putNarrow(row, column, text, style, end);
    let at = column;
    for (const character of safeText(text).replace(UNSURE, "")) {
      const width = widthOf(character);
      if (width === 0) this.#mark(row, at - 1, column, character);
      else if (at + width > end) break;
      else {
        this.#set(row, at, character, style);
        if (width === 2) this.#set(row, at + 1, "", style);
        at += width;
      }
    }
    return at;
  }

  /** Writes text of our own, each character of which takes one column; returns the column behind it. */
  putNarrow(
    row: number,
    column: number,
    text: string,
    style: Style = STYLE.plain,
    end: number = this.columns,
  ): number {
    if (row < 0 || row >= this.rows) return column;
    const length = Math.max(0, Math.min(text.length, end - column));
    for (let i = 0; i < length; i++) this.#set(row, column + i, text.charAt(i), style);
    return column + length;
  }

  /** Gives cells of one line a style, whatever stands in them. */
  paint(row: number, column: number, length: number, style: Style): void {
    if (row < 0 || row >= this.rows) return;
    const start = row * this.columns;
    this.styles.fill(style, start + column, start + Math.min(this.columns, column + length));
  }

  /** One line as text, without blanks at its end. */
  line(row: number): string {
    const start = row * this.columns;
    return this.glyphs.slice(start, start + this.columns).join("").trimEnd();
  }

  #set(row: number, column: number, glyph: string, style: Style): void {
    if (row < 0 || row >= this.rows || column < 0 || column >= this.columns) return;
    const at = row * this.columns + column;
    // Half of a wide character cannot stay.
    if (glyph !== "" && this.glyphs[at] === "") this.glyphs[at - 1] = " ";
    if (column + 1 < this.columns && this.glyphs[at + 1] === "") this.glyphs[at + 1] = " ";
    this.glyphs[at] = glyph;
    this.styles[at] = style;
  }

  /** Puts a mark on the character before, but no more than one: a name may be made of them. */
  #mark(row: number, column: number, first: number, mark: string): void {
    const isWide = this.glyphs[row * this.columns + column] === "";
    const at = row * this.columns + column - (isWide ? 1 : 0);
    if (row < 0 || row >= this.rows || column < first || column >= this.columns) return;
    const glyph = this.glyphs[at] as string;
    if ([...glyph].length === 1) this.glyphs[at] = glyph + mark;
  }
}
