/** A file of blocks that never ends in half of one: a capture file stays readable however its writing ends. */

import type { AppendableFile } from "./file_sink.ts";
import type { ByteSink } from "./output_queue.ts";

/** Length of a block, in octets after its start. */
const LENGTH_AT = 4;
const HEAD_BYTES = 8;

/** Writes blocks of the pcapng format, little-endian, whole. */
export class BlockFile implements ByteSink {
  readonly #file: AppendableFile;

  /** Writes to a file that is open for that, and empty. */
  constructor(file: AppendableFile) {
    this.#file = file;
  }

  /** Writes all that there is room for, or throws what the system says, leaving whole blocks behind. */
  writeSync(bytes: Uint8Array): number {
    let written = 0;
    try {
      while (written < bytes.length) {
        const count = this.#file.writeSync(bytes.subarray(written));
        if (count === 0) break;
        written += count;
      }
    } catch (error) {
      this.#cut(bytes, written);
      throw error;
    }
    return written;
  }

  /** See {@linkcode ByteSink.waitForRoom}. */
  waitForRoom(timeoutMs: number): Promise<void> {
    return this.#file.waitForRoom?.(timeoutMs) ?? Promise.resolve();
  }

  /** Takes back what was written of a block that is not whole. */
  #cut(bytes: Uint8Array, written: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let end = 0;
    while (end + HEAD_BYTES <= written) {
      const next = end + view.getUint32(end + LENGTH_AT, true);
      if (next > written) break;
      end = next;
    }
    try {
      const size = this.#file.seekSync(0, Deno.SeekMode.End);
      this.#file.truncateSync(size - (written - end));
    } catch {
      // A pipe cannot be cut.
    }
  }
}
