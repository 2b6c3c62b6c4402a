/** One line on standard error. */

import { isClosedPipe } from "../report/line_sink.ts";
import { safeText } from "../report/safe_text.ts";
import type { System } from "./system.ts";

/** Writes `icmptime: <message>` to standard error, made safe for a terminal. */
export function complain(system: Pick<System, "stderr">, message: string): void {
  try {
    system.stderr.writeSync(new TextEncoder().encode(`icmptime: ${safeText(message)}\n`));
  } catch (error) {
    // Nobody can be told that nobody listens.
    if (!isClosedPipe(error)) throw error;
  }
}
