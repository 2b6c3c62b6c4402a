/** The destination of records: lines of a terminal, a file or memory. */

/** Takes whole lines, without their line breaks. */
export interface LineWriter {
  /** Takes one line. */
  line(text: string): void;
  /** Takes the line that every file of this output begins with. */
  header(text: string): void;
  /** Where lines can be written as octets of UTF-8, each with its line break; the room is valid until the next call. */
  block?(): TextRoom;
}

/** Text that is gathered as octets. */
export interface TextRoom {
  /** The octets; those behind {@linkcode length} mean nothing. */
  readonly bytes: Uint8Array;
  /** Octets written. */
  length: number;
  /** Makes room for that number of octets more; `bytes` may be others afterwards. */
  reserve(octets: number): void;
}
