/** Reads a program's JSON Lines as they come, keeping none. */

const BAD_LINES_KEPT = 3;

/** Counts records by type. */
export class LineCounter {
  /** Lines by the type of their record. */
  readonly lines = new Map<string, number>();
  /** The first lines that are not JSON objects with a type. */
  readonly badLines: string[] = [];
  /** The numbers of the record `end`, once it has come. */
  end: Readonly<Record<string, number>> | undefined;

  /** Reads to the end. What follows the last line break counts as a bad line. */
  async read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(line);
    }
    if (rest !== "") this.#refuse(rest);
  }

  #take(line: string): void {
    let record: Record<string, unknown> | null;
    try {
      record = JSON.parse(line);
    } catch {
      return this.#refuse(line);
    }
    const type = record?.["type"];
    if (typeof type !== "string") return this.#refuse(line);
    this.lines.set(type, (this.lines.get(type) ?? 0) + 1);
    if (type === "end") this.end = record as Record<string, number>;
  }

  #refuse(line: string): void {
    if (this.badLines.length < BAD_LINES_KEPT) this.badLines.push(line);
  }
}
