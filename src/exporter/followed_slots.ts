/**
 * A followed clock of which only the quickest reply of each stretch of time is taken. Bounds come from the quickest
 * replies; with a thousand targets the others would cost memory and time for nothing.
 */

import type { ClockEvent } from "../run/clock/event.ts";
import { FollowedClock } from "../run/clock/followed_clock.ts";
import type { ProbeOutcome } from "../probe/outcome.ts";
import type { TargetStatistics } from "../run/target_statistics.ts";

/** How many replies a second are taken over all targets at most. */
const REPLIES_PER_SECOND = 200;

type Reply = Extract<ProbeOutcome, { kind: "reply" }>;

/** Length of a stretch for that many targets, nanoseconds; 0 where every reply is taken. */
export function slotNsFor(targets: number, intervalMs: number): number {
  const slotMs = 1e3 * targets / REPLIES_PER_SECOND;
  return slotMs <= intervalMs ? 0 : slotMs * 1e6;
}

/** Follows one clock. */
export class FollowedSlots {
  /** Length of a stretch, as {@linkcode slotNsFor} gives it; may be set at any time. */
  slotNs: number;
  readonly #clock: FollowedClock;
  #slot = -Infinity;
  #best: Reply | undefined;

  /** Starts knowing nothing; `slotNs` as from {@linkcode slotNsFor}. */
  constructor(statistics: Pick<TargetStatistics, "target" | "counters">, slotNs: number) {
    this.slotNs = slotNs;
    this.#clock = new FollowedClock(statistics, {});
  }

  /** Takes in the outcome of a probe. */
  add(outcome: ProbeOutcome): void {
    if (outcome.kind !== "reply" || this.slotNs === 0) {
      this.#take(outcome);
      return;
    }
    const slot = Math.floor(outcome.reply.receivedAt.monotonicNs / this.slotNs);
    const best = this.#best;
    if (best !== undefined && slot > this.#slot) this.#take(best);
    const isFirst = best === undefined || slot > this.#slot;
    // The first replies say at once what there is to say.
    if (this.#clock.tracker.probes < FIRST_REPLIES) this.#take(outcome);
    else if (isFirst || hasTime(outcome) && !hasTime(best)) this.#best = outcome;
    else if (outcome.reply.rttNs < best.reply.rttNs && hasTime(outcome) === hasTime(best)) {
      this.#best = outcome;
    }
    this.#slot = Math.max(this.#slot, slot);
  }

  /** The estimate is made at once, for which there is time between two probes: a scrape asks for those of all targets together. */
  #take(outcome: ProbeOutcome): void {
    this.#clock.add(outcome);
    if (outcome.kind === "reply") this.#clock.tracker.state();
  }

  /** What is known now, as {@linkcode FollowedClock.event} has it. */
  event(nowNs: number, baseUnixMs: number): ClockEvent {
    return this.#clock.event(nowNs, baseUnixMs);
  }
}

/** Replies that are taken before the stretches begin. */
const FIRST_REPLIES = 8;

function hasTime({ reply }: Reply): boolean {
  return reply.measurement?.receiveMs !== undefined;
}
