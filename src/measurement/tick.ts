/**
 * How coarse a remote clock is, from its stamps.
 *
 * A clock with a tick of q shows c + kq, and its stamp is that rounded down to a millisecond. RFC
 * 1122 §3.2.2.8 allows 15 updates a second. Two questions are answered separately:
 *
 * - What can still be true? Every tick of a list of known ones is possible until two stamps contradict
 *   it. Bounds must hold for the largest that is left.
 * - What is shown? A tick is announced only when a finer clock would almost certainly have given itself
 *   away: stamps lag behind the time that they should show by up to the tick, and none is off the grid.
 */

import { foldMs, modulo } from "../time/day.ts";
import { FINE_TICK_MS, KNOWN_TICKS_MS } from "./known_ticks.ts";
import { type StampSpan, TickCandidate } from "./tick_candidate.ts";

/** The lead of the timestamps is taken over the last N to 2N of them, with N this number: clocks drift. */
const LEAD_STAMPS = 64;

/** Finds the tick of one remote clock while its stamps come in. */
export class TickDetector {
  readonly #candidates = KNOWN_TICKS_MS.map((tickMs) => new TickCandidate(tickMs));
  #leadMs: number | undefined;
  #previousLeadMs: number | undefined;
  #stampsInBlock = 0;
  #tick: TickCandidate | undefined;
  #worst: TickCandidate | undefined = this.#candidates[0];
  #revision = 0;

  /** The tick that was shown, milliseconds; 1 while none coarser was. */
  get tickMs(): number {
    return this.#tick?.tickMs ?? FINE_TICK_MS;
  }

  /** The largest tick that the stamps still allow, milliseconds, from the list of known ones. */
  get worstTickMs(): number {
    return this.#worst?.tickMs ?? FINE_TICK_MS;
  }

  /** Whether nothing coarser than the tick that was shown is possible any more. */
  get settled(): boolean {
    return this.tickMs === this.worstTickMs;
  }

  /** Grows whenever tickMs or worstTickMs changes: what was computed with them is to be redone. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Takes one stamp.
   *
   * @param sentMs our transmit instant, milliseconds of the day.
   * @param stampMs the remote receive stamp, whole milliseconds of the day.
   */
  add(sentMs: number, stampMs: number): void {
    const lagMs = this.#lag(foldMs(stampMs - sentMs));
    for (const candidate of this.#candidates) candidate.add(stampMs, lagMs);
    const worst = this.#candidates.find((candidate) => candidate.announced || !candidate.ruledOut);
    // While a multiple of an announced tick is possible, it is not known which of them it is.
    const tick = worst?.announced === true ? worst : undefined;
    if (tick !== this.#tick || worst !== this.#worst) this.#revision += 1;
    this.#tick = tick;
    this.#worst = worst;
  }

  /** Where the remote clock was when it gave this stamp, for every tick that is still possible. */
  span(stampMs: number): StampSpan {
    const worst = this.#worst;
    if (worst === undefined) return { lowerMs: 0, upperMs: FINE_TICK_MS };
    const { upperMs } = worst.span(stampMs);
    // Until the tick is settled a finer clock is possible too, and it may be at the stamp itself.
    return { lowerMs: this.settled ? worst.span(stampMs).lowerMs : 0, upperMs };
  }

  /**
   * Where the remote clock most likely was when it gave this stamp: with the tick that was shown, and
   * counting multiples of it since midnight where the stamps agree with that.
   */
  likelySpan(stampMs: number): StampSpan {
    return this.#tick?.likelySpan(stampMs) ?? { lowerMs: 0, upperMs: FINE_TICK_MS };
  }

  /**
   * How far a stamp lags behind the one that was most ahead of our send time lately. Right after a tick
   * the lag is zero, just before the next one it is the whole tick.
   */
  #lag(aheadMs: number): number {
    this.#stampsInBlock += 1;
    if (this.#stampsInBlock > LEAD_STAMPS) {
      this.#stampsInBlock = 1;
      this.#previousLeadMs = this.#leadMs;
      this.#leadMs = undefined;
    }
    const leadMs = this.#leadMs ?? aheadMs;
    this.#leadMs = foldMs(aheadMs - leadMs) > 0 ? aheadMs : leadMs;
    const leads = [this.#leadMs, this.#previousLeadMs ?? this.#leadMs];
    return Math.max(...leads.map((lead) => foldMs(lead - aheadMs)));
  }

  /** How long before a remote time the last change of the stamp was, milliseconds in [0, tick). */
  phaseOf(remoteMs: number): number {
    return this.#tick?.phaseOf(remoteMs) ?? modulo(remoteMs, FINE_TICK_MS);
  }
}
