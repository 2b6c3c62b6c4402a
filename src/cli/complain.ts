/** One line on standard error. */

import { shortText } from "../terminal/safe_text.ts";
import type { System } from "./system.ts";

/** What Deno adds to the words of the system: a number, and sometimes the name of its call. */
const RUNTIME_WORDS = / \(os error \d{1,5}\)(?:: [a-z]+ '[^']*')?/;

/** Writes `icmptime: <message>` to standard error, made safe for a terminal and not longer than a message may be. */
export function complain(system: Pick<System, "stderr">, message: string): void {
  try {
    system.stderr.writeSync(
      new TextEncoder().encode(`icmptime: ${shortText(message.replace(RUNTIME_WORDS, ""))}\n`),
    );
  } catch {
    // Nobody can be told that nobody listens, or that there is no room for the word.
  }
}

/** Gives up every privilege, and reports in one line what of root is left. */
export function giveUpPrivileges(system: Pick<System, "stderr" | "dropPrivileges">): void {
  const remainder = system.dropPrivileges();
  if (remainder !== undefined) complain(system, remainder);
}
