/**
 * A schedule that takes probes back for which the kernel had no room, and gives them out again before any other.
 *
 * A socket's buffer and a link's queue are emptied within milliseconds. But a datagram to a silent host on the link itself
 * waits three seconds in the kernel for a hardware address that nobody tells, and the kernel's tables hold some hundred of
 * these: who asks a thousand such hosts gets room now and then only.
 */

import type { DueProbe, ProbeSchedule } from "./schedule.ts";

const FIRST_WAIT_NS = 1e6, LONGEST_WAIT_NS = 50e6;
/**
 * Without room for any probe for so long, no more are held. Linux lets a silent neighbour go after three seconds, and one
 * that has answered after five (neigh_forced_gc()).
 */
const PATIENCE_NS = 6e9;

/** Holds probes for which there was no room. */
export class HeldProbes implements ProbeSchedule {
  readonly #schedule: ProbeSchedule;
  /** Targets for which there was no room until patience ended, and none since: these are not waited for again. */
  readonly #hopeless = new Set<number>();
  #held: DueProbe[] = [];
  #waitNs = FIRST_WAIT_NS;
  #retryNs = 0;
  /** Since when there has been no room for any probe. */
  #fullSinceNs: number | undefined;

  /** Gives out the probes of a schedule. */
  constructor(schedule: ProbeSchedule) {
    this.#schedule = schedule;
  }

  /** Whether probes are held: they are to be tried before others are taken. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** True when every probe has been taken and none is held. */
  get done(): boolean {
    return !this.isHolding && this.#schedule.done;
  }

  /** When the next probe is due, on CLOCK_MONOTONIC; where one is held, when to look for room again. */
  get dueNs(): number {
    return this.isHolding ? this.#retryNs : this.#schedule.dueNs;
  }

  /** Round that is under way, from 0. */
  get round(): number {
    return this.#held[0]?.round ?? this.#schedule.round;
  }

  /** Takes the next probe. Call only while not {@linkcode done}. */
  take(): DueProbe {
    return this.#held.shift() ?? this.#schedule.take();
  }

  /** Lets the rest slip, for which the probes held make it late. */
  catchUp(nowNs: number): void {
    this.#schedule.catchUp(nowNs);
  }

  /** There was room for this one. */
  sent({ targetIndex }: DueProbe): void {
    this.#fullSinceNs = undefined;
    this.#waitNs = FIRST_WAIT_NS;
    if (this.#hopeless.size > 0) this.#hopeless.delete(targetIndex);
  }

  /**
   * Takes back probes that found no room.
   *
   * @param probes in the order in which they were taken
   * @returns those that are given up
   */
  putBack(probes: readonly DueProbe[], nowNs: number): ReadonlySet<DueProbe> {
    this.#fullSinceNs ??= nowNs;
    const isOver = nowNs - this.#fullSinceNs >= PATIENCE_NS;
    const givenUp = new Set(probes.filter(({ targetIndex }) => {
      if (isOver) this.#hopeless.add(targetIndex);
      return this.#hopeless.has(targetIndex);
    }));
    this.#held.unshift(...probes.filter((probe) => !givenUp.has(probe)));
    this.#retryNs = nowNs + this.#waitNs;
    this.#waitNs = Math.min(this.#waitNs * 2, LONGEST_WAIT_NS);
    return givenUp;
  }
}
