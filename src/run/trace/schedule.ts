/** A schedule that grows while a trace goes on: what was learned decides what is sent next. */

import type { DueProbe, ProbeSchedule } from "../../probe/schedule.ts";
import type { ProbeMessage } from "../../probe/message/message.ts";

/** A probe that may be sent. */
export interface PlannedProbe {
  /** Place of the target in the run. */
  readonly targetIndex: number;
  /** The question. */
  readonly message: ProbeMessage;
  /** Time to live; that of the message when undefined. */
  readonly ttl: number | undefined;
  /** Asked when it is due: false where it is not needed any more. */
  readonly isWanted: () => boolean;
}

interface Entry {
  readonly atNs: number;
  readonly probe: PlannedProbe;
}

/** After a pause of the machine no more than this is made up for in one burst, in nanoseconds. */
const MAX_LATE_NS = 10e6;

/** Probes by the time at which they may leave, with a least distance between two of them. */
export class TraceSchedule implements ProbeSchedule {
  /** Always 0: the run does not go round by round. */
  readonly round = 0;
  readonly #spacingNs: number;
  readonly #dropped: (probe: PlannedProbe) => void;
  readonly #entries: Entry[] = [];
  readonly #indices = new Map<number, number>();
  /** Entries before this one were taken. */
  #first = 0;
  #freeNs = -Infinity;

  /**
   * Starts empty.
   *
   * @param ratePps most probes a second
   * @param dropped called for each probe that was not wanted any more
   */
  constructor(ratePps: number, dropped: (probe: PlannedProbe) => void) {
    this.#spacingNs = 1e9 / ratePps;
    this.#dropped = dropped;
  }

  /** Adds a probe that may leave at `atNs` on CLOCK_MONOTONIC. */
  add(atNs: number, probe: PlannedProbe): void {
    const entries = this.#entries;
    let low = this.#first, high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle] as Entry).atNs <= atNs) low = middle + 1;
      else high = middle;
    }
    entries.splice(low, 0, { atNs, probe });
  }

  /** True while nothing is to be sent. */
  get done(): boolean {
    return this.#peek() === undefined;
  }

  /** When the next probe is due. */
  get dueNs(): number {
    const next = this.#peek();
    return next === undefined ? Infinity : Math.max(next.atNs, this.#freeNs);
  }

  /** Takes the next probe. Call only while not {@linkcode done}. */
  take(): DueProbe {
    const { dueNs } = this;
    const { targetIndex, message, ttl } = (this.#peek() as Entry).probe;
    this.#first++;
    this.#freeNs = dueNs + this.#spacingNs;
    const index = this.#indices.get(targetIndex) ?? 0;
    this.#indices.set(targetIndex, index + 1);
    return { targetIndex, index, message, ttl };
  }

  /** What is late leaves at the rate of the run, but for a short burst. */
  catchUp(nowNs: number): void {
    const next = this.#peek();
    if (next === undefined) return;
    this.#freeNs = Math.max(this.#freeNs, Math.max(next.atNs, nowNs - MAX_LATE_NS));
  }

  /** The next entry that is wanted. */
  #peek(): Entry | undefined {
    for (;;) {
      const next = this.#entries[this.#first];
      if (next === undefined) {
        this.#entries.length = this.#first = 0;
        return undefined;
      }
      if (next.probe.isWanted()) return next;
      this.#first++;
      this.#dropped(next.probe);
    }
  }
}
