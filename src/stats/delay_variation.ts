/** IP packet delay variation, RFC 3393. */

import { SeriesSummary, type Summary } from "./summary.ts";

/** How many sequence numbers apart two replies may arrive and still form a pair. */
const REMEMBERED = 128;

/**
 * Delay variation of one direction: the change of the delay between consecutive probes.
 *
 * RFC 3393 §2 with the selection function "consecutive packets": only pairs of probes whose sequence
 * numbers follow each other and that were both answered count, in whatever order the replies came.
 * A constant clock offset in the delays cancels. Delays made of whole-millisecond remote stamps
 * carry their rounding (± 1 tick) into every pair.
 */
export class DelayVariation {
  // Plain arrays, which grow with use: a run may have many targets and few probes of each.
  readonly #sequences: number[] = [];
  readonly #delays: number[] = [];
  readonly #absolute = new SeriesSummary();
  #last: number | undefined;

  /** How many pairs were formed. */
  get pairs(): number {
    return this.#absolute.count;
  }

  /**
   * The variation of the newest pair, signed: later delay minus earlier delay; undefined while
   * there is no pair.
   */
  get last(): number | undefined {
    return this.#last;
  }

  /**
   * Adds the delay of one answered probe. A sequence number that is known already (a duplicate) is
   * ignored.
   *
   * @param sequence running number of the probe, not wrapped; a non-negative integer.
   * @param delay its delay, in any unit.
   * @throws {RangeError} when the sequence number is not a non-negative integer.
   */
  add(sequence: number, delay: number): void {
    if (!Number.isInteger(sequence) || sequence < 0) {
      throw new RangeError(`Cannot place sequence ${sequence}: a non-negative integer is wanted`);
    }
    const slot = sequence % REMEMBERED;
    // A very late reply must not push out the newer one that shares its slot.
    const occupant = this.#sequences[slot] ?? NaN;
    if (occupant >= sequence) return;
    this.#sequences[slot] = sequence;
    this.#delays[slot] = delay;
    const previous = this.#delayOf(sequence - 1);
    if (previous !== undefined) this.#pair(delay - previous);
    const next = this.#delayOf(sequence + 1);
    if (next !== undefined) this.#pair(next - delay);
  }

  /** The absolute variation (jitter) in six numbers; undefined while there is no pair. */
  summary(): Summary | undefined {
    return this.#absolute.summary();
  }

  #pair(variation: number): void {
    this.#last = variation;
    this.#absolute.add(Math.abs(variation));
  }

  #delayOf(sequence: number): number | undefined {
    const slot = sequence % REMEMBERED;
    return this.#sequences[slot] === sequence ? this.#delays[slot] : undefined;
  }
}
