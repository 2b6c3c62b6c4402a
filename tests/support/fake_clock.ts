/** A pair of clocks that stands still until a test moves it. */

import type { Clock, Instant, StampSource } from "../../src/time/instant.ts";

const NS_PER_MS = 1e6;

/** A jump of CLOCK_REALTIME; CLOCK_MONOTONIC does not take part. */
export interface RealtimeStep {
  /** When, in milliseconds after the clock was opened. */
  readonly atMs: number;
  /** How far it jumps; negative is back. */
  readonly byMs: number;
}

/** What a fake clock shows when it is opened, and its jumps. */
export interface FakeClockOptions {
  /** Midnight from which realtime counts, Unix time in milliseconds; a multiple of a day. */
  readonly baseUnixMs?: number;
  /** Realtime at the start, in nanoseconds after that midnight. */
  readonly startNs?: number;
  /** Jumps, in order. */
  readonly steps?: readonly RealtimeStep[];
  /** Time that each look at it takes, in nanoseconds; 0 by default: it stands still until it is moved. */
  readonly lookNs?: number;
}

/** 2026-09-13, a Sunday without any meaning. */
const BASE_UNIX_MS = 1_789_257_600_000;
/** 11:51:34.656 and a fraction that is no whole microsecond. */
const START_NS = 42_694_656_271_828;

/** The local clocks as a function of one number: how long the run has lasted. */
export class FakeClock implements Clock {
  /** Midnight from which realtime counts. */
  readonly baseUnixMs: number;
  readonly #startNs: number;
  readonly #steps: readonly RealtimeStep[];
  readonly #lookNs: number;
  #nowNs = 0;

  /** Opens the clock; CLOCK_MONOTONIC starts at 0. */
  constructor(options: FakeClockOptions = {}) {
    this.baseUnixMs = options.baseUnixMs ?? BASE_UNIX_MS;
    this.#startNs = Math.round(options.startNs ?? START_NS);
    this.#steps = options.steps ?? [];
    this.#lookNs = options.lookNs ?? 0;
  }

  /** CLOCK_MONOTONIC now, in nanoseconds. */
  get nowNs(): number {
    return this.#nowNs;
  }

  /** Reads both clocks. */
  now(): Instant {
    this.#nowNs += this.#lookNs;
    return this.at(this.#nowNs, "user");
  }

  /** What both clocks show, showed or will show at a time on CLOCK_MONOTONIC. */
  at(monotonicNs: number, source: StampSource): Instant {
    const realtimeNs = this.trueRealtimeNs(monotonicNs) + this.stepsBefore(monotonicNs);
    return { realtimeNs, monotonicNs, source };
  }

  /** How far realtime has jumped in all by a time on CLOCK_MONOTONIC, in nanoseconds. */
  stepsBefore(monotonicNs: number): number {
    let sumNs = 0;
    for (const { atMs, byMs } of this.#steps) {
      if (monotonicNs >= atMs * NS_PER_MS) sumNs += Math.round(byMs * NS_PER_MS);
    }
    return sumNs;
  }

  /** Realtime as it would be without any jump. */
  trueRealtimeNs(monotonicNs: number): number {
    return this.#startNs + monotonicNs;
  }

  /** Moves on to a time on CLOCK_MONOTONIC, to the next whole nanosecond; earlier times do nothing. */
  advanceTo(monotonicNs: number): void {
    if (monotonicNs > this.#nowNs) this.#nowNs = Math.ceil(monotonicNs);
  }

  /** Moves on by `ns` nanoseconds. */
  advance(ns: number): void {
    this.#nowNs += ns;
  }
}
