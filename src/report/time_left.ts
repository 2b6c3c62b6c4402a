/** How much longer something takes that goes on at an uneven rate. */

/** Seconds over which the rate is taken, about. */
const WINDOW_SECONDS = 15;
/** Seconds over which it is smoothed: probes leave in bursts. */
const SMOOTHING_SECONDS = 5;

/** A mean over time in which what is older counts for less. */
class FadingMean {
  readonly #windowSeconds: number;
  #sum = 0;
  #seconds = 0;

  constructor(windowSeconds: number) {
    this.#windowSeconds = windowSeconds;
  }

  get value(): number {
    return this.#seconds > 0 ? this.#sum / this.#seconds : 0;
  }

  add(amount: number, seconds: number): void {
    const kept = Math.exp(-seconds / this.#windowSeconds);
    this.#sum = this.#sum * kept + amount;
    this.#seconds = this.#seconds * kept + seconds;
  }
}

/** Measures a rate, and how long the rest takes at that rate. */
export class TimeLeft {
  readonly #rate = new FadingMean(WINDOW_SECONDS);
  readonly #smoothRate = new FadingMean(SMOOTHING_SECONDS);
  #atSeconds: number | undefined;
  #done = 0;

  /**
   * Notes how much is done at a time.
   *
   * @param nowSeconds any clock that only goes forward
   * @param done as a total
   */
  note(nowSeconds: number, done: number): void {
    if (this.#atSeconds !== undefined) {
      const seconds = nowSeconds - this.#atSeconds;
      this.#rate.add(done - this.#done, seconds);
      this.#smoothRate.add(this.#rate.value * seconds, seconds);
    }
    this.#atSeconds = nowSeconds;
    this.#done = done;
  }

  /** Done in a second, lately; 0 before anything is known. */
  get rate(): number {
    return this.#smoothRate.value;
  }

  /** What is done of `total`, 0 to 1; undefined where that has no end, or is nothing. */
  shareOf(total: number): number | undefined {
    return Number.isFinite(total) && total > 0 ? Math.min(1, this.#done / total) : undefined;
  }

  /** Seconds until `total` is done; undefined where that cannot be said. */
  secondsTo(total: number): number | undefined {
    const { rate } = this;
    if (!Number.isFinite(total) || !(rate > 0)) return undefined;
    return Math.max(0, total - this.#done) / rate;
  }
}
