/** The lower convex hull of points in time: what a straight line can touch from below. */

interface Point {
  readonly seconds: number;
  readonly valueMs: number;
}

/**
 * Lower convex hull of a growing set of points (Andrew's monotone chain).
 *
 * Points come nearly in order of time; a late one is inserted where it belongs. The hull has of the order of
 * the logarithm of their number of points, and lines are laid against it alone.
 */
export class LowerEnvelope {
  /** All points, times and values apart: they are run through for every estimate. */
  readonly #seconds: number[] = [];
  readonly #valuesMs: number[] = [];
  readonly #hull: Point[] = [];
  #meanSeconds = 0;

  /** How many points were added. */
  get count(): number {
    return this.#seconds.length;
  }

  /** Mean time of all points, seconds. */
  get meanSeconds(): number {
    return this.#meanSeconds;
  }

  /** How many points the hull has. */
  get hullSize(): number {
    return this.#hull.length;
  }

  /** Adds a point. */
  add(seconds: number, valueMs: number): void {
    this.#seconds.push(seconds);
    this.#valuesMs.push(valueMs);
    this.#meanSeconds += (seconds - this.#meanSeconds) / this.#seconds.length;

    const hull = this.#hull;
    let at = hull.length;
    while ((hull[at - 1]?.seconds ?? -Infinity) > seconds) at -= 1;
    const before = hull[at - 1];
    const after = hull[at];
    const point = { seconds, valueMs };
    if (before !== undefined && before.seconds === seconds) {
      if (before.valueMs <= valueMs) return;
      at -= 1;
      hull.splice(at, 1);
    } else if (before !== undefined && after !== undefined && !isConvex(before, point, after)) {
      return; // on or above the hull
    }
    hull.splice(at, 0, point);
    // Removes neighbours that the new point leaves above the hull.
    while (!convexAt(hull, at - 1)) {
      hull.splice(at - 1, 1);
      at -= 1;
    }
    while (!convexAt(hull, at + 1)) hull.splice(at + 1, 1);
  }

  /** A copy with one more point. */
  with(seconds: number, valueMs: number): LowerEnvelope {
    const copy = new LowerEnvelope();
    copy.#hull.push(...this.#hull);
    copy.#seconds.push(...this.#seconds);
    copy.#valuesMs.push(...this.#valuesMs);
    copy.#meanSeconds = this.#meanSeconds;
    copy.add(seconds, valueMs);
    return copy;
  }

  /**
   * The height at `atSeconds` of the highest line of the given slope below all points, milliseconds;
   * Infinity while there is no point.
   *
   * @param slope milliseconds a second.
   */
  support(slope: number, atSeconds: number): number {
    let lowest = Infinity;
    for (const { seconds, valueMs } of this.#hull) {
      const height = valueMs - slope * (seconds - atSeconds);
      lowest = Math.min(lowest, height);
    }
    return lowest;
  }

  /**
   * How far above a line its `rank`-th nearest point lies, milliseconds.
   *
   * @param slope of the line, milliseconds a second.
   * @param heightMs of the line at `atSeconds`.
   * @param rank 1 for the nearest point; the farthest one is taken when there are fewer.
   */
  excess(slope: number, atSeconds: number, heightMs: number, rank: number): number {
    const nearest: number[] = [];
    let farthest = Infinity;
    for (let index = 0; index < this.#seconds.length; index += 1) {
      const seconds = this.#seconds[index] as number;
      const excessMs = (this.#valuesMs[index] as number) - slope * (seconds - atSeconds) - heightMs;
      if (excessMs >= farthest) continue;
      let at = nearest.length;
      while ((nearest[at - 1] ?? -Infinity) > excessMs) at -= 1;
      nearest.splice(at, 0, excessMs);
      if (nearest.length > rank) nearest.pop();
      if (nearest.length === rank) farthest = nearest[rank - 1] as number;
    }
    return nearest[nearest.length - 1] ?? 0;
  }
}

/** Whether a point lies strictly below the line through its neighbours; true where it lacks one. */
function convexAt(hull: readonly Point[], index: number): boolean {
  const before = hull[index - 1];
  const point = hull[index];
  const after = hull[index + 1];
  return before === undefined || point === undefined || after === undefined ||
    isConvex(before, point, after);
}

/** Whether the middle point lies strictly below the line through its neighbours. */
function isConvex(before: Point, point: Point, after: Point): boolean {
  return (point.valueMs - before.valueMs) * (after.seconds - before.seconds) <
    (after.valueMs - before.valueMs) * (point.seconds - before.seconds);
}
