/** What one target's probes have shown over time: columns of one length for charts, in bounded memory. */

/** Metrics of a column, all in milliseconds. */
export type HistoryMetric = "rtt" | "out" | "back" | "queue";

/** Columns that are kept of each length. */
export const HISTORY_COLUMNS = 512;

/** Place of each metric's least value in a column; its greatest stands behind it. */
const PLACES: Readonly<Record<HistoryMetric, number>> = { rtt: 0, out: 2, back: 4, queue: 6 };
const STRIDE = 8;

/** A column's look at the remote clock, milliseconds: the sharpest bounds of its replies together. */
export interface OffsetBounds {
  /** Greatest lower bound; above `upper` where the clock stepped in the column. */
  readonly lower: number;
  /** Least upper bound. */
  readonly upper: number;
}

/** Columns of one length. */
export class HistoryColumns {
  /** Length of a column in nanoseconds. */
  readonly columnNs: number;
  #values = new Float32Array(HISTORY_COLUMNS * STRIDE).fill(NaN);
  #lost = new Uint16Array(HISTORY_COLUMNS);
  /** Bounds of the offset, of a day in milliseconds, which takes double precision; made with the first. */
  #bounds: { readonly lower: Float64Array; readonly upper: Float64Array } | undefined;
  /** Number of the column in each place. */
  #numbers = new Float64Array(HISTORY_COLUMNS).fill(-Infinity);

  /** Starts empty. */
  constructor(columnMs: number) {
    this.columnNs = columnMs * 1e6;
  }

  /** The columns as they are now. */
  copy(): HistoryColumns {
    const copy = new HistoryColumns(this.columnNs / 1e6);
    copy.#values = this.#values.slice();
    copy.#lost = this.#lost.slice();
    const bounds = this.#bounds;
    copy.#bounds = bounds && { lower: bounds.lower.slice(), upper: bounds.upper.slice() };
    copy.#numbers = this.#numbers.slice();
    return copy;
  }

  /** Number of the column that holds a moment of CLOCK_MONOTONIC. */
  numberAt(atNs: number): number {
    return Math.floor(atNs / this.columnNs);
  }

  /** Takes a value into its column. */
  add(atNs: number, metric: HistoryMetric, value: number): void {
    const place = this.#open(this.numberAt(atNs));
    if (place === undefined) return;
    const at = place * STRIDE + PLACES[metric];
    const values = this.#values;
    const low = values[at] as number, high = values[at + 1] as number;
    values[at] = Number.isNaN(low) ? value : Math.min(low, value);
    values[at + 1] = Number.isNaN(high) ? value : Math.max(high, value);
  }

  /** Takes the bounds that one reply gives of the remote clock minus ours, milliseconds. */
  addBounds(atNs: number, { lower, upper }: OffsetBounds): void {
    const place = this.#open(this.numberAt(atNs));
    if (place === undefined) return;
    const bounds = this.#bounds ??= {
      lower: new Float64Array(HISTORY_COLUMNS).fill(-Infinity),
      upper: new Float64Array(HISTORY_COLUMNS).fill(Infinity),
    };
    bounds.lower[place] = Math.max(bounds.lower[place] as number, lower);
    bounds.upper[place] = Math.min(bounds.upper[place] as number, upper);
  }

  /** Bounds of the offset in a column; undefined where no reply of it gives any. */
  bounds(number: number): OffsetBounds | undefined {
    const place = this.#find(number);
    if (place === undefined || this.#bounds === undefined) return undefined;
    const lower = this.#bounds.lower[place] as number, upper = this.#bounds.upper[place] as number;
    return lower === -Infinity ? undefined : { lower, upper };
  }

  /** Counts a probe without an answer. */
  addLost(atNs: number): void {
    const place = this.#open(this.numberAt(atNs));
    if (place !== undefined) this.#lost[place] = (this.#lost[place] as number) + 1;
  }

  /** Least value of a column; NaN where it has none. */
  low(number: number, metric: HistoryMetric): number {
    const place = this.#find(number);
    return place === undefined ? NaN : this.#values[place * STRIDE + PLACES[metric]] as number;
  }

  /** Greatest value of a column; NaN where it has none. */
  high(number: number, metric: HistoryMetric): number {
    const place = this.#find(number);
    return place === undefined ? NaN : this.#values[place * STRIDE + PLACES[metric] + 1] as number;
  }

  /** Probes of a column without an answer. */
  lost(number: number): number {
    const place = this.#find(number);
    return place === undefined ? 0 : this.#lost[place] as number;
  }

  #find(number: number): number | undefined {
    const place = placeOf(number);
    return this.#numbers[place] === number ? place : undefined;
  }

  /** Place of a column, emptied where it held an older one; undefined for a column that has gone. */
  #open(number: number): number | undefined {
    const place = placeOf(number);
    const before = this.#numbers[place] as number;
    if (before > number) return undefined;
    if (before < number) {
      this.#numbers[place] = number;
      this.#values.fill(NaN, place * STRIDE, (place + 1) * STRIDE);
      this.#lost[place] = 0;
      this.#bounds?.lower.fill(-Infinity, place, place + 1);
      this.#bounds?.upper.fill(Infinity, place, place + 1);
    }
    return place;
  }
}

function placeOf(number: number): number {
  return ((number % HISTORY_COLUMNS) + HISTORY_COLUMNS) % HISTORY_COLUMNS;
}
