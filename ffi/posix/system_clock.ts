/** CLOCK_REALTIME and CLOCK_MONOTONIC, read as one pair (clock_gettime(2)). */

import type { Clock, Instant } from "../../src/time/instant.ts";
import { CLOCK_MONOTONIC, CLOCK_REALTIME } from "./constants.ts";
import { Timespec } from "./layout.ts";
import { type Libc, openLibc } from "./libc.ts";

const DAY_SECONDS = 86_400;
const SECOND_NS = 1e9;
/** A pair bracketed more tightly than this is not read again. Three undisturbed reads take about 200 ns. */
const TIGHT_BRACKET_NS = 1_000;
const MAX_ATTEMPTS = 5;

/**
 * The local clock.
 *
 * `realtimeNs` counts from 00:00 UT of the day on which it was opened, so it is exact for 104 days and day
 * arithmetic is a remainder.
 *
 * Memory: clock_gettime writes one timespec into a buffer that this object owns, and keeps no pointer.
 */
export class SystemClock implements Clock {
  /** The base of `realtimeNs` as a Unix time in milliseconds; a multiple of 86 400 000. */
  readonly baseUnixMs: number;
  readonly #baseSeconds: number;
  readonly #startSeconds: number;
  readonly #startNs: number;
  readonly #clockGettime: Libc["clockGettime"];
  readonly #words = new Uint32Array(Timespec.size / 4);
  readonly #pointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#words);
  #realtimeNs = 0;
  #monotonicNs = 0;

  private constructor() {
    this.#clockGettime = openLibc().clockGettime;
    this.#clockGettime(CLOCK_REALTIME, this.#pointer);
    this.#baseSeconds = Math.floor(this.#readSeconds() / DAY_SECONDS) * DAY_SECONDS;
    this.baseUnixMs = this.#baseSeconds * 1000;
    this.#clockGettime(CLOCK_MONOTONIC, this.#pointer);
    this.#startSeconds = this.#readSeconds();
    this.#startNs = this.#readNs();
  }

  /**
   * Opens the clock: its base and its monotonic zero are taken now.
   *
   * @throws {Deno.errors.NotCapable} without `--allow-ffi`
   */
  static open(): SystemClock {
    return new SystemClock();
  }

  /** Reads both clocks as one pair, stamped `user`. */
  now(): Instant {
    this.#readPair();
    return { realtimeNs: this.#realtimeNs, monotonicNs: this.#monotonicNs, source: "user" };
  }

  /** Reads CLOCK_MONOTONIC alone, in nanoseconds since the clock was opened. */
  monotonicNs(): number {
    this.#clockGettime(CLOCK_MONOTONIC, this.#pointer);
    return (this.#readSeconds() - this.#startSeconds) * SECOND_NS + this.#readNs() - this.#startNs;
  }

  /**
   * An instant that the kernel stamped on CLOCK_REALTIME. Its monotonic side is that of `nearby` less the
   * distance on the realtime clock; it is wrong by as much as the realtime clock was stepped in between.
   *
   * @param unixSeconds whole seconds since 1970
   * @param nanoseconds 0..999 999 999
   * @param nearby a pair read soon after the event
   */
  fromKernel(unixSeconds: number, nanoseconds: number, nearby: Instant): Instant {
    const realtimeNs = (unixSeconds - this.#baseSeconds) * SECOND_NS + nanoseconds;
    const monotonicNs = nearby.monotonicNs - (nearby.realtimeNs - realtimeNs);
    return { realtimeNs, monotonicNs, source: "kernel" };
  }

  /** monotonic, realtime, monotonic; the tightest bracket of a few attempts when the scheduler came between. */
  #readPair(): void {
    let narrowestNs = Infinity;
    let before = this.monotonicNs();
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      this.#clockGettime(CLOCK_REALTIME, this.#pointer);
      const realtimeNs = (this.#readSeconds() - this.#baseSeconds) * SECOND_NS + this.#readNs();
      const after = this.monotonicNs();
      const bracketNs = after - before;
      if (bracketNs < narrowestNs) {
        narrowestNs = bracketNs;
        this.#realtimeNs = realtimeNs;
        this.#monotonicNs = before + Math.floor(bracketNs / 2);
      }
      if (narrowestNs <= TIGHT_BRACKET_NS) return;
      before = after;
    }
  }

  #readSeconds(): number {
    const low = this.#words[Timespec.seconds / 4] as number;
    const high = this.#words[Timespec.seconds / 4 + 1] as number;
    return low + high * 2 ** 32;
  }

  #readNs(): number {
    return this.#words[Timespec.nanoseconds / 4] as number;
  }
}
