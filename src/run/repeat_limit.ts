/**
 * How many repeated replies and strays are reported one by one: one host that repeats itself must not fill a
 * disk. All are counted.
 */

import type { ProbeCounters } from "../stats/mod.ts";

/** Repeated and late replies of a target that are reported, and how many more per probe. */
const FREE_REPEATS = 100;
const REPEATS_PER_PROBE = 10;
/** Strays of a run that are reported, and how many more for each probe. */
const FREE_STRAYS = 1000;
const STRAYS_PER_PROBE = 10;

/** Counts the repeated and late replies of each target that are not reported. */
export class RepeatLimit {
  /** By target index; most have none. */
  readonly #unreported = new Map<number, number>();

  /** Whether a further reply of a target is reported; the counters hold it already. */
  takes(targetIndex: number, { duplicates, late, sent }: ProbeCounters): boolean {
    const unreported = this.#unreported.get(targetIndex) ?? 0;
    const reported = duplicates + late - unreported;
    if (reported <= FREE_REPEATS + REPEATS_PER_PROBE * sent) return true;
    this.#unreported.set(targetIndex, unreported + 1);
    return false;
  }

  /** Another target has that index from now on. */
  forget(targetIndex: number): void {
    this.#unreported.delete(targetIndex);
  }
}

/** Counts the strays of a run that are reported. */
export class StrayLimit {
  #reported = 0;
  #probes = 0;

  /** A probe has had its outcome. */
  addProbe(): void {
    this.#probes++;
  }

  /** Whether another stray is reported. */
  takes(): boolean {
    if (this.#reported >= FREE_STRAYS + STRAYS_PER_PROBE * this.#probes) return false;
    this.#reported++;
    return true;
  }
}
