/**
 * The loop of `respond`: read requests, send what is due, wait.
 *
 * It waits on its own thread, since a hop to another one would add 100 µs to the first request after a pause, and gives the
 * event loop a turn for signals between waits.
 */

import { type Departure, DepartureQueue } from "./departure_queue.ts";
import type { ResponderLink } from "./link.ts";
import { type Answered, Responder, type ResponderOptions } from "./responder.ts";

/** Longest wait on this thread: a signal is noticed this late. */
const MAX_WAIT_NS = 20e6;
/** A busy responder gives the event loop a turn this often. */
const TURN_NS = 50e6;
/** The end of a wait for a departure is spent in a loop: a sleep may end this much later than asked for. */
const SPIN_NS = 80e3;
/** Requests that are read before the departures are looked at again. */
const BATCH = 64;
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
      const sleepNs = Math.min(this.#queue.nextNs, endNs) - SPIN_NS - nowNs;
      const mayWait = !wasBusy && !this.#options.busy && sleepNs > 0;
      const isIdle = mayWait && !this.#link.wait(Math.min(sleepNs, MAX_WAIT_NS));
      // With nothing at hand, since a turn may take longer than a wait is exact.
      if (isIdle || nowNs >= turnDueNs) {
        this.#sendDue();
        const pause = listener.idle?.(nowNs);
        if (pause !== undefined) await pause;
        await new Promise<void>((resolve) => setImmediate(resolve));
        turnDueNs = clock.monotonicNs() + TURN_NS;
      }
    }
  }

  /** Reads what has arrived, up to a batch; false when nothing had. */
  #readBatch(listener: ResponderListener): boolean {
    const { clock } = this.#link;
    for (let count = 0; count < BATCH; count++) {
      const arrival = this.#link.receive();
      if (arrival === undefined) return count > 0;
      const arrivedAt = arrival.stamp ?? clock.now();
      const answered = this.responder.answer(arrival.bytes, arrivedAt, arrival.from);
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

  #sendDue(): void {
    while (this.#queue.nextNs <= this.#link.clock.monotonicNs()) {
      this.#send(this.#queue.pop() as Departure);
    }
  }

  #send({ bytes, to }: Departure): void {
    if (this.#link.send(bytes, to)) this.responder.counts.sent++;
    else this.responder.counts.unsent++;
  }
}
