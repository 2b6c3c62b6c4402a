/** `-o FILE`: lines are appended, every file has its header once, and a file that is moved away is opened again. */

import { type AppendableFile, FileSink } from "./file_sink.ts";
import type { ByteSink } from "./output_queue.ts";

const LINE_BREAK = 0x0a;
/** Longest first line that is compared with the header, in bytes. */
const MAX_HEADER_BYTES = 1 << 16;
const encoder = new TextEncoder();

/** What {@linkcode OutputFile} needs of a file. */
export interface OutputFileHandle extends AppendableFile {
  /** Reads at the place that was last sought; undefined for a file that cannot be read. */
  readSync?(bytes: Uint8Array): number | null;
  /** See {@linkcode ByteSink.waitForRoom}. */
  waitForRoom?(timeoutMs: number): Promise<void>;
  /** Gives the descriptor back; called once. */
  close(): void;
}

/** What {@linkcode OutputFile} asks of its owner. */
export interface OutputFileOwner {
  /** Opens the file of the same path; throws when it cannot. */
  open(): OutputFileHandle;
  /** The error to throw when nothing of this output may be appended. */
  refuse(reason: string): Error;
}

/** A file of lines. */
export class OutputFile implements ByteSink {
  readonly #owner: OutputFileOwner;
  #file: OutputFileHandle;
  #sink: FileSink;
  #header: string | undefined;
  /** What stands before the next line, and has not been written yet. */
  #prefix: Uint8Array;

  /**
   * Appends to a file that is open for that.
   *
   * @param file from now on closed here
   * @param owner opened it
   */
  constructor(file: OutputFileHandle, owner: OutputFileOwner) {
    this.#owner = owner;
    this.#file = file;
    this.#sink = new FileSink(file);
    this.#prefix = lineBreakFor(file);
  }

  /**
   * Takes the header: an empty file begins with it, also one that is emptied or opened later.
   *
   * @throws what the owner says, when the file begins with another line
   */
  takeHeader(line: string): void {
    this.#header = line;
    const size = sizeOf(this.#file);
    if (size === undefined) this.#prefix = encoder.encode(`${line}\n`);
    else if (size > 0 && !beginsWith(this.#file, line)) {
      throw this.#owner.refuse("its first line is not the header of this output");
    }
  }

  /** Writes all of the bytes of a file; of a pipe, those that there is room for. */
  writeSync(bytes: Uint8Array): number {
    if (this.#header !== undefined && this.#prefix.length === 0 && sizeOf(this.#file) === 0) {
      this.#prefix = encoder.encode(`${this.#header}\n`);
    }
    while (this.#prefix.length > 0) {
      const written = this.#sink.writeSync(this.#prefix);
      this.#prefix = this.#prefix.subarray(written);
      if (written === 0) return 0;
    }
    return this.#sink.writeSync(bytes);
  }

  /** See {@linkcode ByteSink.waitForRoom}. */
  waitForRoom(timeoutMs: number): Promise<void> {
    return this.#file.waitForRoom?.(timeoutMs) ?? Promise.resolve();
  }

  /** Goes on in the file that now has the path. Write what is gathered first. Throws, and stays, when it cannot be opened. */
  reopen(): void {
    const file = this.#owner.open();
    this.#file.close();
    this.#file = file;
    this.#sink = new FileSink(file);
    this.#prefix = lineBreakFor(file);
    if (this.#header === undefined || sizeOf(file) === 0) return;
    // Rows under the columns of others would be read as theirs.
    if (!beginsWith(file, this.#header)) {
      this.#prefix = Uint8Array.from([...this.#prefix, ...encoder.encode(`${this.#header}\n`)]);
    }
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}

/** Bytes in a file; undefined for a pipe or a terminal, which have no size. */
function sizeOf(file: OutputFileHandle): number | undefined {
  try {
    return file.seekSync(0, Deno.SeekMode.End);
  } catch {
    return undefined;
  }
}

/** A line break where the file ends in half a line, which a crash or a full disk left. */
function lineBreakFor(file: OutputFileHandle): Uint8Array {
  const size = sizeOf(file) ?? 0;
  const last = readAt(file, Math.max(0, size - 1), 1);
  return last !== undefined && last.length === 1 && last[0] !== LINE_BREAK
    ? Uint8Array.of(LINE_BREAK)
    : new Uint8Array(0);
}

/** True when the first line is this one, or cannot be read. */
function beginsWith(file: OutputFileHandle, line: string): boolean {
  const expected = encoder.encode(line);
  const found = readAt(file, 0, Math.min(expected.length + 1, MAX_HEADER_BYTES));
  if (found === undefined) return true;
  return found.length >= expected.length &&
    found.every((byte, index) => byte === (expected[index] ?? LINE_BREAK));
}

function readAt(file: OutputFileHandle, offset: number, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  try {
    file.seekSync(offset, Deno.SeekMode.Start);
    const read = file.readSync?.(bytes);
    return read === undefined ? undefined : bytes.subarray(0, read ?? 0);
  } catch {
    return undefined;
  }
}
