/** Standard error while a screen covers it: lines are shown on the screen for a while, and printed after it. */

import { type ByteSink, writeAll } from "../../../terminal/line_sink.ts";

/** Lines that are kept for the end. */
const MAX_LINES = 100;
/** How long a line is shown, milliseconds. */
const SHOWN_MS = 10_000;

/** Keeps what is written until {@linkcode release}. */
export class HeldLines implements ByteSink {
  readonly #sink: ByteSink;
  readonly #decoder = new TextDecoder();
  readonly #lines: string[] = [];
  #dropped = 0;
  #isHeld = false;
  #shownUntilMs = 0;

  /** Writes to `sink` in the end. */
  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** From now on lines are kept. */
  hold(): void {
    this.#isHeld = true;
  }

  /** The latest line, for some time. */
  recent(): string | undefined {
    return performance.now() < this.#shownUntilMs ? this.#lines.at(-1) : undefined;
  }

  /** Takes whole lines. */
  writeSync(bytes: Uint8Array): number {
    if (!this.#isHeld) return this.#sink.writeSync(bytes);
    this.#shownUntilMs = performance.now() + SHOWN_MS;
    this.#lines.push(...this.#decoder.decode(bytes).split("\n").filter((line) => line !== ""));
    const excess = this.#lines.length - MAX_LINES;
    if (excess > 0) this.#dropped += this.#lines.splice(0, excess).length;
    return bytes.length;
  }

  /** Writes what was kept, and what follows at once. */
  release(): void {
    this.#isHeld = false;
    const dropped = this.#dropped > 0 ? [`icmptime: ${this.#dropped} more lines like these`] : [];
    const lines = [...dropped, ...this.#lines.splice(0)];
    if (lines.length === 0) return;
    try {
      writeAll(this.#sink, new TextEncoder().encode(`${lines.join("\n")}\n`));
    } catch {
      // Standard error is closed or full: there is no other place for them.
    }
  }
}
