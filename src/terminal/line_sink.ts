/** Where lines go: gathered, and written whole. */

import { type ByteSink, OutputQueue } from "./output_queue.ts";
import { TextBlock } from "./text_block.ts";

export type { ByteSink };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Text held back at most, in characters, and in octets. A run of any length keeps to this. */
const MAX_PENDING = 1 << 16;

/**
 * Gathers lines and writes them together. Never writes half a line unless the sink takes only half.
 *
 * A reader that has gone (`| head -1`) and a full disk both end the output: the first error is kept in
 * {@linkcode failure}, `onFailure` is called once, and later lines are dropped, or go where {@linkcode secure} says.
 */
export class LineSink {
  readonly #sink: ByteSink;
  readonly #queue: OutputQueue;
  /** Lines that stand before those of {@linkcode LineSink.#pending}. */
  readonly #block = new TextBlock();
  #pending = "";
  /** Where lines go when the sink has failed. */
  #spare: OutputQueue | undefined;
  /** Lines since {@linkcode secure}, which the sink may yet fail to take. */
  #kept = "";
  #header = "";

  /** Writes to `sink`. */
  constructor(sink: ByteSink, onFailure: (error: Error) => void) {
    this.#sink = sink;
    this.#queue = new OutputQueue(sink, (error) => {
      onFailure(error);
      this.#giveToSpare();
    });
  }

  /** The error that ended the output, if one has. */
  get failure(): Error | undefined {
    return this.#queue.failure;
  }

  /** True when lines wait for {@linkcode flush}. */
  get pending(): boolean {
    return this.#pending !== "" || this.#block.length > 0;
  }

  /** True while written lines wait for their reader. */
  get isBacklogged(): boolean {
    return this.#queue.isBacklogged;
  }

  /** Takes one line, without its line break. */
  line(text: string): void {
    this.#pending += text + "\n";
    if (this.#pending.length >= MAX_PENDING) this.flush();
  }

  /** Takes lines as octets of UTF-8, each with its line break, that are written into this block until another call. */
  block(): TextBlock {
    if (this.#block.length >= MAX_PENDING) this.flush();
    if (this.#pending !== "") this.#gather();
    return this.#block;
  }

  #gather(): void {
    this.#block.text(this.#pending);
    this.#pending = "";
  }

  /** Takes text that more of the same line follows. */
  part(text: string): void {
    this.#pending += text;
  }

  /** Takes the line that every file of this output begins with, without its line break. */
  header(text: string): void {
    this.#header = `${text}\n`;
    if (this.#sink.takeHeader === undefined) this.line(text);
    else this.#sink.takeHeader(text);
  }

  /** Writes all that was gathered, as far as there is room; the rest follows at the next call. */
  flush(): void {
    const block = this.#block;
    if (this.#pending !== "") this.#gather();
    const { written } = block;
    if (this.#spare !== undefined) this.#kept += decoder.decode(written);
    if (this.failure !== undefined) this.#giveToSpare();
    else if (written.length > 0) this.#queue.writeSync(written);
    else this.#queue.flush();
    block.clear();
  }

  /** The lines that follow are not lost with the sink: if it has failed, or fails before it has them, they go to `spare`. */
  secure(spare: ByteSink): void {
    this.flush();
    if (isClosedPipe(this.failure)) return;
    this.#spare = new OutputQueue(spare, () => {});
  }

  #giveToSpare(): void {
    if (isClosedPipe(this.failure) || this.#spare === undefined || this.#kept === "") return;
    this.#spare.writeSync(encoder.encode(this.#header + this.#kept));
    this.#header = this.#kept = "";
  }

  /** Undefined while the reader keeps up; otherwise resolves when it has caught up, or need not any more. */
  room(): Promise<void> | undefined {
    return this.#queue.room();
  }

  /** A signal came: the reader is not waited for, but for a moment in {@linkcode drain}. */
  hurry(): void {
    this.#queue.hurry();
    this.#spare?.hurry();
  }

  /** Writes all, and waits until the reader has taken it. */
  async drain(): Promise<void> {
    this.flush();
    await this.#queue.drain();
    await this.#spare?.drain();
  }
}

/** True when the reader of a pipe has gone, which is no error. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Error && "code" in error && error.code === "EPIPE";
}

/** Writes all of the bytes to a sink that always has room, or throws what the system says. */
export function writeAll(sink: ByteSink, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    const written = sink.writeSync(rest);
    if (written === 0) throw new Deno.errors.WriteZero("Cannot write: nothing was taken");
    rest = rest.subarray(written);
  }
}
