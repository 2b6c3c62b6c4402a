/** Stopping this process as a shell's Ctrl-Z does, kill(2). */

import { SIGSTOP } from "./constants.ts";
import { checkResult } from "./errno.ts";
import { openLibc } from "./libc.ts";

/**
 * Stops this process; returns when it is continued.
 *
 * @throws {SystemError} when the system refuses
 */
export function stopProcess(): void {
  checkResult(openLibc().kill(Deno.pid, SIGSTOP), "kill", "stop this program");
}
