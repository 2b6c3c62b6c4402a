/** The port of a full screen: what it needs from the terminal that it takes over. */

import type { ByteSink } from "../output_queue.ts";

/** Size of a terminal in cells. */
export interface TerminalSize {
  /** Characters of a row, from 1. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}

/** Events of a terminal and of the program in it. */
export interface TerminalEvents {
  /** Its size has changed. */
  readonly resized: () => void;
  /** The user stops the program (Ctrl-Z): leave the terminal as it was found, then call {@linkcode Terminal.stop}. */
  readonly stopping: () => void;
  /** The program goes on; the terminal shows whatever others left there. */
  readonly resumed: () => void;
  /** The program is about to end, perhaps by a fault of its own: the last moment to restore the terminal. */
  readonly ending: () => void;
}

/** The terminal that a screen is drawn on: what it shows, and which keys are pressed. */
export interface Terminal {
  /** Where escapes and text go. */
  readonly output: ByteSink;
  /** Keys can be read: standard input is a terminal as well. */
  readonly hasKeys: boolean;
  /** Its size now. */
  size(): TerminalSize;
  /** Delivers each key at once and without showing it, or as before. Signals of keys such as Ctrl-C stay. */
  setKeyMode(isOn: boolean): void;
  /** Resolves to the next keys, to none after that many milliseconds, or to null where there are none any more. */
  readKeys(timeoutMs: number): Promise<Uint8Array | null>;
  /** Calls handlers of events; the returned function ends that. */
  listen(events: TerminalEvents): () => void;
  /** Stops the program as SIGSTOP does; returns when it goes on. */
  stop(): void;
}
