/** How far a run is, in one line that is written over again and again. */

import type { ByteSink } from "./line_sink.ts";
import { drawBar } from "./screen/bar.ts";
import { CellGrid } from "./screen/cell_grid.ts";
import { joinFitting, terminalColumns } from "./width.ts";

/** The line changes at most four times a second, nanoseconds. */
const REFRESH_NS = 250e6;
/** Where lines cannot be written over, one appears at most this often, nanoseconds. */
const PLAIN_NS = 10e9;
const ERASE = "\r\x1b[K";
/** Widths of a bar: the first that leaves two columns between it and the text. */
const BAR_COLUMNS = [20, 10] as const;

/** Where a live line appears. */
export interface LiveLineOptions {
  /** `over`: a terminal on which lines can be written over. `plain`: anything else; a line every 10 s. */
  readonly mode?: "over" | "plain";
  /** Columns of the terminal; asked each time, because its window may change. */
  readonly columns?: () => number;
}

/** A line about what is going on. It goes when something lasting is written. */
export class LiveLine {
  readonly #stream: ByteSink;
  readonly #isOver: boolean;
  readonly #columns: () => number;
  readonly #encoder = new TextEncoder();
  #shownNs: number | undefined;
  #isVisible = false;

  /** Writes to `stream`, usually standard error. */
  constructor(
    stream: ByteSink,
    { mode = "over", columns = terminalColumns }: LiveLineOptions = {},
  ) {
    this.#stream = stream;
    this.#isOver = mode === "over";
    this.#columns = columns;
  }

  /**
   * Shows the parts that fit into the line, the most important first, and a bar where there is room for it. They are asked
   * for only when the line is due.
   *
   * @param nowNs CLOCK_MONOTONIC, nanoseconds
   * @param share what is done, 0 to 1; undefined where there is no end. Asked for after the parts
   */
  show(
    nowNs: number,
    parts: () => readonly string[],
    share: () => number | undefined = () => undefined,
  ): void {
    if (this.#stream.isBacklogged) return;
    if (!this.#isOver) {
      this.#shownNs ??= nowNs;
      if (nowNs - this.#shownNs < PLAIN_NS) return;
      this.#shownNs = nowNs;
      this.#write(`${parts().join(", ")}\n`);
      return;
    }
    if (nowNs - (this.#shownNs ?? -Infinity) < REFRESH_NS) return;
    this.#shownNs = nowNs;
    // The last column stays free: some terminals go on to the next line there.
    const columns = Math.max(1, this.#columns() - 1);
    this.#write(ERASE + drawLine(columns, parts(), share()));
    this.#isVisible = true;
  }

  /** Takes the line away, so that others can be written. */
  erase(): void {
    if (!this.#isVisible) return;
    this.#write(ERASE);
    this.#isVisible = false;
    this.#shownNs = undefined;
  }

  /** Writes a last line, which stays. */
  end(parts: readonly string[]): void {
    this.erase();
    this.#write(`${parts.join(", ")}\n`);
  }

  #write(text: string): void {
    try {
      this.#stream.writeSync(this.#encoder.encode(text));
    } catch {
      // The terminal has gone; the run has not.
    }
  }
}

/** The line as a picture of one line, drawn as a full screen is. */
function drawLine(columns: number, parts: readonly string[], share: number | undefined): string {
  const grid = new CellGrid(columns, 1);
  const end = grid.put(0, 0, joinFitting(parts, ", ", columns));
  const width = BAR_COLUMNS.find((each) => end + 2 + each <= columns);
  if (share !== undefined && width !== undefined) drawBar(grid, 0, columns - width, width, share);
  return grid.line(0);
}
