/** Which probes no answer is awaited for any more, without a table of probes. */

interface Mark {
  readonly position: number;
  readonly sentNs: number;
}

/** At most this many marks are kept: with the longest sensible cooldown, they lie further apart. */
const MOST_MARKS = 256;

/** Remembers when the scan passed which position. */
export class SettledMark {
  readonly #cooldownNs: number;
  readonly #spacingNs: number;
  #marks: Mark[] = [];
  #settled: number;

  /**
   * Starts with nothing under way.
   *
   * @param start position where the scan begins
   * @param cooldownMs how long an answer is awaited, in milliseconds
   */
  constructor(start: number, cooldownMs: number) {
    this.#settled = start;
    this.#cooldownNs = cooldownMs * 1e6;
    this.#spacingNs = Math.max(50e6, this.#cooldownNs / MOST_MARKS);
  }

  /** Notes that all probes below `position` had left by `nowNs` (monotonic). */
  note(position: number, nowNs: number): void {
    const latest = this.#marks.at(-1);
    if (latest !== undefined && nowNs - latest.sentNs < this.#spacingNs) return;
    this.#marks.push({ position, sentNs: nowNs });
  }

  /** The position below which every probe left at least a cooldown before `nowNs`. */
  settled(nowNs: number): number {
    let count = 0;
    for (const mark of this.#marks) {
      if (nowNs - mark.sentNs < this.#cooldownNs) break;
      this.#settled = mark.position;
      count++;
    }
    if (count > 0) this.#marks = this.#marks.slice(count);
    return this.#settled;
  }
}
