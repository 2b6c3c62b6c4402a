/** Gzipped input (RFC 1952), unpacked piece by piece; where it cannot be, what was unpacked so far has been handed over. */

const MAGIC = [0x1f, 0x8b] as const;
/** Length of the unpacked data modulo 2^32 ends the file, RFC 1952 §2.3.1. */
const LENGTH_BYTES = 4;

/** Whether data begin as a gzipped file does. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === MAGIC[0] && head[1] === MAGIC[1];
}

/** Gzipped data that cannot be unpacked further; the message says why and where. */
export class GzipError extends Error {}

/**
 * Unpacks.
 *
 * @throws {GzipError} The data are cut off or damaged. What `source` throws is passed on.
 */
export async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packed = new PackedInput(source);
  const stream = ReadableStream.from(packed.pieces()) as ReadableStream<Uint8Array<ArrayBuffer>>;
  let unpackedBytes = 0;
  try {
    for await (const piece of stream.pipeThrough(new DecompressionStream("gzip"))) {
      unpackedBytes += piece.length;
      yield piece;
    }
  } catch (error) {
    throw packed.failure ?? new GzipError(packed.explain(error, unpackedBytes));
  }
}

/** What goes into the decompression. */
class PackedInput {
  readonly #source: AsyncIterable<Uint8Array>;
  #bytes = 0;
  #isOver = false;
  #end = new Uint8Array(0);
  #failure: unknown;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  /** What the source threw. */
  get failure(): unknown {
    return this.#failure;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of this.#source) {
        this.#bytes += piece.length;
        const end = new Uint8Array([...this.#end, ...piece.subarray(-LENGTH_BYTES)]);
        this.#end = end.slice(-LENGTH_BYTES);
        yield piece;
      }
      this.#isOver = true;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** Why and where the decompression failed. Within the data it reads ahead: the place is some pieces further. */
  explain(error: unknown, unpackedBytes: number): string {
    const place = `at octet ${this.#bytes}`;
    // The words of the runtime for octets that do not belong to the stream, and for a code that is none.
    const words = error instanceof Error ? error.message : "";
    if (words.includes("whole buffer")) {
      return `other data follow the gzipped, before octet ${this.#bytes}`;
    }
    if (!this.#isOver || words.includes("deflate")) {
      return `the gzipped data are damaged, before octet ${this.#bytes}`;
    }
    return this.#lengthIs(unpackedBytes)
      ? `the checksum of the gzipped data is wrong, ${place}`
      : `the gzipped data are cut off or damaged, ${place}`;
  }

  #lengthIs(unpackedBytes: number): boolean {
    if (this.#end.length < LENGTH_BYTES) return false;
    return new DataView(this.#end.buffer).getUint32(0, true) === unpackedBytes % 2 ** 32;
  }
}
