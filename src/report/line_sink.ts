/** Where lines go: gathered, and written whole. */

/** Something that takes bytes, such as standard output or a file. */
export interface ByteSink {
  /** Writes some of the bytes and returns how many. */
  writeSync(bytes: Uint8Array): number;
}

const encoder = new TextEncoder();
/** Text held back at most, in characters. A run of any length keeps to this. */
const MAX_PENDING = 1 << 16;

/**
 * Gathers lines and writes them together. Never writes half a line unless the sink takes only half.
 *
 * A reader that has gone (`| head -1`) and a full disk both end the output: the first error is kept in
 * {@linkcode failure}, `onFailure` is called once, and later lines are dropped.
 */
export class LineSink {
  readonly #sink: ByteSink;
  readonly #onFailure: (error: Error) => void;
  #pending = "";
  #failure: Error | undefined;

  /** Writes to `sink`. */
  constructor(sink: ByteSink, onFailure: (error: Error) => void) {
    this.#sink = sink;
    this.#onFailure = onFailure;
  }

  /** The error that ended the output, if one has. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** True when lines wait for {@linkcode flush}. */
  get pending(): boolean {
    return this.#pending !== "";
  }

  /** Takes one line, without its line break. */
  line(text: string): void {
    this.#pending += text + "\n";
    if (this.#pending.length >= MAX_PENDING) this.flush();
  }

  /** Writes all that was gathered. */
  flush(): void {
    if (this.#pending === "") return;
    const bytes = encoder.encode(this.#pending);
    this.#pending = "";
    if (this.#failure !== undefined) return;
    try {
      writeAll(this.#sink, bytes);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#onFailure(this.#failure);
    }
  }
}

/** True when the reader of a pipe has gone, which is no fault of anybody. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe;
}

/** Writes all of the bytes, or throws what the system says. */
export function writeAll(sink: ByteSink, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      const written = sink.writeSync(rest);
      if (written === 0) throw new Deno.errors.WriteZero("Cannot write: nothing was taken");
      rest = rest.subarray(written);
    } catch (error) {
      // A terminal or pipe that another program has made non-blocking and that is full just now.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
