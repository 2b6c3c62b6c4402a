/**
 * A schedule beside which probes wait for which the kernel had no room.
 *
 * A socket's buffer and a link's queue are emptied within milliseconds. But a datagram to a silent host on the link itself
 * waits three seconds in the kernel for a hardware address that nobody tells, and the kernel's tables hold some hundred of
 * these: who asks a thousand such hosts gets room now and then only.
 *
 * A few probes that wait leave the others alone, since the trouble may be that of one link. Many hold them up.
 */

import type { InFlightProbe } from "./probe.ts";
import type { DueProbe, ProbeSchedule } from "./schedule.ts";
import type { SendError } from "./transport.ts";

/** A probe that the kernel did not take. */
export interface UnsentProbe {
  /** The probe as it was tried. */
  readonly probe: InFlightProbe;
  /** Its place in the schedule. */
  readonly due: DueProbe;
  /** Why. */
  readonly error: SendError;
}

const FIRST_WAIT_NS = 1e6, MAX_WAIT_NS = 50e6;
/**
 * So long a probe waits. Linux lets a silent neighbour go after three seconds, and one that has answered after five
 * (neigh_forced_gc()).
 */
const PATIENCE_NS = 6e9;
/** With so many waiting no others are sent: it is not the trouble of one link or host. */
const MAX_HELD = 64;

/** Holds probes for which there was no room, one for each target. */
export class RetryQueue {
  readonly #schedule: ProbeSchedule;
  /** Targets whose last probe was given up: these are not waited for again until there was room for one. */
  readonly #hopeless = new Set<number>();
  /** When each probe that waits was first refused. */
  readonly #sinceNs = new Map<DueProbe, number>();
  #held: UnsentProbe[] = [];
  #waitNs = FIRST_WAIT_NS;
  #retryNs = Infinity;

  /** Stands beside a schedule, whose probes it takes back. */
  constructor(schedule: ProbeSchedule) {
    this.#schedule = schedule;
  }

  /** True when every probe has been taken and none is held. */
  get done(): boolean {
    return this.#held.length === 0 && this.#schedule.done;
  }

  /** When the next probe is due, or the next look for room, on CLOCK_MONOTONIC. */
  get dueNs(): number {
    return Math.min(this.freshDueNs, this.#held.length > 0 ? this.#retryNs : Infinity);
  }

  /** When the next probe of the schedule is due; Infinity while too many wait. */
  get freshDueNs(): number {
    return this.#held.length >= MAX_HELD ? Infinity : this.#schedule.dueNs;
  }

  /** Round that is under way, from 0. */
  get round(): number {
    return this.#held[0]?.due.index ?? this.#schedule.round;
  }

  /** Takes the next probe of the schedule. Call only while {@linkcode freshDueNs} is finite. */
  take(): DueProbe {
    return this.#schedule.take();
  }

  /**
   * Takes those that have waited longest, when it is time to look for room again.
   *
   * @param most how many at most; for each comes {@linkcode sent}, {@linkcode putBack} or {@linkcode forget}
   */
  takeHeld(nowNs: number, most: number): readonly UnsentProbe[] {
    return nowNs < this.#retryNs ? [] : this.#held.splice(0, most);
  }

  /** Lets the schedule slip where probes that wait, or a busy machine, have made it late. */
  catchUp(nowNs: number): void {
    this.#schedule.catchUp(nowNs);
  }

  /** There was room for this one. */
  sent(due: DueProbe): void {
    this.#waitNs = FIRST_WAIT_NS;
    if (this.#sinceNs.size > 0) this.#sinceNs.delete(due);
    if (this.#hopeless.size > 0) this.#hopeless.delete(due.targetIndex);
  }

  /**
   * Takes back probes that found no room.
   *
   * @param unsent in the order in which they were tried
   * @returns those that are given up
   */
  putBack(unsent: readonly UnsentProbe[], nowNs: number): readonly UnsentProbe[] {
    if (this.#held.length === 0 && this.#sinceNs.size === 0) this.#waitNs = FIRST_WAIT_NS;
    const waiting = new Set(this.#held.map(({ due }) => due.targetIndex));
    const givenUp: UnsentProbe[] = [];
    for (const each of unsent) {
      const { due } = each, { targetIndex } = due;
      const sinceNs = this.#sinceNs.get(due) ?? nowNs;
      if (nowNs - sinceNs >= PATIENCE_NS) this.#hopeless.add(targetIndex);
      if (this.#hopeless.has(targetIndex) || waiting.has(targetIndex)) {
        this.#sinceNs.delete(due);
        givenUp.push(each);
      } else {
        waiting.add(targetIndex);
        this.#sinceNs.set(due, sinceNs);
        this.#held.push(each);
      }
    }
    this.#retryNs = nowNs + this.#waitNs;
    this.#waitNs = Math.min(this.#waitNs * 2, MAX_WAIT_NS);
    return givenUp;
  }

  /** Forgets one that is not to be tried again. */
  forget(due: DueProbe): void {
    this.#sinceNs.delete(due);
  }

  /** Gives up all that wait, for the end of a run. */
  abandon(): readonly UnsentProbe[] {
    const held = this.#held;
    this.#held = [];
    this.#sinceNs.clear();
    return held;
  }
}
