/** Lines of a log that comes in pieces. A log may hold anything after a crash: what cannot be a line is counted, and reading goes on. */

/** Most bytes of a line. */
export const MAX_LINE_BYTES = 1 << 20;

const LINE_BREAK = 0x0a;

/** What takes the lines. */
export interface LineTaker {
  /** A line without its line break. */
  line(text: string): void;
  /** A line that is too long, or that holds a zero byte as after a crash of the system. */
  brokenLine(): void;
}

/** Splits bytes at line feeds. */
export class LineSplitter {
  readonly #taker: LineTaker;
  readonly #decoder = new TextDecoder();
  /** Start of a line whose end is not there yet. */
  #rest: Uint8Array = new Uint8Array(0);
  #isSkipping = false;

  /** Gives the lines to `taker`. */
  constructor(taker: LineTaker) {
    this.#taker = taker;
  }

  /** Takes the next bytes. They are not kept. */
  push(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(LINE_BREAK);
    if (end < 0) {
      this.#keep(chunk);
      return;
    }
    let from = 0;
    if (this.#isSkipping || this.#rest.length > 0) {
      from = chunk.indexOf(LINE_BREAK) + 1;
      if (this.#isSkipping) this.#taker.brokenLine();
      else this.#lines(joined(this.#rest, chunk.subarray(0, from - 1)));
      this.#isSkipping = false;
      this.#rest = new Uint8Array(0);
    }
    if (from <= end) this.#lines(chunk.subarray(from, end));
    this.#keep(chunk.subarray(end + 1));
  }

  /** The bytes are over: what is left is a line too, or half of one. */
  end(): void {
    if (this.#isSkipping) this.#taker.brokenLine();
    else if (this.#rest.length > 0) this.#lines(this.#rest);
    this.#isSkipping = false;
    this.#rest = new Uint8Array(0);
  }

  #lines(bytes: Uint8Array): void {
    for (const line of this.#decoder.decode(bytes).split("\n")) {
      if (line.includes("\0") || line.length > MAX_LINE_BYTES) this.#taker.brokenLine();
      else this.#taker.line(line);
    }
  }

  #keep(bytes: Uint8Array): void {
    if (this.#isSkipping || bytes.length === 0) return;
    if (this.#rest.length + bytes.length > MAX_LINE_BYTES) {
      this.#isSkipping = true;
      this.#rest = new Uint8Array(0);
    } else this.#rest = joined(this.#rest, bytes);
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}
