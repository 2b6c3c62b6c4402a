/**
 * Failures of system calls that a run survives: an optional socket option that the kernel lacks, a receive call that
 * fails for a reason of the machine. Each kind is reported once, all are counted.
 */

import { SystemError } from "./errno.ts";

/** Counts the failures of one socket. */
export class SocketTroubles {
  /** Failures so far. */
  count = 0;
  readonly #report: ((error: SystemError) => void) | undefined;
  readonly #known = new Set<string>();

  /** Calls `report` with the first failure of each system call and error number. */
  constructor(report?: (error: SystemError) => void) {
    this.#report = report;
  }

  /** A call has failed. */
  add(error: SystemError): void {
    this.count++;
    const kind = `${error.syscall} ${error.errno} ${error.message}`;
    if (this.#known.has(kind)) return;
    this.#known.add(kind);
    this.#report?.(error);
  }

  /** Does what a run can do without: when the kernel refuses, that is added, and the result is undefined. */
  attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.add(error);
      return undefined;
    }
  }
}
