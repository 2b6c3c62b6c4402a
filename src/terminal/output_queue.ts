/**
 * Bytes on their way to a reader that may be slower than they come, or may have stopped reading.
 *
 * Nothing here waits in a system call: what a pipe or a terminal has no room for is kept and tried again, so that
 * signals are served meanwhile, also while a reader has stopped reading.
 */

/** Something that takes bytes, such as standard output or a file. */
export interface ByteSink {
  /** Writes some of the bytes and returns how many; 0 when there is no room just now. */
  writeSync(bytes: Uint8Array): number;
  /** Resolves when there is room, or after that many milliseconds. Without it a sink is asked again and again. */
  waitForRoom?(timeoutMs: number): Promise<void>;
  /** True while bytes that were given here wait for their reader. */
  readonly isBacklogged?: boolean;
  /** Takes the line that belongs at the head of each file, where the sink knows when a file begins. */
  takeHeader?(line: string): void;
}

/** Bytes that may wait before those who produce more are held up. */
export const MAX_BACKLOG_BYTES = 1 << 20;
/** How long what is left is offered to a reader after a signal to end. */
export const GRACE_MS = 500;
/** One wait: a signal must not have to wait longer. */
const WAIT_MS = 50;
/** Where the sink cannot wait. */
const RETRY_MS = 1;

/** Keeps what a sink does not take at once. Throws nothing: the first error ends it. */
export class OutputQueue implements ByteSink {
  readonly #sink: ByteSink;
  readonly #onFailure: (error: Error) => void;
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #failure: Error | undefined;
  #isHurried = false;

  /**
   * Writes to `sink`.
   *
   * @param onFailure called once, with the error that ends the output
   * @param maxBytes what comes while more than that waits is dropped: for remarks, not for results
   */
  constructor(sink: ByteSink, onFailure: (error: Error) => void, maxBytes = Infinity) {
    this.#sink = sink;
    this.#onFailure = onFailure;
    this.#maxBytes = maxBytes;
  }

  /** The error that ended the output, if one has. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** True while something waits for room. */
  get isBacklogged(): boolean {
    return this.#bytes > 0;
  }

  /** Takes all of the bytes, and writes what there is room for. What is left is copied: a queue may be the sink of another. */
  writeSync(bytes: Uint8Array): number {
    if (this.#failure === undefined && bytes.length > 0 && this.#bytes <= this.#maxBytes) {
      this.#chunks.push(bytes);
      this.#bytes += bytes.length;
      this.flush();
      const last = this.#chunks.at(-1);
      if (last !== undefined) this.#chunks[this.#chunks.length - 1] = last.slice();
    }
    return bytes.length;
  }

  /** Writes what there is room for now. */
  flush(): void {
    try {
      let done = 0;
      for (; done < this.#chunks.length; done++) {
        const chunk = this.#chunks[done] as Uint8Array;
        const written = this.#write(chunk);
        this.#bytes -= written;
        if (written === chunk.length) continue;
        this.#chunks[done] = chunk.subarray(written);
        break;
      }
      if (done > 0) this.#chunks.splice(0, done);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #write(bytes: Uint8Array): number {
    let written = 0;
    while (written < bytes.length) {
      const count = this.#sink.writeSync(bytes.subarray(written));
      if (count === 0) break;
      written += count;
    }
    return written;
  }

  #fail(error: Error): void {
    this.#chunks = [];
    this.#bytes = 0;
    this.#failure = error;
    this.#onFailure(error);
  }

  /** Undefined while little waits; otherwise resolves when all is written, or waiting is of no more use. */
  room(): Promise<void> | undefined {
    if (this.#bytes <= MAX_BACKLOG_BYTES || this.#isHurried) return undefined;
    return this.#wait(() => this.#isHurried);
  }

  /** Waits for the reader from now on no longer than {@linkcode GRACE_MS} at the end, and in between not at all. */
  hurry(): void {
    this.#isHurried = true;
  }

  /** Waits until all is written; after {@linkcode hurry} not for long, and what is left then is an error. */
  async drain(): Promise<void> {
    let deadlineMs = Infinity;
    await this.#wait(() => {
      if (this.#isHurried && deadlineMs === Infinity) deadlineMs = performance.now() + GRACE_MS;
      return performance.now() >= deadlineMs;
    });
    if (this.#bytes === 0) return;
    this.#fail(new Error(`its reader takes nothing, the last ${this.#bytes} bytes are lost`));
  }

  async #wait(isOver: () => boolean): Promise<void> {
    for (this.flush(); this.#bytes > 0 && !isOver(); this.flush()) {
      if (this.#sink.waitForRoom !== undefined) await this.#sink.waitForRoom(WAIT_MS);
      else await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
