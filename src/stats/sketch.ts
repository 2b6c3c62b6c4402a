/**
 * Quantiles of an endless series in bounded memory.
 *
 * A DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with
 * relative-error guarantees", VLDB 2019) counts values in buckets whose bounds grow geometrically.
 * Delays that contain a clock offset may be hours large and milliseconds wide, where an error
 * relative to the value itself would say nothing; so this one counts distances from a centre, on
 * both sides, and its error is relative to the distance from that centre.
 */

/** Relative error of a quantile's distance from the sketch's centre. */
export const SKETCH_RELATIVE_ERROR = 0.01;

/** Distances below this count as zero: a nanosecond, for values in milliseconds. */
export const SKETCH_RESOLUTION = 1e-6;

const GAMMA = (1 + SKETCH_RELATIVE_ERROR) / (1 - SKETCH_RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** Values in a bucket lie in (GAMMA^(i-1), GAMMA^i]; this factor of the upper bound is within 1 % of all. */
const BUCKET_MIDDLE = 2 / (1 + GAMMA);
/** Distances up to 1e15 times the resolution are distinguished; larger ones share the last bucket. */
const LAST_BUCKET = Math.ceil(Math.log(1e15) / LOG_GAMMA);

/**
 * Counts by index. The first count is that of the lowest index seen: a series has a few hundred neighbours among the 1,700
 * that there could be, and a run or a capture has several series for each of its targets.
 */
class Buckets {
  #first = 0;
  #counts: number[] = [];

  /** Behind the highest index seen. */
  get end(): number {
    return this.#first + this.#counts.length;
  }

  /** The lowest index seen. */
  get first(): number {
    return this.#first;
  }

  at(index: number): number {
    return this.#counts[index - this.#first] as number;
  }

  add(index: number): void {
    const counts = this.#counts;
    if (counts.length === 0) this.#first = index;
    if (index < this.#first) {
      this.#counts = [...new Array<number>(this.#first - index).fill(0), ...counts];
      this.#first = index;
      this.#counts[0] = 1;
      return;
    }
    const place = index - this.#first;
    while (counts.length <= place) counts.push(0);
    counts[place] = (counts[place] as number) + 1;
  }
}

/** Counts values by their distance from a centre. */
export class CentredSketch {
  readonly #centre: number;
  readonly #below = new Buckets();
  readonly #above = new Buckets();
  #atCentre = 0;
  #count = 0;

  /**
   * Starts empty.
   *
   * @param centre a typical value, such as the median of the first ones; must be finite.
   */
  constructor(centre: number) {
    this.#centre = centre;
  }

  /** How many values were added. */
  get count(): number {
    return this.#count;
  }

  /** Adds one finite value. */
  add(value: number): void {
    this.#count += 1;
    const distance = value - this.#centre;
    const magnitude = Math.abs(distance) / SKETCH_RESOLUTION;
    if (magnitude <= 1) {
      this.#atCentre += 1;
      return;
    }
    const index = Math.min(LAST_BUCKET, Math.ceil(Math.log(magnitude) / LOG_GAMMA));
    const buckets = distance < 0 ? this.#below : this.#above;
    buckets.add(index);
  }

  /**
   * The value below which a share of the values lies, to within SKETCH_RELATIVE_ERROR times its distance
   * from the centre (and SKETCH_RESOLUTION); NaN while there is no value.
   *
   * @param share in [0, 1].
   */
  quantile(share: number): number {
    if (this.#count === 0) return NaN;
    let rank = Math.floor(share * (this.#count - 1));
    for (let index = this.#below.end - 1; index >= this.#below.first; index -= 1) {
      rank -= this.#below.at(index);
      if (rank < 0) return this.#centre - bucketValue(index);
    }
    rank -= this.#atCentre;
    if (rank < 0) return this.#centre;
    const last = this.#above.end - 1;
    let index = this.#above.first;
    for (; index < last; index += 1) {
      rank -= this.#above.at(index);
      if (rank < 0) break;
    }
    return this.#centre + bucketValue(index);
  }
}

function bucketValue(index: number): number {
  return SKETCH_RESOLUTION * BUCKET_MIDDLE * Math.exp(index * LOG_GAMMA);
}
