/** Lines of lists that cannot be used: the first few are reported with their place, the others counted. */

import { shortText } from "../../terminal/safe_text.ts";
import type { ListedWord } from "../../targets/list_words.ts";
import { printError } from "../outcome.ts";
import type { System } from "../system.ts";

/** Lines that are named. */
const MAX_NAMED = 10;

/** Reports the lines that one run skips. */
export class SkippedLines {
  readonly #system: Pick<System, "stderr">;
  #count = 0;

  /** Reports to standard error. */
  constructor(system: Pick<System, "stderr">) {
    this.#system = system;
  }

  /** Number of lines reported so far, those that were only counted included. */
  get count(): number {
    return this.#count;
  }

  /** Reports a line: `hosts.txt:3: Cannot probe 192.0.2.300: …`. */
  report({ file, line }: Pick<ListedWord, "file" | "line">, complaint: string): void {
    if (++this.#count > MAX_NAMED) return;
    printError(this.#system, `${formatPlace(file, line)}: ${complaint}`);
  }

  /** Reports how many more lines there were. */
  close(): void {
    const others = this.#count - MAX_NAMED;
    if (others <= 0) return;
    printError(this.#system, `${others} more ${others === 1 ? "line" : "lines"} could not be used`);
  }
}

/** `hosts.txt:3` or `standard input:3`, as compilers name a line. */
export function formatPlace(file: string, line: number): string {
  return `${file === "-" ? "standard input" : shortText(file)}:${line}`;
}
