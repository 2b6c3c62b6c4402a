/** The destination of records: lines of a terminal, a file or memory. */

/** Takes whole lines, without their line breaks. */
export interface LineWriter {
  /** Takes one line. */
  line(text: string): void;
  /** Takes the line that every file of this output begins with. */
  header(text: string): void;
}
