/**
 * Errors that poll(2) reports on the sockets of a run, and that nothing else reads: what stays there makes every wait end
 * at once, and the run spin.
 */

import { platform } from "../platform.ts";
import type { SocketEnds } from "../posix/datagram.ts";
import { readPendingError } from "../posix/socket_option.ts";
import type { SocketTroubles } from "../posix/socket_troubles.ts";
import { ErrorQueue } from "./error_queue.ts";

/** Errors in a row that could not be cleared, after which waits do not poll any more. */
const MAX_STUCK_ERRORS = 3;

/** Clears the errors of two sockets. It does not own them. */
export class PendingErrors {
  readonly #ends: SocketEnds;
  readonly #troubles: SocketTroubles;
  #queue: ErrorQueue | undefined;
  /** Transmit stamps were taken since poll last reported an error. */
  #stampsTaken = true;
  /** Failed calls at the last wait. */
  #failuresBefore: number;
  /** Errors in a row that could not be cleared. */
  #stuck = 0;

  /** `troubles` counts the failed calls of these sockets. */
  constructor(ends: SocketEnds, troubles: SocketTroubles) {
    this.#ends = ends;
    this.#troubles = troubles;
    this.#failuresBefore = troubles.count;
  }

  /** Whether poll would wait: not after a receive call that failed, nor with an error that cannot be cleared. */
  mayPoll(): boolean {
    const failures = this.#troubles.count;
    const hasFailed = failures !== this.#failuresBefore;
    this.#failuresBefore = failures;
    if (this.#stuck < MAX_STUCK_ERRORS) return !hasFailed;
    this.#stuck--;
    return false;
  }

  /** The caller takes the transmit stamps, and with them what the error queue holds. */
  markStampsTaken(): void {
    this.#stampsTaken = true;
  }

  /** Call when poll has reported an error: transmit stamps that will be taken, or what nothing else reads. */
  clear(): void {
    if (this.#stampsTaken) {
      this.#stampsTaken = false;
      return;
    }
    if (!platform.hasErrorQueue) return;
    this.#queue ??= new ErrorQueue(this.#ends.sendFd);
    const isCleared = this.#queue.drain() || readPendingError(this.#ends.receiveFd) !== 0;
    this.#stuck = isCleared ? 0 : this.#stuck + 1;
  }
}
