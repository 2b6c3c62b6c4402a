/** A file that lines or blocks are appended to, and that never ends in half of one. */

import type { ByteSink } from "./output_queue.ts";

/** What a file must be able to do. `Deno.FsFile` is one. */
export interface AppendableFile {
  /** Writes some of the bytes and returns how many; 0 when a pipe has no room just now. */
  writeSync(bytes: Uint8Array): number;
  /** See {@linkcode ByteSink.waitForRoom}. */
  waitForRoom?(timeoutMs: number): Promise<void>;
  /**
   * Goes somewhere and returns where that is: the size, at the end. Deno's statSync() asks by the path when it runs with single
   * permissions, and fails once root, who alone may look there, is given up.
   */
  seekSync(offset: number, whence: Deno.SeekMode): number;
  /** Cuts the file to that length. */
  truncateSync(length: number): void;
}

/** Says how many of the octets that were written are whole lines or blocks. */
export type WholeOctets = (written: Uint8Array) => number;

/** Up to the last line break. */
export function wholeLines(written: Uint8Array): number {
  return written.lastIndexOf(0x0a) + 1;
}

/** Appends whole lines, or whole blocks; what does not fit is cut back to the last whole one. */
export class FileSink implements ByteSink {
  readonly #file: AppendableFile;
  readonly #wholeOctets: WholeOctets;

  /** Appends to a file that is open for that; lines, unless `wholeOctets` says otherwise. */
  constructor(file: AppendableFile, wholeOctets: WholeOctets = wholeLines) {
    this.#file = file;
    this.#wholeOctets = wholeOctets;
  }

  /** Writes all that there is room for, or throws what the system says, leaving whole lines or blocks behind. */
  writeSync(bytes: Uint8Array): number {
    let written = 0;
    try {
      while (written < bytes.length) {
        const count = this.#file.writeSync(bytes.subarray(written));
        if (count === 0) break;
        written += count;
      }
    } catch (error) {
      this.#cut(bytes.subarray(0, written));
      throw error;
    }
    return written;
  }

  /** See {@linkcode ByteSink.waitForRoom}. */
  waitForRoom(timeoutMs: number): Promise<void> {
    return this.#file.waitForRoom?.(timeoutMs) ?? Promise.resolve();
  }

  /** Takes back what was written after the last whole line or block. */
  #cut(written: Uint8Array): void {
    const half = written.length - this.#wholeOctets(written);
    if (half === 0) return;
    try {
      // Not what others have written since, nor what stands behind our place in a file that was there before.
      const place = this.#file.seekSync(0, Deno.SeekMode.Current);
      if (place !== this.#file.seekSync(0, Deno.SeekMode.End)) return;
      this.#file.truncateSync(place - half);
      this.#file.seekSync(0, Deno.SeekMode.End);
    } catch {
      // A device or a pipe cannot be cut; the error that follows says enough.
    }
  }
}
