/**
 * The remote host's clock, and what the host writes of it into a reply.
 *
 * The clock is exact by definition: its reading is our own time plus a whole number of
 * nanoseconds that depends on that time alone, so a test knows the truth to the nanosecond.
 */

import { resolveByAddress, resolveQuantity } from "./delay.ts";
import type { ClockStep, HostBehaviour, QuirkName } from "./scenario.ts";

const NS_PER_MS = 1e6;
const NS_PER_DAY = 86_400_000 * NS_PER_MS;
const HIGH_BIT = 0x80000000;
const DEFAULT_COARSE_TICK_MS = 15.625;

function moduloDay(ns: number): number {
  const rest = ns % NS_PER_DAY;
  return rest < 0 ? rest + NS_PER_DAY : rest;
}

/** Swaps the four bytes of a word. */
export function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

/** One host's clock. Times are nanoseconds since the run's base (00:00 UT of the day on which it started). */
export class RemoteClock {
  /** What this host does with its stamps. */
  readonly quirk: QuirkName;
  readonly #originNs: number;
  readonly #offsetNs: number;
  readonly #skew: number;
  readonly #steps: readonly ClockStep[];
  readonly #tickNs: number;
  readonly #zoneNs: number;
  readonly #uptimeNs: number;
  readonly #baseUnixMs: number;
  #stuckMs = -1;

  /** The clock of the host at `index`, whose first request arrived at `originNs`. */
  constructor(behaviour: HostBehaviour, index: number, originNs: number, baseUnixMs: number) {
    const clock = behaviour.clock ?? {};
    const quirk = behaviour.quirk ?? "normal";
    this.quirk = typeof quirk === "string" ? quirk : resolveByAddress(quirk, index);
    this.#originNs = originNs;
    this.#baseUnixMs = baseUnixMs;
    this.#offsetNs = clock.timeOfDayMs === undefined
      ? Math.round(resolveQuantity(clock.offsetMs ?? 0, index) * NS_PER_MS)
      : Math.round(clock.timeOfDayMs * NS_PER_MS) - moduloDay(originNs);
    this.#skew = resolveQuantity(clock.skewPpm ?? 0, index) * 1e-6;
    this.#steps = clock.steps ?? [];
    const tickMs = clock.tickMs ?? (this.quirk === "coarse-tick" ? DEFAULT_COARSE_TICK_MS : 0);
    this.#tickNs = Math.round(resolveQuantity(tickMs, index) * NS_PER_MS);
    this.#zoneNs = resolveQuantity(behaviour.zoneMinutes ?? 60, index) * 60_000 * NS_PER_MS;
    this.#uptimeNs = resolveQuantity(behaviour.uptimeMs ?? 1_234_567, index) * NS_PER_MS;
  }

  /** Remote minus local at the local time `atNs`: a whole number of nanoseconds. */
  offsetNsAt(atNs: number): number {
    let offsetNs = this.#offsetNs + Math.round(this.#skew * (atNs - this.#originNs));
    for (const step of this.#steps) {
      if (atNs - this.#originNs >= step.afterMs * NS_PER_MS) {
        offsetNs += Math.round(step.byMs * NS_PER_MS);
      }
    }
    return offsetNs;
  }

  /** The 32 bits that the host writes for the local time `atNs` in answer to `originateMs`. */
  stampAt(atNs: number, originateMs: number): number {
    const remoteNs = atNs + this.offsetNsAt(atNs);
    switch (this.quirk) {
      case "normal":
      case "lazy":
      case "coarse-tick":
      case "bad-checksum":
      case "other-originate":
        return this.#msOfDay(remoteNs);
      case "high-bit":
        return (this.#msOfDay(remoteNs) | HIGH_BIT) >>> 0;
      case "high-bit-wrong":
        return (this.#uptimeMs(remoteNs) | HIGH_BIT) >>> 0;
      case "little-endian":
        return swapBytes(this.#msOfDay(remoteNs));
      case "local-time-zone":
        return this.#msOfDay(remoteNs + this.#zoneNs);
      case "seconds-of-day":
        return Math.floor(this.#msOfDay(remoteNs) / 1000);
      case "unix-seconds":
        return Math.floor((this.#baseUnixMs + remoteNs / NS_PER_MS) / 1000) >>> 0;
      case "uptime-ms":
        return this.#uptimeMs(remoteNs);
      case "stuck":
        if (this.#stuckMs < 0) this.#stuckMs = this.#msOfDay(remoteNs);
        return this.#stuckMs;
      case "zero":
        return 0;
      case "one":
        return 1;
      case "copy-originate":
        return originateMs;
      case "low-16-bits-zero":
        // htons() where htonl() was meant, stored in a 32-bit field by a little-endian machine.
        return ((this.#msOfDay(remoteNs) & 0xffff) << 16) >>> 0;
    }
  }

  #msOfDay(remoteNs: number): number {
    const nsOfDay = moduloDay(remoteNs);
    const shownNs = this.#tickNs > 0 ? nsOfDay - nsOfDay % this.#tickNs : nsOfDay;
    return Math.floor(shownNs / NS_PER_MS);
  }

  #uptimeMs(remoteNs: number): number {
    const sinceFirstNs = remoteNs - this.#originNs - this.#offsetNs;
    return Math.floor((this.#uptimeNs + sinceFirstNs) / NS_PER_MS) >>> 0;
  }
}
