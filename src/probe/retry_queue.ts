/**
 * Wraps a schedule and retries probes that failed with EAGAIN or ENOBUFS.
 *
 * A socket's buffer and a link's queue are emptied within milliseconds. But a datagram to a silent host on the link itself
 * waits three seconds in the kernel for a hardware address, and the kernel's tables hold about a hundred of these. A run that
 * probes a thousand such hosts finds room only now and then.
 *
 * While a few probes are held, the schedule goes on, since the trouble may be that of one link. Many held probes stop it.
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
 * How long a probe is held before it is given up. Linux drops a silent neighbour after three seconds, and one that has
 * answered after five (neigh_forced_gc()).
 */
const PATIENCE_NS = 6e9;
/** While this many are held the schedule stops: it is not the trouble of one link or host. */
const MAX_HELD = 64;

/** Holds probes that failed, at most one for each target, and offers them again before the schedule's. */
export class RetryQueue implements ProbeSchedule {
  readonly #schedule: ProbeSchedule;
  /** Targets whose last probe was given up: their probes are not held again until one was sent. */
  readonly #hopeless = new Set<number>();
  /** When each held probe first failed. */
  readonly #sinceNs = new Map<DueProbe, number>();
  #held: UnsentProbe[] = [];
  #waitNs = FIRST_WAIT_NS;
  #retryNs = Infinity;

  /** Wraps `schedule`. */
  constructor(schedule: ProbeSchedule) {
    this.#schedule = schedule;
  }

  /** True when every probe has been taken and none is held. */
  get done(): boolean {
    return this.#held.length === 0 && this.#schedule.done;
  }

  /** When the next probe is due, or the next retry, on CLOCK_MONOTONIC. */
  get dueNs(): number {
    return Math.min(this.freshDueNs, this.#held.length > 0 ? this.#retryNs : Infinity);
  }

  /** When the next probe of the schedule is due; Infinity while too many are held. */
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
   * Takes the probes that were held longest, when it is time for a retry. Each must go to {@linkcode sent},
   * {@linkcode putBack} or {@linkcode forget}.
   *
   * @param most how many at most
   */
  takeHeld(nowNs: number, most: number): readonly UnsentProbe[] {
    return nowNs < this.#retryNs ? [] : this.#held.splice(0, most);
  }

  /** Shifts the schedule where held probes, or a busy machine, have made it late. */
  catchUp(nowNs: number): void {
    this.#schedule.catchUp(nowNs);
  }

  /** The kernel took this one. */
  sent(due: DueProbe): void {
    this.#waitNs = FIRST_WAIT_NS;
    this.#sinceNs.delete(due);
    this.#hopeless.delete(due.targetIndex);
  }

  /**
   * Takes back probes that failed.
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

  /** A target is another host from now on: there may be room for its probes. */
  forgetTarget(targetIndex: number): void {
    this.#hopeless.delete(targetIndex);
  }

  /** Gives up all held probes, for the end of a run. */
  abandon(): readonly UnsentProbe[] {
    const held = this.#held;
    this.#held = [];
    this.#sinceNs.clear();
    return held;
  }
}
