/** Lines of lists that cannot be used: told with their place, the first few of them, while the others are. */

import { shortText } from "../terminal/safe_text.ts";
import type { ListedWord } from "../targets/list_words.ts";
import { printError } from "./outcome.ts";
import type { System } from "./system.ts";

/** Lines that are named. */
const MAX_NAMED = 10;

/** Tells of the lines of one run that are skipped. */
export class SkippedLines {
  readonly #system: Pick<System, "stderr">;
  #count = 0;

  /** Tells standard error. */
  constructor(system: Pick<System, "stderr">) {
    this.#system = system;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Tells of one: `hosts.txt:3: Cannot ask 192.0.2.300: …`. */
  tell({ file, line }: Pick<ListedWord, "file" | "line">, complaint: string): void {
    if (++this.#count > MAX_NAMED) return;
    printError(this.#system, `${formatPlace(file, line)}: ${complaint}`);
  }

  /** Tells how many more there were. */
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
