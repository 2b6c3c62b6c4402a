/** Text for standard output that is no run: help, scripts, findings. */

import { isClosedPipe, LineSink } from "../report/line_sink.ts";
import { complain } from "./complain.ts";
import { ExitCode } from "./exit_code.ts";
import type { System } from "./system.ts";

/**
 * Writes text that ends with a line break. Returns `ExitCode.System`, and says so in one line, where standard
 * output cannot be written; a reader that has gone is no fault of anybody.
 */
export function print(system: Pick<System, "stdout" | "stderr">, text: string): ExitCode {
  let exitCode: ExitCode = ExitCode.Ok;
  const sink = new LineSink(system.stdout, (error) => {
    if (isClosedPipe(error)) return;
    complain(system, `Cannot write the output: ${error.message}`);
    exitCode = ExitCode.System;
  });
  sink.line(text.replace(/\n$/, ""));
  sink.flush();
  return exitCode;
}
