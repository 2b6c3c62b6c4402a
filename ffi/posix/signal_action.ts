/** What a signal does to this program, sigaction(2). */

import { AF_INET, SIG_IGN, SIGHUP, SOCK_DGRAM } from "./constants.ts";
import { checkResult } from "./errno.ts";
import { Sigaction } from "./layout.ts";
import { openLibc } from "./libc.ts";

/**
 * Whether SIGHUP is ignored. Before the first listener, that is what the program was started with, as by nohup(1); but half a second
 * after the start the runtime takes signals over, so ask before anything that takes long.
 *
 * Memory: C writes the action during the call only.
 */
export function isHangupIgnored(): boolean {
  const action = new Uint8Array(Sigaction.size);
  if (openLibc().sigaction(SIGHUP, null, action) !== 0) return false;
  return new DataView(action.buffer).getBigUint64(Sigaction.handler, true) === BigInt(SIG_IGN);
}

/** Descriptors that the runtime opens at its first signal listener, and one with which a wait is ended. */
const NEEDED_DESCRIPTORS = 3;

/**
 * Fails where too few descriptors are left for listening to signals: the runtime itself would abort.
 *
 * @throws {SystemError} EMFILE or ENFILE
 */
export function requireSignalDescriptors(): void {
  const libc = openLibc();
  const opened: number[] = [];
  try {
    while (opened.length < NEEDED_DESCRIPTORS) {
      const descriptor = libc.socket(AF_INET, SOCK_DGRAM, 0);
      opened.push(checkResult(descriptor, "socket", "listen for signals"));
    }
  } finally {
    for (const descriptor of opened) libc.close(descriptor);
  }
}
