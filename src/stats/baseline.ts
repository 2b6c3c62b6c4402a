/**
 * What a direction's delay is when nothing queues, and how far above that it is now.
 *
 * One-way delays of this tool contain the clock offset, which is unknown but nearly constant; the
 * change against a running minimum is free of it. The minimum runs over a window, so that it
 * follows a new route, and the slow drift of two clocks.
 */

/** How the minimum of the last while is kept. */
export interface RunningMinimumOptions {
  /** Length of the window, nanoseconds; default one minute. */
  readonly windowNs?: number;
  /** Parts into which the window is cut; it moves on by one part at a time. Default 12. */
  readonly parts?: number;
}

const DEFAULT_WINDOW_NS = 60e9;
const DEFAULT_PARTS = 12;

/** Minimum over a moving window, in constant time and memory: one minimum for each part of the window. */
export class RunningMinimum {
  readonly #partNs: number;
  // A plain array: there are two for each of many targets, and a typed one costs its own block.
  readonly #minima: number[];
  #part = -Infinity;
  #minimum = Infinity;

  /**
   * Starts with an empty window.
   *
   * @throws {RangeError} when the window or the number of parts is not positive.
   */
  constructor(options: RunningMinimumOptions = {}) {
    const windowNs = options.windowNs ?? DEFAULT_WINDOW_NS;
    const parts = options.parts ?? DEFAULT_PARTS;
    if (!(windowNs > 0) || !Number.isInteger(parts) || parts < 1) {
      throw new RangeError(
        `Cannot cut a window of ${windowNs} ns into ${parts} parts: positive numbers are wanted`,
      );
    }
    this.#partNs = windowNs / parts;
    this.#minima = new Array<number>(parts).fill(Infinity);
  }

  /** Adds a value seen at a monotonic time. A value older than the window is ignored. */
  add(atNs: number, value: number): void {
    const part = Math.floor(atNs / this.#partNs);
    const parts = this.#minima.length;
    this.#advance(part);
    if (part <= this.#part - parts) return;
    const slot = ((part % parts) + parts) % parts;
    this.#minima[slot] = Math.min(value, this.#minima[slot] ?? Infinity);
    this.#minimum = Math.min(value, this.#minimum);
  }

  /** Smallest value of the window that ends at the newest part seen; undefined when there is none. */
  get minimum(): number | undefined {
    return this.#minimum === Infinity ? undefined : this.#minimum;
  }

  /** Forgets everything. */
  clear(): void {
    this.#minima.fill(Infinity);
    this.#part = -Infinity;
    this.#minimum = Infinity;
  }

  #advance(part: number): void {
    if (part <= this.#part) return;
    const parts = this.#minima.length;
    const passed = Math.min(parts, part - this.#part);
    for (let step = 0; step < passed; step += 1) {
      const slot = (((part - step) % parts) + parts) % parts;
      this.#minima[slot] = Infinity;
    }
    this.#part = part;
    this.#minimum = Math.min(...this.#minima);
  }
}

/** How far the delays of one probe are above their baselines. */
export interface DelayChange {
  /** Way out: delay minus its running minimum, milliseconds, not negative. */
  readonly outMs: number;
  /** Way back: delay minus its running minimum, milliseconds, not negative. */
  readonly backMs: number;
}

/**
 * A step of either clock moves the two delays by the same amount in opposite senses and leaves the
 * round trip alone. Below this many milliseconds rounding and queues can look like that.
 */
const STEP_MS = 5;

/** The two sums may differ by this share of the step: some queueing may come along with it. */
const STEP_ASYMMETRY = 0.25;

/** Baselines of both directions of one target. */
export class DelayBaseline {
  readonly #out: RunningMinimum;
  readonly #back: RunningMinimum;

  /**
   * Starts without a baseline.
   *
   * @throws {RangeError} when the options make no window.
   */
  constructor(options: RunningMinimumOptions = {}) {
    this.#out = new RunningMinimum(options);
    this.#back = new RunningMinimum(options);
  }

  /** Baseline of the outward delay, milliseconds, clock offset included; undefined before the first probe. */
  get outMs(): number | undefined {
    return this.#out.minimum;
  }

  /** Baseline of the return delay, milliseconds, clock offset included; undefined before the first probe. */
  get backMs(): number | undefined {
    return this.#back.minimum;
  }

  /**
   * Adds the delays of one probe and says how far above the baselines they are.
   *
   * @param atNs monotonic time of the probe, nanoseconds.
   * @param outMs outward delay, clock offset included.
   * @param backMs return delay, clock offset included.
   */
  add(atNs: number, outMs: number, backMs: number): DelayChange {
    if (this.#isStep(outMs, backMs)) {
      this.#out.clear();
      this.#back.clear();
    }
    this.#out.add(atNs, outMs);
    this.#back.add(atNs, backMs);
    return {
      outMs: Math.max(0, outMs - (this.#out.minimum ?? outMs)),
      backMs: Math.max(0, backMs - (this.#back.minimum ?? backMs)),
    };
  }

  #isStep(outMs: number, backMs: number): boolean {
    const outBaseMs = this.#out.minimum;
    const backBaseMs = this.#back.minimum;
    if (outBaseMs === undefined || backBaseMs === undefined) return false;
    const outChangeMs = outMs - outBaseMs;
    const backChangeMs = backMs - backBaseMs;
    const stepMs = Math.abs(outChangeMs - backChangeMs) / 2;
    // Changes of one sense add up to more than twice the step.
    return stepMs > STEP_MS && Math.abs(outChangeMs + backChangeMs) < STEP_ASYMMETRY * stepMs;
  }
}
