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
 *
 * Each stamp S says that c lies in [S, S + 1) modulo q; the intersection of these arcs is all that is
 * known about c, and an empty intersection contradicts q.
 */

import { foldMs } from "../time/day.ts";

/** Ticks of timers that are not whole milliseconds: 15, 16, 18.2, 30, 32, 60, 64, 128 and 300 Hz. */
const FRACTIONAL_TICKS_MS = [
  1000 / 15,
  1000 / 16,
  86_400_000 / 1_573_040,
  1000 / 30,
  1000 / 32,
  1000 / 60,
  1000 / 64,
  1000 / 128,
  1000 / 300,
];

/** The coarsest tick that RFC 1122 allows leaves six low-order bits undefined. */
const COARSEST_ALLOWED_MS = 64;

/**
 * Ticks that are looked for, milliseconds, largest first: whole seconds, tenths, every whole number of
 * milliseconds that RFC 1122 allows, and the usual timers whose period is no whole number. Ticks
 * below 2 ms is hidden by the timestamps' own rounding.
 */
export const KNOWN_TICKS_MS: readonly number[] = [
  1000,
  100,
  ...FRACTIONAL_TICKS_MS,
  ...Array.from({ length: COARSEST_ALLOWED_MS - 1 }, (_, index) => index + 2),
].sort((one, other) => other - one);

/** The tick of a clock that is as fine as the stamps. */
export const FINE_TICK_MS = 1;

/**
 * A tick is announced after this many timestamps in a row on its grid. A clock of half the tick has an even chance
 * with each of them, so it is mistaken once in 2^23 runs.
 */
const STAMPS_WANTED = 24;

/**
 * So many of them must lag by half the tick or more: that shows that the probes met the tick at different
 * phases, and did not all arrive just after a multiple of it.
 */
const LAGGING_WANTED = 8;

/** So often the stamp must have changed among them: a stuck stamp is on every grid. */
const CHANGES_WANTED = 3;

/** An announced tick is withdrawn after this many contradictions without new evidence. */
const CONTRADICTIONS_TO_WITHDRAW = 4;

/** The lead of the timestamps is taken over the last N to 2N of them, with N this number: clocks drift. */
const LEAD_STAMPS = 64;

const TOLERANCE_MS = 1e-7;

/** How far above a stamp the remote clock can be: the clock was in [stamp + lower, stamp + upper). */
export interface StampSpan {
  /** Milliseconds to add to the stamp for the least value of the clock; not negative. */
  readonly lowerMs: number;
  /** Milliseconds to add to the stamp for the upper end; at least the tick. */
  readonly upperMs: number;
}

/** What is known about one candidate tick. */
class Candidate {
  readonly tickMs: number;
  /** The first stamp since the last contradiction; c is kept relative to it. */
  #anchorMs: number | undefined;
  #phaseLowerMs = 0;
  #phaseUpperMs = 1;
  #onGrid = 0;
  #lagging = 0;
  #changes = 0;
  #lastMs: number | undefined;
  #contradictions = 0;
  ruledOut = false;
  announced = false;

  constructor(tickMs: number) {
    this.tickMs = tickMs;
  }

  /** Takes one stamp, which lags by so much behind the time expected. */
  add(stampMs: number, lagMs: number): void {
    if (this.#anchorMs === undefined) this.#begin(stampMs);
    const position = this.#position(stampMs);
    if (position === undefined) {
      this.ruledOut = true;
      this.#contradictions += 1;
      if (this.#contradictions >= CONTRADICTIONS_TO_WITHDRAW) this.announced = false;
      this.#begin(stampMs);
      return;
    }
    this.#phaseLowerMs = Math.max(this.#phaseLowerMs, position);
    this.#phaseUpperMs = Math.min(this.#phaseUpperMs, position + 1);
    this.#onGrid += 1;
    if (lagMs >= this.tickMs / 2) this.#lagging += 1;
    if (stampMs !== this.#lastMs) this.#changes += 1;
    this.#lastMs = stampMs;
    if (
      this.#onGrid >= STAMPS_WANTED && this.#lagging >= LAGGING_WANTED &&
      this.#changes > CHANGES_WANTED
    ) {
      this.announced = true;
      this.#contradictions = 0;
    }
  }

  span(stampMs: number): StampSpan {
    const position = this.#position(stampMs);
    if (position === undefined) return { lowerMs: 0, upperMs: this.tickMs + 1 };
    return {
      lowerMs: Math.max(0, this.#phaseLowerMs - position),
      upperMs: this.tickMs + Math.min(1, this.#phaseUpperMs - position),
    };
  }

  likelySpan(stampMs: number): StampSpan {
    const sure = this.span(stampMs);
    // Multiples of the tick since midnight, if the stamps agree with that.
    const onGridMs = Math.ceil((stampMs - TOLERANCE_MS) / this.tickMs) * this.tickMs - stampMs;
    const phaseUpperMs = sure.upperMs - this.tickMs;
    const lowerMs = onGridMs >= sure.lowerMs - TOLERANCE_MS && onGridMs < phaseUpperMs
      ? Math.max(0, onGridMs)
      : (sure.lowerMs + phaseUpperMs) / 2;
    return { lowerMs, upperMs: lowerMs + this.tickMs };
  }

  /** How long before a time the last tick was. */
  phaseOf(remoteMs: number): number {
    const anchorMs = this.#anchorMs ?? 0;
    const { lowerMs } = this.likelySpan(anchorMs);
    return positiveRemainder(foldMs(remoteMs - anchorMs) - lowerMs, this.tickMs);
  }

  #begin(stampMs: number): void {
    this.#anchorMs = stampMs;
    this.#phaseLowerMs = 0;
    this.#phaseUpperMs = 1;
    this.#onGrid = 0;
    this.#lagging = 0;
    this.#changes = 0;
    this.#lastMs = undefined;
  }

  /** Where on the circle of the tick the arc of a stamp begins, if it meets what is known of c. */
  #position(stampMs: number): number | undefined {
    const ahead = positiveRemainder(foldMs(stampMs - (this.#anchorMs ?? stampMs)), this.tickMs);
    for (const position of [ahead, ahead - this.tickMs]) {
      const lower = Math.max(this.#phaseLowerMs, position);
      const upper = Math.min(this.#phaseUpperMs, position + 1);
      if (upper - lower > TOLERANCE_MS) return position;
    }
    return undefined;
  }
}

/** Finds the tick of one remote clock while its stamps come in. */
export class TickDetector {
  readonly #candidates = KNOWN_TICKS_MS.map((tickMs) => new Candidate(tickMs));
  #leadMs: number | undefined;
  #previousLeadMs: number | undefined;
  #stampsInBlock = 0;
  #tick: Candidate | undefined;
  #worst: Candidate | undefined = this.#candidates[0];
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
    return this.#tick?.phaseOf(remoteMs) ?? positiveRemainder(remoteMs, FINE_TICK_MS);
  }
}

function positiveRemainder(value: number, divisor: number): number {
  const remainder = value % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}
