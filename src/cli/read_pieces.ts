/** Input as it is read, piece by piece. */

/** Octets that are read at once: each read costs a trip to another thread. */
export const READ_BYTES: number = 1 << 18;

/** Something that is read, such as a file or standard input. */
export interface ByteSource {
  /** Fills the start of `bytes`; returns how much of it, or null at the end. */
  read(bytes: Uint8Array): Promise<number | null>;
}

/** Reads to the end. A piece that was handed on does not change any more. */
export async function* readPieces(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  let room = new Uint8Array(READ_BYTES);
  for (;;) {
    const length = await source.read(room);
    if (length === null) return;
    // A pipe gives little at a time: a copy of that little is handed on.
    if (length < READ_BYTES / 2) yield room.slice(0, length);
    else {
      yield room.subarray(0, length);
      room = new Uint8Array(READ_BYTES);
    }
  }
}
