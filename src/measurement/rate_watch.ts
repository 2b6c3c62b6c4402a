/** Whether the stamps of one host advance as our clock does. */

import { foldMs } from "../time/day.ts";

/** Minimum span over which the advance of the timestamps is compared with that of our clock. */
const RATE_AFTER_MS = 1500;

/**
 * How far the two may differ: by half of the time that has passed, and by what the outward delay can change and a
 * clock of whole seconds can lag. Stamps in seconds, a thousandth of the right rate, differ by more.
 */
const RATE_TOLERANCE_RATIO = 0.5;
const RATE_TOLERANCE_MS = 500;

/**
 * Where one pair of replies is all that there is to compare, a clock that went by less than this share of the time
 * counts in another unit; one that was set differs by anything.
 */
const OTHER_UNIT_RATIO = 0.05;

/** Replies over which the advance of the stamps is compared with that of our clock. */
interface Stretch {
  /** The stamp of the first reply, and when it was asked for. */
  readonly firstMs: number;
  readonly firstNs: number;
  /** The same of the reply before. */
  beforeMs: number;
  beforeNs: number;
  /** By how much the stamps moved apart from time where they did most, and in what time; no numbers before the second. */
  jumpMs: number;
  jumpAfterMs: number;
}

/** Watches the receive stamps of one host. */
export class RateWatch {
  #stretch: Stretch | undefined;
  #isWrong = false;
  /** The stamps of the last stretch differed from time, which one jump explains. */
  #jumped = false;

  /** Whether the stamps of the last stretch did not advance as time does. */
  get isWrong(): boolean {
    return this.#isWrong;
  }

  /** Compares only what comes from now on, once there is some. */
  restart(): void {
    this.#stretch = undefined;
  }

  /** Takes a stamp, milliseconds of the day, and when it was asked for (CLOCK_MONOTONIC). */
  add(atNs: number, receiveMs: number): void {
    const stretch = this.#stretch;
    if (stretch === undefined) {
      this.#isWrong = false;
      this.#jumped = false;
      this.#stretch = stretchFrom(atNs, receiveMs);
      return;
    }
    const sinceMs = (atNs - stretch.beforeNs) / 1e6;
    const aheadMs = foldMs(receiveMs - stretch.beforeMs - sinceMs);
    if (!(Math.abs(aheadMs) < Math.abs(stretch.jumpMs))) {
      stretch.jumpMs = aheadMs;
      stretch.jumpAfterMs = sinceMs;
    }
    stretch.beforeMs = receiveMs;
    stretch.beforeNs = atNs;
    const passedMs = (atNs - stretch.firstNs) / 1e6;
    if (passedMs < RATE_AFTER_MS) return;
    const differenceMs = foldMs(receiveMs - stretch.firstMs - passedMs);
    const toleranceMs = passedMs * RATE_TOLERANCE_RATIO + RATE_TOLERANCE_MS;
    const differs = Math.abs(differenceMs) > toleranceMs;
    // A clock that was set differs once, and in one place; one that counts otherwise does so everywhere.
    this.#isWrong = differs && (this.#jumped || !isJump(stretch, differenceMs, passedMs));
    this.#jumped = differs;
    this.#stretch = stretchFrom(atNs, receiveMs);
  }
}

function stretchFrom(atNs: number, receiveMs: number): Stretch {
  return {
    ...{ firstMs: receiveMs, firstNs: atNs, beforeMs: receiveMs, beforeNs: atNs },
    ...{ jumpMs: NaN, jumpAfterMs: NaN },
  };
}

/** Whether one jump between two replies explains how far the stamps moved apart from time. */
function isJump(
  { jumpMs, jumpAfterMs }: Stretch,
  differenceMs: number,
  passedMs: number,
): boolean {
  const otherMs = passedMs - jumpAfterMs;
  if (otherMs > 0) {
    return Math.abs(foldMs(differenceMs - jumpMs)) <= otherMs * RATE_TOLERANCE_RATIO;
  }
  const movedMs = foldMs(passedMs + differenceMs);
  return movedMs < 0 || movedMs >= passedMs * OTHER_UNIT_RATIO;
}
