/**
 * Line charts out of characters: braille patterns (two by four dots in a cell), blocks (eighths of a cell) or ASCII.
 *
 * Time runs to the right. Each dot column is one stretch of time, and shows all that lies between its least and its greatest value; where it
 * does not meet the column before, the gap is closed, so that a rise can be followed by eye.
 */

/** Characters that charts are made of. */
export type ChartStyle = "braille" | "block" | "ascii";

/** Every chart style, the finest first. */
export const CHART_STYLES: readonly ChartStyle[] = ["braille", "block", "ascii"];

/** Dots of a cell: columns and rows. */
const DOTS: Readonly<Record<ChartStyle, readonly [columns: number, rows: number]>> = {
  braille: [2, 4],
  block: [1, 8],
  ascii: [1, 2],
};

/** Bits of the dots of U+2800, by row and column. */
const BRAILLE_BITS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]] as const;
const BLOCKS = " ▁▂▃▄▅▆▇█";

/** Dot columns that a cell of such a chart has. */
export function dotColumns(style: ChartStyle): number {
  return DOTS[style][0];
}

/** One line to draw: what each dot column holds, from left to right; NaN where it holds nothing. */
export interface ChartLine {
  /** Least value of a dot column. */
  readonly low: (column: number) => number;
  /** Greatest value of a dot column. */
  readonly high: (column: number) => number;
}

/** A chart of some cells. */
export class Chart {
  /** Width in dots. */
  readonly dotColumns: number;
  readonly #style: ChartStyle;
  readonly #columns: number;
  readonly #rows: number;
  readonly #dotRows: number;
  readonly #bottom: number;
  readonly #top: number;
  readonly #isBand: boolean;
  readonly #dots: Uint8Array;

  /**
   * Starts empty.
   *
   * @param columns width in cells, from 0
   * @param rows height in cells, from 0
   * @param top value at the upper edge, above that at the lower edge
   * @param band value at the lower edge of a chart in which blocks are not filled down to it; else that is 0
   */
  constructor(style: ChartStyle, columns: number, rows: number, top: number, band?: number) {
    const [width, height] = DOTS[style];
    this.#style = style;
    this.#columns = columns;
    this.#rows = rows;
    this.#bottom = band ?? 0;
    this.#top = top;
    this.#isBand = band !== undefined;
    this.dotColumns = columns * width;
    this.#dotRows = rows * height;
    this.#dots = new Uint8Array(this.dotColumns * this.#dotRows);
  }

  /** Draws a line over what is there. Values outside the chart are drawn at its edge. */
  add({ low, high }: ChartLine): void {
    let before: readonly [from: number, to: number] | undefined;
    for (let column = 0; column < this.dotColumns; column++) {
      const least = low(column);
      if (Number.isNaN(least)) {
        before = undefined;
        continue;
      }
      const own = [this.#level(least), this.#level(high(column))] as const;
      const [from, to] = before === undefined ? own : joined(before, own);
      for (let level = from; level <= to; level++) this.#set(column, level);
      before = own;
    }
  }

  /** The chart as text, its upper line first. */
  lines(): string[] {
    return Array.from(
      { length: this.#rows },
      (_, row) =>
        Array.from({ length: this.#columns }, (_, column) => this.#glyph(row, column)).join(""),
    );
  }

  /** Dot row of a value, from 0 at the lower edge. */
  #level(value: number): number {
    const last = this.#dotRows - 1;
    return Math.min(
      last,
      Math.max(0, Math.round((value - this.#bottom) / (this.#top - this.#bottom) * last)),
    );
  }

  #set(column: number, level: number): void {
    this.#dots[(this.#dotRows - 1 - level) * this.dotColumns + column] = 1;
  }

  #isSet(column: number, dotRow: number): boolean {
    return this.#dots[dotRow * this.dotColumns + column] === 1;
  }

  #glyph(row: number, column: number): string {
    switch (this.#style) {
      case "braille":
        return this.#braille(row, column);
      case "block":
        return this.#isBand ? this.#halfBlock(row, column) : this.#block(row, column);
      case "ascii":
        return this.#ascii(row, column);
    }
  }

  #braille(row: number, column: number): string {
    let bits = 0;
    for (const [y, both] of BRAILLE_BITS.entries()) {
      for (const [x, bit] of both.entries()) {
        if (this.#isSet(column * 2 + x, row * 4 + y)) bits |= bit;
      }
    }
    return bits === 0 ? " " : String.fromCharCode(0x2800 + bits);
  }

  /** Filled below the line: eighths of a cell can only stand at its bottom. */
  #block(row: number, column: number): string {
    const top = this.#highest(column);
    if (top === undefined) return " ";
    const below = (this.#rows - 1 - row) * 8;
    return BLOCKS.charAt(Math.min(8, Math.max(0, top + 1 - below)));
  }

  /** Halves of a cell that hold something. */
  #halfBlock(row: number, column: number): string {
    const isAny = (from: number) =>
      [0, 1, 2, 3].some((dot) => this.#isSet(column, row * 8 + from + dot));
    const upper = isAny(0), lower = isAny(4);
    return upper ? lower ? "█" : "▀" : lower ? "▄" : " ";
  }

  /** Highest level of a column. */
  #highest(column: number): number | undefined {
    for (let row = 0; row < this.#dotRows; row++) {
      if (this.#isSet(column, row)) return this.#dotRows - 1 - row;
    }
    return undefined;
  }

  #ascii(row: number, column: number): string {
    const upper = this.#isSet(column, row * 2);
    const lower = this.#isSet(column, row * 2 + 1);
    return upper ? lower ? ":" : "'" : lower ? "." : " ";
  }
}

/** The levels of a column, with those between it and the column before. */
function joined(
  [beforeFrom, beforeTo]: readonly [number, number],
  [from, to]: readonly [number, number],
): readonly [from: number, to: number] {
  if (beforeTo < from) return [beforeTo + 1, to];
  if (beforeFrom > to) return [from, beforeFrom - 1];
  return [from, to];
}

/**
 * The upper edge of a chart for a greatest value: the next of 1, 2 and 5 times a power of ten, so that it seldom changes.
 *
 * @param least the edge is never below this
 */
export function roundTop(greatest: number, least: number): number {
  const value = Math.max(greatest, least);
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}
