/**
 * Buffers for the pieces of answers, used again: to ask for new ones at each scrape makes the runtime look for garbage in all
 * that it has, which with 1000 targets takes longer than the answer.
 */

/** A buffer, bytes. */
const PIECE_BYTES = 262_144;
/** Most buffers that are kept: those of two answers with 1000 targets. */
const MAX_FREE = 64;

/** Gives out buffers and takes them back. */
export class PiecePool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** A buffer of at least that number of bytes; it may hold what was written before. */
  take(lengthBytes: number): Uint8Array<ArrayBuffer> {
    if (lengthBytes > PIECE_BYTES) return new Uint8Array(lengthBytes);
    return this.#free.pop() ?? new Uint8Array(PIECE_BYTES);
  }

  /** Takes back the buffers of pieces that are of no use any more, each once. */
  giveBack(pieces: readonly Uint8Array<ArrayBuffer>[]): void {
    for (const { buffer } of pieces) {
      if (buffer.byteLength !== PIECE_BYTES || this.#free.length >= MAX_FREE) continue;
      this.#free.push(new Uint8Array(buffer));
    }
  }
}
