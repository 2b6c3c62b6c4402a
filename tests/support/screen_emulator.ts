/** A terminal in memory that understands what a full screen writes: CUP, ED 2, SGR and private modes. */

/** One cell. */
export interface EmulatedCell {
  /** What stands in it; empty behind a wide character. */
  readonly glyph: string;
  /** Parameters of the last SGR. */
  readonly style: string;
}

// deno-lint-ignore no-control-regex -- escapes are what it looks for
const SEQUENCE = /\x1b\[(\??)([\d;]*)([A-Za-z])|([^\x1b])/gu;

/** Cells that change as a terminal's do. */
export class ScreenEmulator {
  /** Private modes that are on. */
  readonly modes = new Set<string>();
  /** Cells that were written to. */
  writes = 0;
  readonly #columns: number;
  readonly #rows: number;
  readonly #widthOf: (character: string) => number;
  #cells: EmulatedCell[][] = [];
  #row = 0;
  #column = 0;
  #style = "";

  /** Starts blank; `widthOf` says how many columns this terminal gives a character. */
  constructor(columns: number, rows: number, widthOf: (character: string) => number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#widthOf = widthOf;
    this.#clear();
  }

  /** The cells, line by line. */
  get cells(): readonly (readonly EmulatedCell[])[] {
    return this.#cells;
  }

  /** The lines as text, without blanks at their ends. */
  get lines(): string[] {
    return this.#cells.map((row) => row.map(({ glyph }) => glyph).join("").trimEnd());
  }

  /** Takes what is written to it; throws for what it does not know. */
  write(text: string): void {
    let length = 0;
    for (const [whole, mark, numbers = "", command, character] of text.matchAll(SEQUENCE)) {
      length += whole.length;
      if (character !== undefined) this.#print(character);
      else if (mark === "?") this.#setMode(numbers, command);
      else if (command === "H") this.#moveTo(numbers);
      else if (command === "J" && numbers === "2") this.#clear();
      else if (command === "m") this.#style = numbers.replace(/^0;?/, "");
      else throw new Error(`Cannot follow ${JSON.stringify(whole)}`);
    }
    if (length !== text.length) throw new Error(`Cannot follow all of ${JSON.stringify(text)}`);
  }

  #clear(): void {
    this.#cells = Array.from(
      { length: this.#rows },
      () => Array.from({ length: this.#columns }, () => ({ glyph: " ", style: "" })),
    );
  }

  #setMode(numbers: string, command: string | undefined): void {
    if (command === "h") this.modes.add(numbers);
    else this.modes.delete(numbers);
  }

  #moveTo(numbers: string): void {
    const [row = 1, column = 1] = numbers.split(";").map(Number);
    this.#row = row - 1;
    this.#column = column - 1;
  }

  #print(character: string): void {
    this.writes++;
    const row = this.#cells[this.#row];
    const width = this.#widthOf(character);
    if (row === undefined) throw new Error(`Cannot print below the screen: line ${this.#row}`);
    if (width === 0) {
      const before = row[this.#column - 1];
      if (before !== undefined) {
        row[this.#column - 1] = { ...before, glyph: before.glyph + character };
      }
      return;
    }
    // Without line wrap the last column is written over.
    const at = Math.min(this.#column, this.#columns - width);
    if (row[at]?.glyph === "" && at > 0) row[at - 1] = { glyph: " ", style: this.#style };
    row[at] = { glyph: character, style: this.#style };
    if (width === 2) row[at + 1] = { glyph: "", style: this.#style };
    const next = row[at + width];
    if (next?.glyph === "") row[at + width] = { ...next, glyph: " " };
    this.#column = at + width;
  }
}
