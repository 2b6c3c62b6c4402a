/** One line on a terminal that is written over again and again. */

import type { ByteSink } from "./line_sink.ts";

const REFRESH_NS = 250e6;
const ERASE = "\r\x1b[K";

/** A line that shows what is going on, and goes when something lasting is written. */
export class LiveLine {
  readonly #terminal: ByteSink;
  readonly #encoder = new TextEncoder();
  #shownNs = -Infinity;
  #visible = false;

  /** Writes to a terminal. */
  constructor(terminal: ByteSink) {
    this.#terminal = terminal;
  }

  /** Shows the line, a few times a second at most; `nowNs` is CLOCK_MONOTONIC. */
  show(nowNs: number, text: () => string): void {
    if (nowNs - this.#shownNs < REFRESH_NS || this.#terminal.isBacklogged) return;
    this.#shownNs = nowNs;
    this.#write(ERASE + text());
    this.#visible = true;
  }

  /** Takes the line away, so that others can be written. */
  erase(): void {
    if (!this.#visible) return;
    this.#write(ERASE);
    this.#visible = false;
    this.#shownNs = -Infinity;
  }

  #write(text: string): void {
    try {
      this.#terminal.writeSync(this.#encoder.encode(text));
    } catch {
      // The terminal has gone; the run has not.
    }
  }
}
