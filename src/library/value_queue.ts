/** Values from a run that pushes them to a caller that pulls them, at most a bounded number in between. */

/** Values that wait before the run is held up. */
const MAX_WAITING = 10_000;

/** Values in the order in which they were pushed. */
export class ValueQueue<T> implements AsyncIterable<T> {
  readonly #maxWaiting: number;
  #waiting: T[] = [];
  #next = 0;
  #wakeReader: () => void = () => {};
  #wakeRun: () => void = () => {};
  #isEnded = false;
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  /** Starts empty. `maxWaiting`: values up to which the run is not held up, from 1. */
  constructor(maxWaiting: number = MAX_WAITING) {
    this.#maxWaiting = maxWaiting;
  }

  /** Number of values that wait for the caller. */
  get size(): number {
    return this.#waiting.length - this.#next;
  }

  /** Adds a value; none after {@linkcode close}. */
  push(value: T): void {
    if (this.#isClosed) return;
    this.#waiting.push(value);
    this.#wakeReader();
  }

  /** A promise while too many values wait: the run sends and reads nothing until it resolves. */
  room(): Promise<void> | undefined {
    if (this.#isClosed || this.size < this.#maxWaiting) return undefined;
    return new Promise((resolve) => this.#wakeRun = resolve);
  }

  /** No value will follow. */
  end(): void {
    this.#isEnded = true;
    this.#wakeReader();
  }

  /** No value will follow, because of that error: the caller gets it after the values before it. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.end();
  }

  /** The caller takes no more: a run that is held up continues. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#next = 0;
    this.#wakeRun();
  }

  /** Every value once; waits for the next one until the end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      while (this.size > 0) yield this.#take();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
  }

  #take(): T {
    const value = this.#waiting[this.#next++] as T;
    if (this.#next === this.#waiting.length || this.#next >= this.#maxWaiting) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    if (this.size < this.#maxWaiting) this.#wakeRun();
    return value;
  }
}
