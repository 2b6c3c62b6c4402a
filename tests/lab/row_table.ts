/** Rows of numbers for the journal: preallocated, and next to no garbage. */

const ROWS_PER_CHUNK = 16384;
const LINES_PER_WRITE = 2048;

/** Rows of numbers in chunks, so that no growth ever copies what is there. */
export class RowTable {
  readonly #columns: number;
  readonly #row: { cells: Float64Array; start: number };
  #chunks: { firstRow: number; cells: Float64Array }[] = [];
  #rowCount = 0;
  #flushedRows = 0;

  /** A table of rows with this many columns. */
  constructor(columns: number) {
    this.#columns = columns;
    this.#row = { cells: new Float64Array(0), start: 0 };
  }

  /** Rows added so far, written ones too. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** A new row: its cells start at `start`. One object serves all calls. */
  addRow(): { cells: Float64Array; start: number } {
    const inChunk = this.#rowCount % ROWS_PER_CHUNK;
    if (inChunk === 0) {
      const cells = new Float64Array(ROWS_PER_CHUNK * this.#columns);
      this.#chunks.push({ firstRow: this.#rowCount, cells });
      this.#row.cells = cells;
    }
    this.#row.start = inChunk * this.#columns;
    this.#rowCount++;
    return this.#row;
  }

  /** Writes what was not written yet through `write`, one formatted line a row, in slices; full chunks are then let go. */
  flush(
    write: (text: string) => void,
    format: (cells: Float64Array, start: number, row: number) => string,
  ): void {
    let lines: string[] = [];
    const put = () => {
      if (lines.length > 0) write(lines.join("\n") + "\n");
      lines = [];
    };
    for (const { firstRow, cells } of this.#chunks) {
      const end = Math.min(this.#rowCount, firstRow + ROWS_PER_CHUNK);
      for (let row = Math.max(firstRow, this.#flushedRows); row < end; row++) {
        lines.push(format(cells, (row - firstRow) * this.#columns, row));
        if (lines.length >= LINES_PER_WRITE) put();
      }
    }
    put();
    this.#flushedRows = this.#rowCount;
    this.#chunks = this.#chunks.filter(({ firstRow }) =>
      firstRow + ROWS_PER_CHUNK > this.#rowCount
    );
  }
}
