/** The restarts of a tracker, and by how much the remote clock moved at each. */

import { foldMs } from "../time/day.ts";
import type { ClockFit } from "./fit.ts";
import type { Restart } from "./state.ts";

const RESTARTS_KEPT = 32;

/** Keeps the latest restarts. */
export class RestartLog {
  #restarts: Restart[] = [];
  #count = 0;
  /** The fit up to the last change of the remote clock, to compute its size. */
  #before: ClockFit | undefined;

  /** Number of restarts, also of those that are not kept. */
  get count(): number {
    return this.#count;
  }

  /**
   * The latest restarts, oldest first. How far the offset moved at the last one is known better with each reply since.
   *
   * @param now the fit since the last restart.
   */
  list(now: ClockFit | undefined): Restart[] {
    const last = this.#restarts[this.#restarts.length - 1];
    if (last === undefined || this.#before === undefined || now === undefined) {
      return [...this.#restarts];
    }
    const changeMs = offsetChangeMs(this.#before, now, last.atNs) ?? last.changeMs;
    return [...this.#restarts.slice(0, -1), { ...last, changeMs }];
  }

  /**
   * Adds a restart.
   *
   * @param ended the fit since the restart before this one, all of it.
   * @param before the part of it before the remote clock changed; undefined where that is not known.
   */
  add(restart: Restart, ended: ClockFit | undefined, before: ClockFit | undefined): void {
    // What is known by now of the size of the change before stays.
    this.#restarts = this.list(ended);
    this.#before = before;
    this.#count += 1;
    this.#restarts.push(restart);
    if (this.#restarts.length > RESTARTS_KEPT) this.#restarts.shift();
  }
}

/** How far the likeliest offset moved from one fit to the next, milliseconds. */
function offsetChangeMs(before: ClockFit, after: ClockFit, atNs: number): number | undefined {
  const old = before.estimate(atNs);
  const now = after.estimate(atNs);
  if (old === undefined || now === undefined) return undefined;
  return foldMs(after.referenceMs + now.offsetMs - before.referenceMs - old.offsetMs);
}
