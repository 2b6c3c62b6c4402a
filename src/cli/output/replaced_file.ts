/** `-o FILE` of a form that is one text: gathered, and put in the place of what the file holds when all is known. */

import type { ByteSink } from "../../terminal/line_sink.ts";
import { shortText } from "../../terminal/safe_text.ts";
import { openOutput, systemReason } from "../files.ts";
import { UsageError } from "../outcome.ts";
import type { System } from "../system.ts";

/** Longest file that can be ours, in bytes: a line has a hundred. */
const MAX_BYTES = 1 << 28;

/** How a text of this form begins, and what it is called in messages. */
export interface TextForm {
  /** First characters. */
  readonly start: string;
  /** Name of the form. */
  readonly name: string;
}

/** A file that is replaced at the end. */
export class ReplacedFile implements ByteSink {
  readonly #path: string;
  readonly #system: Pick<System, "files">;
  readonly #file: ReturnType<System["files"]["openFile"]>;
  readonly #chunks: Uint8Array[] = [];

  /**
   * Opens the file; it keeps what it holds until {@linkcode replace}.
   *
   * @throws {UsageError} It cannot be opened, or holds something else.
   */
  constructor(path: string, form: TextForm, system: Pick<System, "files">) {
    this.#path = path;
    this.#system = system;
    const { sizeBytes = 0 } = system.files.identifyFile(path) ?? {};
    if (sizeBytes > 0 && !system.files.readRegularFile(path, MAX_BYTES)?.startsWith(form.start)) {
      throw new UsageError(
        `Cannot write ${form.name} to ${
          shortText(path)
        }: it holds something else, expected a new file or one of ${form.name}`,
      );
    }
    this.#file = openOutput(path, () => system.files.openFile(path, "create"));
  }

  /** Keeps the bytes; the file is written as a whole at the end. */
  writeSync(bytes: Uint8Array): number {
    this.#chunks.push(bytes.slice());
    return bytes.length;
  }

  /** There always is room. */
  waitForRoom(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Puts what was gathered in the place of what the file holds, in one step where the rights suffice that are left now. Nothing
   * happens where nothing was gathered: the run has failed.
   *
   * @throws {Error} It cannot be written; in a sentence.
   */
  replace(): void {
    if (this.#chunks.length === 0) return;
    const text = new Uint8Array(this.#chunks.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const chunk of this.#chunks.splice(0)) {
      text.set(chunk, offset);
      offset += chunk.length;
    }
    try {
      if (this.#system.files.replaceFile(this.#path, text)) return;
      this.#file.clear();
      for (let rest = text; rest.length > 0;) rest = rest.subarray(this.#file.writeSync(rest));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new Error(`Cannot write to ${shortText(this.#path)}: ${systemReason(error)}`);
    }
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}
