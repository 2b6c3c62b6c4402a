/** A rate limit as a token bucket: `rate` tokens a second, at most a tenth of a second's worth at once, one at least. */
export class TokenBucket {
  readonly #rate: number;
  readonly #room: number;
  #tokens: number;
  #lastNs: number | undefined;

  /** `rate` is above 0; Infinity lets everything pass. */
  constructor(rate: number) {
    this.#rate = rate;
    this.#room = Math.max(1, rate / 10);
    this.#tokens = this.#room;
  }

  /** Takes a token; false where there is none. `nowNs` is CLOCK_MONOTONIC. */
  take(nowNs: number): boolean {
    if (this.#rate === Infinity) return true;
    const elapsedNs = nowNs - (this.#lastNs ?? nowNs);
    this.#lastNs = nowNs;
    this.#tokens = Math.min(this.#room, this.#tokens + elapsedNs * 1e-9 * this.#rate);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
