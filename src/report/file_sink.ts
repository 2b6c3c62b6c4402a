/** A file that lines are appended to, and that never ends in half a line. */

import type { ByteSink } from "./line_sink.ts";

/** What a file must be able to do. `Deno.FsFile` is one. */
export interface AppendableFile {
  /** Writes some of the bytes and returns how many. */
  writeSync(bytes: Uint8Array): number;
  /**
   * Goes somewhere and returns where that is: the size, at the end. Deno's statSync() asks by the path when it runs with single
   * permissions, and fails once root, who alone may look there, is given up.
   */
  seekSync(offset: number, whence: Deno.SeekMode): number;
  /** Cuts the file to that length. */
  truncateSync(length: number): void;
}

/** Appends whole blocks of lines; a block that does not fit is cut back to its last whole line. */
export class FileSink implements ByteSink {
  readonly #file: AppendableFile;

  /** Appends to a file that is open for that. */
  constructor(file: AppendableFile) {
    this.#file = file;
  }

  /** Writes all of the bytes, or throws what the system says, leaving whole lines behind. */
  writeSync(bytes: Uint8Array): number {
    let written = 0;
    try {
      while (written < bytes.length) written += this.#file.writeSync(bytes.subarray(written));
    } catch (error) {
      this.#cut(bytes.subarray(0, written));
      throw error;
    }
    return written;
  }

  /** Takes back what was written after the last line break. */
  #cut(written: Uint8Array): void {
    const half = written.length - (written.lastIndexOf(0x0a) + 1);
    if (half === 0) return;
    try {
      this.#file.truncateSync(this.#file.seekSync(0, Deno.SeekMode.End) - half);
    } catch {
      // A device or a pipe cannot be cut; the error that follows tells enough.
    }
  }
}
