/** What a signal does to this program, sigaction(2). */

import { SIG_IGN, SIGHUP } from "./constants.ts";
import { Sigaction } from "./layout.ts";
import { openLibc } from "./libc.ts";

/**
 * Whether SIGHUP is ignored. Asked before anybody listens for it, that says what the program was started with, as by nohup(1).
 *
 * Memory: C writes the action during the call only.
 */
export function isHangupIgnored(): boolean {
  const action = new Uint8Array(Sigaction.size);
  if (openLibc().sigaction(SIGHUP, null, action) !== 0) return false;
  return new DataView(action.buffer).getBigUint64(Sigaction.handler, true) === BigInt(SIG_IGN);
}
