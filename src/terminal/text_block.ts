/** Text that is gathered as octets. */

const encoder = new TextEncoder();
/** Octets of UTF-8 for each unit of a string, at most. */
const MAX_UNIT_OCTETS = 3;
const MIN_OCTETS = 1 << 10;

/** A buffer of UTF-8 that grows. Who writes into it reserves room, writes behind {@linkcode length} and moves that. */
export class TextBlock {
  /** The octets; those behind {@linkcode length} mean nothing. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Octets written. */
  length = 0;

  /** Makes room for that number of octets more. */
  reserve(octets: number): void {
    const needed = this.length + octets;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(MIN_OCTETS, needed, this.bytes.length * 2));
    grown.set(this.written);
    this.bytes = grown;
  }

  /** Writes a text. */
  text(text: string): void {
    this.reserve(text.length * MAX_UNIT_OCTETS);
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** What was written, as a view. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Starts again, in the same octets. */
  clear(): void {
    this.length = 0;
  }
}
