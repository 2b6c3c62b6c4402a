/** Which probes no answer is awaited for any more, without a table of probes. */

/** How far a sweep is on its way out. {@linkcode SenderPool} is such. */
export interface Departures {
  /** All probes below this position were handed to the kernel, taken or not. */
  readonly departed: number;
  /** Probes that each sender has handed to the kernel. */
  readonly sent: readonly number[];
  /** Of those, the probes that have left this machine; fewer where that is not known. */
  readonly gone: readonly number[];
}

interface Mark {
  readonly position: number;
  /** What each sender had handed over by then. Once as much has left, so has all that lies below the position. */
  readonly sent: readonly number[];
  /** When all of it was seen to have left. */
  goneNs: number;
}

/** At most this many marks are kept: with the longest sensible cooldown, they lie further apart. */
const MAX_MARKS = 256;

/** Remembers when the probes below which position had left. */
export class SettledMark {
  readonly #departures: Departures;
  readonly #cooldownNs: number;
  readonly #spacingNs: number;
  #marks: Mark[] = [];
  #settled: number;
  #isHeld = false;
  #notedNs = -Infinity;

  /**
   * Starts with nothing under way.
   *
   * @param departures what is looked at
   * @param cooldownMs how long an answer is awaited, in milliseconds
   */
  constructor(departures: Departures, cooldownMs: number) {
    this.#departures = departures;
    this.#settled = departures.departed;
    this.#cooldownNs = cooldownMs * 1e6;
    this.#spacingNs = Math.max(50e6, this.#cooldownNs / MAX_MARKS);
  }

  /** Whether it is time to {@linkcode note}. */
  isDue(nowNs: number): boolean {
    return nowNs - this.#notedNs >= this.#spacingNs;
  }

  /** Notes what has left by `nowNs` (monotonic). */
  note(nowNs: number): void {
    this.#notedNs = nowNs;
    const { departed: position, sent, gone } = this.#departures;
    if (position > (this.#marks.at(-1)?.position ?? this.#settled)) {
      this.#marks.push({ position, sent, goneNs: Infinity });
    }
    for (const mark of this.#marks) {
      if (mark.goneNs < Infinity) continue;
      if (mark.sent.some((count, sender) => count > (gone[sender] as number))) break;
      mark.goneNs = nowNs;
    }
  }

  /** Starts again with nothing under way: the sweep went back to a position. */
  reset(): void {
    this.#marks = [];
    this.#settled = this.#departures.departed;
    this.#notedNs = -Infinity;
  }

  /** Keeps the settled position as it is at `nowNs` until the end of `work`. */
  async hold<T>(nowNs: number, work: () => Promise<T>): Promise<T> {
    this.settled(nowNs);
    this.#isHeld = true;
    try {
      return await work();
    } finally {
      this.#isHeld = false;
    }
  }

  /** The position below which every probe left at least a cooldown before `nowNs`. */
  settled(nowNs: number): number {
    if (this.#isHeld) return this.#settled;
    const first = this.#marks.findIndex(({ goneNs }) => nowNs - goneNs < this.#cooldownNs);
    const count = first < 0 ? this.#marks.length : first;
    this.#settled = this.#marks[count - 1]?.position ?? this.#settled;
    this.#marks.splice(0, count);
    return this.#settled;
  }
}
