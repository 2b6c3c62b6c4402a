/**
 * A screen of our own on a terminal: the alternate buffer (xterm's private mode 1049) without cursor and line wrap,
 * given back however the program ends.
 */

import { OutputQueue } from "../output_queue.ts";
import type { CellGrid } from "./cell_grid.ts";
import { encodeChanges } from "./changes.ts";
import type { Terminal } from "./terminal.ts";

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
/** How long the last bytes are offered to a terminal that takes none, in milliseconds. */
const LAST_TRY_MS = 200;

/** What a full screen is made with. */
export interface FullScreenOptions {
  /** Use colours. */
  readonly hasColor: boolean;
  /** The terminal shows something else now: draw again. */
  readonly redraw: () => void;
  /** The terminal is gone. */
  readonly onFailure: (error: Error) => void;
}

/** Draws pictures on a terminal. */
export class FullScreen {
  readonly #terminal: Terminal;
  readonly #options: FullScreenOptions;
  readonly #queue: OutputQueue;
  readonly #encoder = new TextEncoder();
  #unlisten: (() => void) | undefined;
  #shown: CellGrid | undefined;
  #isOn = false;

  /** Changes nothing before {@linkcode open}. */
  constructor(terminal: Terminal, options: FullScreenOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#queue = new OutputQueue(terminal.output, options.onFailure);
  }

  /** Takes the terminal over. */
  open(): void {
    this.#unlisten = this.#terminal.listen({
      resized: () => this.#options.redraw(),
      stopping: () => {
        this.#leaveNow();
        this.#terminal.stop();
      },
      resumed: () => {
        this.#leaveNow();
        this.#enter();
      },
      ending: () => this.#leaveNow(),
    });
    this.#enter();
  }

  /** Shows a picture; one that comes while the last is still on its way to the terminal is left out. */
  draw(grid: CellGrid): void {
    if (!this.#isOn) return;
    this.#queue.flush();
    if (this.#queue.isBacklogged) return;
    this.#write(encodeChanges(this.#shown, grid, this.#options.hasColor));
    this.#shown = grid;
  }

  /** Writes all of the next picture: the terminal may have been written to by others. */
  forget(): void {
    this.#shown = undefined;
  }

  /** Gives the terminal back. Idempotent. */
  async close(): Promise<void> {
    this.#unlisten?.();
    this.#unlisten = undefined;
    if (!this.#isOn) return;
    this.#leave();
    this.#queue.hurry();
    await this.#queue.drain();
  }

  #enter(): void {
    this.#isOn = true;
    this.#shown = undefined;
    this.#terminal.setKeyMode(true);
    this.#write(ENTER);
    this.#options.redraw();
  }

  #leave(): void {
    this.#isOn = false;
    this.#terminal.setKeyMode(false);
    this.#write(LEAVE);
  }

  /** Nothing is served any more after this: it must not wait. */
  #leaveNow(): void {
    if (!this.#isOn) return;
    this.#leave();
    const untilMs = performance.now() + LAST_TRY_MS;
    while (this.#queue.isBacklogged && performance.now() < untilMs) this.#queue.flush();
  }

  #write(text: string): void {
    this.#queue.writeSync(this.#encoder.encode(text));
  }
}
