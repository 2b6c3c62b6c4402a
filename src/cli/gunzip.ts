/**
 * Gzipped input (RFC 1952), unpacked piece by piece; where it cannot be, what was unpacked so far has been handed over.
 *
 * A file may have several members, one after the other. The runtime unpacks one, and refuses the first octet behind it, but does
 * not say where it ended. So the octet with which another member may begin is handed over alone: if it is refused, one begins.
 */

const MAGIC = [0x1f, 0x8b] as const;
/** What follows: the compression method, always the same, and flags with three bits that are 0, §2.3. */
const METHOD = 8;
const FLAGS = 0x1f;
/** Octets that are unpacked at once: they may become a thousand times as many. */
const PART_BYTES = 1 << 14;
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
  let member = new Member();
  try {
    for await (const piece of packed.pieces()) {
      for (const part of splitAtHeads(piece)) {
        if (part.length === 1 && part[0] === MAGIC[0]) {
          yield* await member.drain();
          if (!(await member.takes(part))) {
            member = new Member();
            await member.write(part);
          }
        } else await member.write(part);
        yield* member.unpacked();
      }
    }
    await member.close();
    yield* await member.drain();
  } catch (error) {
    yield* member.unpacked();
    throw packed.failure ?? new GzipError(packed.explain(error, member.unpackedBytes));
  }
}

/** The parts of a piece; each octet with which a member may begin is one of its own. */
function* splitAtHeads(piece: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let at = piece.indexOf(MAGIC[0]); at >= 0; at = piece.indexOf(MAGIC[0], at + 1)) {
    const isHead = (piece[at + 1] ?? MAGIC[1]) === MAGIC[1] &&
      (piece[at + 2] ?? METHOD) === METHOD && (piece[at + 3] ?? 0) <= FLAGS;
    if (!isHead) continue;
    yield* cut(piece.subarray(start, at));
    yield piece.subarray(at, at + 1);
    start = at + 1;
  }
  yield* cut(piece.subarray(start));
}

function* cut(octets: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; at += PART_BYTES) yield octets.subarray(at, at + PART_BYTES);
}

/** One member of gzipped data. */
class Member {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #unpacked: Uint8Array[] = [];
  #bytes = 0;

  constructor() {
    const { readable, writable } = new DecompressionStream("gzip");
    this.#writer = writable.getWriter() as WritableStreamDefaultWriter<Uint8Array>;
    this.#writer.closed.catch(() => {});
    // What fails is known from writing.
    this.#reading = this.#read(readable).catch(() => {});
  }

  /** How much was unpacked. */
  get unpackedBytes(): number {
    return this.#bytes;
  }

  /** Takes what was unpacked so far. */
  unpacked(): Uint8Array[] {
    const taken = this.#unpacked;
    this.#unpacked = [];
    return taken;
  }

  /** Takes what was unpacked, after all that is ready has come. */
  async drain(): Promise<Uint8Array[]> {
    await new Promise((resolve) => setTimeout(resolve));
    return this.unpacked();
  }

  /** Unpacks some more. */
  async write(part: Uint8Array): Promise<void> {
    await this.#writer.write(part);
  }

  /** Unpacks some more; false where the member is over. */
  async takes(part: Uint8Array): Promise<boolean> {
    try {
      await this.#writer.write(part);
      return true;
    } catch (error) {
      if (isBehindEnd(error)) return false;
      throw error;
    }
  }

  /** Nothing follows. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#reading;
  }

  async #read(readable: ReadableStream<Uint8Array>): Promise<void> {
    for await (const piece of readable) {
      this.#unpacked.push(piece);
      this.#bytes += piece.length;
    }
  }
}

/** Whether the runtime says that octets do not belong to the stream. */
function isBehindEnd(error: unknown): boolean {
  return error instanceof Error && error.message.includes("whole buffer");
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
    if (isBehindEnd(error)) {
      return `other data follow the gzipped, before octet ${this.#bytes}`;
    }
    // The words of the runtime for a code that is none.
    const words = error instanceof Error ? error.message : "";
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
