/**
 * Counts of delays in bins whose bounds grow geometrically, so that any two histograms can be added: quantiles
 * within 2 %, as a rule far better, as in a DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019), with the same bins for every series.
 *
 * Only bins that hold something take memory. Least and greatest value are kept exactly beside it, by {@linkcode Delays}.
 */

/** Delays up to this share the first bin, milliseconds. */
const LEAST_MS = 1e-3;
/** Ratio of the bounds of a bin. */
const RATIO = 1.02;
const LOG_RATIO = Math.log(RATIO);
/** Delays from about 20 days on share the last bin. */
const LAST_BIN = 1400;
/** Numbers for each bin: which one, how many values, and their sum: the mean of a bin is nearer to them than its middle. */
const STRIDE = 3;

/** Counts of values, sorted by bin. Plain arrays: there are many of them, and most are short. */
class Bins {
  /** Bin, count, sum, bin, count, sum, … */
  readonly #rows: number[] = [];

  add(bin: number, count: number, sum: number): void {
    const at = this.#find(bin);
    const rows = this.#rows;
    if (rows[at] === bin) {
      rows[at + 1] = (rows[at + 1] as number) + count;
      rows[at + 2] = (rows[at + 2] as number) + sum;
    } else if (at === rows.length) rows.push(bin, count, sum);
    else {
      rows.push(0, 0, 0);
      // By hand: copyWithin of a plain array takes ten times as long.
      for (let i = rows.length - 1; i >= at + STRIDE; i--) rows[i] = rows[i - STRIDE] as number;
      rows[at] = bin;
      rows[at + 1] = count;
      rows[at + 2] = sum;
    }
  }

  addAll(other: Bins): void {
    const rows = other.#rows;
    for (let i = 0; i < rows.length; i += STRIDE) {
      this.add(rows[i] as number, rows[i + 1] as number, rows[i + 2] as number);
    }
  }

  /** Mean of the bin in which the value of this rank lies, from 0. */
  valueAt(rank: number): number {
    const rows = this.#rows;
    let left = rank;
    for (let i = 0; i < rows.length; i += STRIDE) {
      left -= rows[i + 1] as number;
      if (left < 0) return (rows[i + 2] as number) / (rows[i + 1] as number);
    }
    return NaN;
  }

  /** Index of the first row whose bin is not below. */
  #find(bin: number): number {
    let low = 0, high = this.#rows.length / STRIDE;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle * STRIDE] as number) < bin) low = middle + 1;
      else high = middle;
    }
    return low * STRIDE;
  }
}

/** Delays of one series over some time, in milliseconds. */
export class Delays {
  #count = 0;
  #min = Infinity;
  #max = -Infinity;
  /** Not needed for one value. */
  #bins: Bins | undefined;

  /** How many values were added. */
  get count(): number {
    return this.#count;
  }

  /** The least value, exactly; Infinity while there is none. */
  get min(): number {
    return this.#min;
  }

  /** The greatest value, exactly; -Infinity while there is none. */
  get max(): number {
    return this.#max;
  }

  /** Adds a finite value, `count` times. */
  add(ms: number, count: number = 1): void {
    if (this.#count === 1 && this.#bins === undefined) this.#startBins();
    this.#count += count;
    if (ms < this.#min) this.#min = ms;
    if (ms > this.#max) this.#max = ms;
    if (this.#count === 1) return;
    (this.#bins ??= new Bins()).add(binOf(ms), count, ms * count);
  }

  /** Adds all values of another series. */
  addAll(other: Delays): void {
    if (other.#count === 0) return;
    if (other.#bins === undefined) return this.add(other.#min);
    if (this.#count === 1 && this.#bins === undefined) this.#startBins();
    this.#count += other.#count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    (this.#bins ??= new Bins()).addAll(other.#bins);
  }

  /**
   * The value below which a share of the values lies, within 2 % and never outside of least and greatest; NaN
   * while there is none.
   *
   * @param share in [0, 1]
   */
  quantile(share: number): number {
    if (this.#count === 0) return NaN;
    if (this.#bins === undefined) return this.#min;
    const rank = Math.round(share * (this.#count - 1));
    if (rank === 0) return this.#min;
    if (rank === this.#count - 1) return this.#max;
    return Math.min(this.#max, Math.max(this.#min, this.#bins.valueAt(rank)));
  }

  #startBins(): void {
    this.#bins = new Bins();
    this.#bins.add(binOf(this.#min), 1, this.#min);
  }
}

function binOf(ms: number): number {
  if (!(ms > LEAST_MS)) return 0;
  return Math.min(LAST_BIN, Math.ceil(Math.log(ms / LEAST_MS) / LOG_RATIO));
}
