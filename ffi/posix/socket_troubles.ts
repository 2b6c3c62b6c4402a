/**
 * Failures of system calls that a run survives. Each kind is reported once. A receive call that fails for a reason of the
 * machine is counted as well, since replies may be lost; an option that the kernel or a sandbox refuses is not.
 */

import { SystemError } from "./errno.ts";

/** Reports and counts the failures of one socket. */
export class SocketTroubles {
  /** Calls that failed so far, without what was refused to {@linkcode attempt}. */
  count = 0;
  readonly #report: ((error: SystemError) => void) | undefined;
  readonly #known = new Set<string>();

  /** Calls `report` with the first failure of each system call and error number. */
  constructor(report?: (error: SystemError) => void) {
    this.#report = report;
  }

  /** A call has failed, and replies may be lost. */
  add(error: SystemError): void {
    this.count++;
    this.report(error);
  }

  /** Something was refused that the run can do without. */
  report(error: SystemError): void {
    const kind = `${error.syscall} ${error.errno} ${error.message}`;
    if (this.#known.has(kind)) return;
    this.#known.add(kind);
    this.#report?.(error);
  }

  /** Does what a run can do without: where that is refused, it is reported, and the result is undefined. */
  attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.report(error);
      return undefined;
    }
  }
}
