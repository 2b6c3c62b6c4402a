/**
 * The loop of `respond`: read requests, send what is due, wait.
 *
 * It waits on its own thread, since a hop to another one would add 100 µs to the first request after a pause, and gives the
 * event loop a turn for signals between waits.
 */

import type { Instant } from "../time/mod.ts";
import { type Departure, DepartureQueue } from "./departure_queue.ts";
import type { ResponderLink } from "./link.ts";
import { type Answered, Responder, type ResponderOptions } from "./responder.ts";

/** Longest wait on this thread: a signal is noticed this late. */
const MAX_WAIT_NS = 20e6;
/** A busy responder gives the event loop a turn this often. */
const TURN_NS = 50e6;
/** The end of a wait for a departure is spent in a loop, since a sleep ends later than asked for: at least and at most this long. */
const MIN_SPIN_NS = 50e3, MAX_SPIN_NS = 500e3;
/** A loop lasts this many times as long as the latest sleep was too long, and gets shorter by this share with each better one. */
const SPIN_RESERVE = 1.3, SPIN_DECAY = 0.02;
/** Weight of the latest sleep in the mean of how much too long sleeps are. */
const OVERSLEPT_WEIGHT = 0.1;
/** With a departure as near as this the event loop has no turn. */
const TURN_ALLOWANCE_NS = 300e3;
/** Requests that are read before the departures are looked at again. */
const BATCH = 16;
/** Replies that wait at most. */
const MAX_WAITING = 1 << 18;

/** Receives what happens. */
export interface ResponderListener {
  /** Something was done with a datagram that arrived at `unixMs`, Unix time, and `arrivedNs`, CLOCK_MONOTONIC. */
  answered?(answered: Answered, unixMs: number, arrivedNs: number): void;
  /** The loop has a moment; at least every {@linkcode TURN_NS}. A promise holds it up. */
  idle?(nowNs: number): Promise<void> | undefined;
}

/** How the loop waits. */
export interface ResponderRunOptions extends Omit<ResponderOptions, "baseUnixMs" | "startedAt"> {
  /** Never sleep: requests are read at once, at the price of one processor. */
  readonly busy: boolean;
  /** When to end, milliseconds after the start; undefined for never. */
  readonly durationMs?: number | undefined;
}

/** A responder on a link that is open. */
export class ResponderRun {
  /** The engine, with its counters. */
  readonly responder: Responder;
  readonly #link: ResponderLink;
  readonly #options: ResponderRunOptions;
  readonly #queue = new DepartureQueue();
  #spinNs = MIN_SPIN_NS;
  /** How much too long a sleep is, on the whole. */
  #oversleptNs = 0;
  /** The last sleep was ended by a datagram. */
  #wasWoken = false;
  #isStopped = false;

  /** The link stays the caller's to close. */
  constructor(link: ResponderLink, options: ResponderRunOptions) {
    this.#link = link;
    this.#options = options;
    const { clock } = link;
    this.responder = new Responder({
      ...options,
      baseUnixMs: clock.baseUnixMs,
      startedAt: clock.now(),
    });
  }

  /** Ends the run soon. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Answers until {@linkcode ResponderRun.stop}, or until its time is over. Replies that still wait are not sent. */
  async run(listener: ResponderListener = {}): Promise<"stopped" | "complete"> {
    const { clock } = this.#link;
    const endNs = clock.monotonicNs() + (this.#options.durationMs ?? Infinity) * 1e6;
    let turnDueNs = clock.monotonicNs() + TURN_NS;
    for (;;) {
      this.#sendDue();
      const wasBusy = this.#readBatch(listener);
      const nowNs = clock.monotonicNs();
      if (this.#isStopped) return "stopped";
      if (nowNs >= endNs) return "complete";
      const sleepNs = Math.min(this.#queue.nextNs, endNs) - this.#spinNs - nowNs;
      const mayWait = !wasBusy && !this.#options.busy && sleepNs > 0;
      const isIdle = mayWait && !this.#sleep(nowNs, Math.min(sleepNs, MAX_WAIT_NS));
      const isFree = isIdle &&
        this.#queue.nextNs - clock.monotonicNs() > TURN_ALLOWANCE_NS;
      if (isFree || nowNs >= turnDueNs) {
        this.#sendDue();
        const pause = listener.idle?.(nowNs);
        if (pause !== undefined) await pause;
        await new Promise<void>((resolve) => setImmediate(resolve));
        turnDueNs = clock.monotonicNs() + TURN_NS;
      }
    }
  }

  /** Sleeps until a datagram is there (true) or the time is over, and learns how much too long a sleep is. */
  #sleep(nowNs: number, sleepNs: number): boolean {
    this.#wasWoken = this.#link.wait(sleepNs);
    if (this.#wasWoken) return true;
    const tooLongNs = this.#link.clock.monotonicNs() - nowNs - sleepNs;
    this.#oversleptNs += (Math.min(tooLongNs, MAX_SPIN_NS) - this.#oversleptNs) * OVERSLEPT_WEIGHT;
    const decayedNs = this.#spinNs * (1 - SPIN_DECAY);
    const spinNs = Math.max(decayedNs, tooLongNs * SPIN_RESERVE, MIN_SPIN_NS);
    this.#spinNs = Math.min(spinNs, MAX_SPIN_NS);
    return false;
  }

  /** Reads what has arrived, up to a batch; false when nothing had. */
  #readBatch(listener: ResponderListener): boolean {
    const { clock } = this.#link;
    for (let count = 0; count < BATCH; count++) {
      const arrival = this.#link.receive();
      if (arrival === undefined) return count > 0;
      const readAt = arrival.stamp ?? clock.now();
      const arrivedAt = arrival.stamp ?? this.#guessArrival(readAt);
      const answered = this.responder.answer(arrival.bytes, arrivedAt, arrival.from, readAt);
      for (const departure of answered.departures) {
        if (departure.dueNs <= arrivedAt.monotonicNs) this.#send(departure);
        else if (this.#queue.length < MAX_WAITING) this.#queue.push(departure);
        else this.responder.counts.overflow++;
      }
      const unixMs = clock.baseUnixMs + arrivedAt.realtimeNs / 1e6;
      listener.answered?.(answered, unixMs, arrivedAt.monotonicNs);
    }
    return true;
  }

  /**
   * When a datagram arrived that has just been read and bears no stamp. One that ended a sleep arrived before: a thread
   * wakes as late for a datagram as for the end of its sleep.
   */
  #guessArrival(now: Instant): Instant {
    if (!this.#wasWoken) return now;
    this.#wasWoken = false;
    const realtimeNs = Math.round(now.realtimeNs - this.#oversleptNs);
    return { ...now, realtimeNs, monotonicNs: now.monotonicNs - this.#oversleptNs };
  }

  #sendDue(): void {
    while (this.#queue.length > 0 && this.#queue.nextNs <= this.#link.clock.monotonicNs()) {
      this.#send(this.#queue.pop() as Departure);
    }
  }

  #send({ bytes, to }: Departure): void {
    if (this.#link.send(bytes, to)) this.responder.counts.sent++;
    else this.responder.counts.unsent++;
  }
}
