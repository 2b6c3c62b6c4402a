/** Text for standard output that is no run: help, scripts, findings. */

import { LineSink } from "../terminal/line_sink.ts";
import { ExitCode } from "./exit_code.ts";
import { complainOfOutput, hasLostOutput } from "./output.ts";
import type { System } from "./system.ts";

/**
 * Writes text that ends with a line break, and waits for its reader. Returns `ExitCode.System`, and says so in one line,
 * where standard output cannot be written; a reader that has gone is no fault of anybody.
 */
export async function print(
  system: Pick<System, "stdout" | "stderr">,
  text: string,
): Promise<ExitCode> {
  const sink = new LineSink(system.stdout, (error) => complainOfOutput(error, system));
  sink.line(text.replace(/\n$/, ""));
  await sink.drain();
  return hasLostOutput(sink) ? ExitCode.System : ExitCode.Ok;
}
