/**
 * Every pair of offset and skew that the probes allow: a linear program in two variables, kept solved.
 *
 * With a constant rate the offset at time τ is θ + sτ. A reply bounds it from above at our transmit
 * instant and from below at our receive instant; each bound is a half-plane in (θ, s), and together
 * they leave a convex polygon (Moon, Skelly, Towsley: "Estimation and removal of clock skew from network
 * delay measurements", IEEE INFOCOM 1999, fits a line under delays by the same program; for
 * linear programs in two variables see Megiddo, SIAM J. Computing 12, 1983). The polygon has a
 * handful of corners however many probes there were, so it is clipped by each new half-plane in
 * practically constant time; and any linear question (the offset at some time, the skew) is answered
 * by looking at its corners.
 */

/** A closed range of numbers. */
export interface Range {
  /** Smallest value. */
  readonly lower: number;
  /** Largest value. */
  readonly upper: number;
}

/** One corner, and the constraint on which the edge to the next corner lies. */
interface Corner {
  readonly offsetMs: number;
  readonly skewPpm: number;
  /** The probe that gave it; undefined for one of the edges at the start. */
  readonly label: number | undefined;
}

/** Far beyond every offset that a day allows. */
const UNBOUNDED_MS = 1e8;

/** Half-planes are moved outward by a nanosecond, so that rounding never cuts the truth off. */
const ROUNDING_MS = 1e-6;

/** ppm times seconds, in milliseconds. */
const MS_PER_PPM_SECOND = 1e-3;

/** The offsets and skews that remain possible. Immutable: a clip gives a new region. */
export class FeasibleRegion {
  readonly #corners: readonly Corner[];

  private constructor(corners: readonly Corner[]) {
    this.#corners = corners;
  }

  /**
   * Every offset, and skews up to a limit in either direction.
   *
   * @param maxSkewPpm the largest rate error of the remote clock against ours that is believed.
   */
  static unbounded(maxSkewPpm: number): FeasibleRegion {
    const corner = (offsetMs: number, skewPpm: number): Corner => ({
      offsetMs,
      skewPpm,
      label: undefined,
    });
    return new FeasibleRegion([
      corner(-UNBOUNDED_MS, -maxSkewPpm),
      corner(UNBOUNDED_MS, -maxSkewPpm),
      corner(UNBOUNDED_MS, maxSkewPpm),
      corner(-UNBOUNDED_MS, maxSkewPpm),
    ]);
  }

  /**
   * What is left when the offset at a time is at most `upperMs`; undefined when nothing is.
   *
   * @param seconds time since the reference at which the bound holds.
   * @param upperMs the bound.
   * @param label number of the probe that gave it, not negative.
   */
  below(seconds: number, upperMs: number, label: number): FeasibleRegion | undefined {
    return this.#clip(1, seconds, upperMs, label);
  }

  /** What is left when the offset at a time is at least `lowerMs`; undefined when nothing is. */
  above(seconds: number, lowerMs: number, label: number): FeasibleRegion | undefined {
    return this.#clip(-1, seconds, lowerMs, label);
  }

  /** The offsets that are possible at a time, milliseconds. */
  offsetAt(seconds: number): Range {
    return this.#range((corner) => offsetAt(corner, seconds));
  }

  /** The skews that are possible, parts per million. */
  get skewPpm(): Range {
    return this.#range((corner) => corner.skewPpm);
  }

  /** The numbers of the probes whose bounds are edges of the region. */
  get labels(): ReadonlySet<number> {
    const labels = new Set<number>();
    for (const { label } of this.#corners) if (label !== undefined) labels.add(label);
    return labels;
  }

  /** Keeps the part where sign × (θ + sτ − bound) ≤ 0 (Sutherland and Hodgman, CACM 17, 1974). */
  #clip(sign: 1 | -1, seconds: number, boundMs: number, label: number): FeasibleRegion | undefined {
    const corners = this.#corners;
    const excess = corners.map((corner) =>
      sign * (offsetAt(corner, seconds) - boundMs) - ROUNDING_MS
    );
    if (excess.every((value) => value <= 0)) return this;
    const kept: Corner[] = [];
    for (let index = 0; index < corners.length; index += 1) {
      const next = (index + 1) % corners.length;
      const [here, there] = [corners[index] as Corner, corners[next] as Corner];
      const [hereExcess, thereExcess] = [excess[index] as number, excess[next] as number];
      if (hereExcess <= 0) kept.push(here);
      if (hereExcess <= 0 && thereExcess > 0) {
        // Leaving: the new edge begins here and lies on the new constraint.
        kept.push({ ...crossing(here, there, hereExcess, thereExcess), label });
      } else if (hereExcess > 0 && thereExcess <= 0) {
        // Coming back: the rest of the old edge begins here.
        kept.push({ ...crossing(here, there, hereExcess, thereExcess), label: here.label });
      }
    }
    return kept.length === 0 ? undefined : new FeasibleRegion(kept);
  }

  #range(value: (corner: Corner) => number): Range {
    let lower = Infinity;
    let upper = -Infinity;
    for (const corner of this.#corners) {
      const here = value(corner);
      if (here < lower) lower = here;
      if (here > upper) upper = here;
    }
    return { lower, upper };
  }
}

function offsetAt(corner: Corner, seconds: number): number {
  return corner.offsetMs + corner.skewPpm * seconds * MS_PER_PPM_SECOND;
}

function crossing(
  here: Corner,
  there: Corner,
  hereExcess: number,
  thereExcess: number,
): { offsetMs: number; skewPpm: number } {
  const share = hereExcess / (hereExcess - thereExcess);
  return {
    offsetMs: here.offsetMs + (there.offsetMs - here.offsetMs) * share,
    skewPpm: here.skewPpm + (there.skewPpm - here.skewPpm) * share,
  };
}
