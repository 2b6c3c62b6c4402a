/** What the probes of one target have shown, as far as its series need it. */

import type { ExtraReply, ProbeOutcome, ReplyDetail } from "../probe/outcome.ts";
import type { Probe } from "../probe/probe.ts";
import { countOutcome } from "../run/target_statistics.ts";
import { type DelayChange, ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
import { BucketHistogram } from "../prometheus/bucket_histogram.ts";
import { FollowedSlots } from "./followed_slots.ts";

/** Directions of a delay, as the label has them. */
export const DIRECTIONS = ["out", "back"] as const;

/** One of them. */
export type Direction = typeof DIRECTIONS[number];

/** Bounds of a target's histograms, seconds. */
export interface TargetBuckets {
  /** Round-trip times. */
  readonly rttS: readonly number[];
  /** Changes of delay. */
  readonly changeS: readonly number[];
}

/** The smoothing of RFC 3550 §6.4.1. */
const JITTER_GAIN = 1 / 16;

/** What the latest reply of a target showed. */
export interface LatestReply {
  /** When it arrived: realtime, nanoseconds since the base of the run's clock. */
  readonly atNs: number;
  /** Round-trip time, nanoseconds. */
  readonly rttNs: number;
  /** Wait in this machine's own queue, nanoseconds; undefined where the kernel does not say. */
  readonly queueNs: number | undefined;
  /** How far the delays are above their baselines; undefined without usable stamps. */
  readonly change: DelayChange | undefined;
}

/** Series of one target. They outlast the run that fills them. */
export class TargetSeries {
  /** Counts of all its probes, at whatever address. */
  readonly counters: ProbeCounters = new ProbeCounters();
  /** Round-trip times, seconds. */
  readonly rtt: BucketHistogram;
  /** Changes of delay by direction, seconds. */
  readonly change: Readonly<Record<Direction, BucketHistogram>>;
  /** Smoothed delay variation by direction, milliseconds; undefined before the first pair of probes. */
  readonly jitterMs: Partial<Record<Direction, number>> = {};
  /** The latest probe whose end is known was answered; undefined before the first. */
  isUp: boolean | undefined;
  /** The latest reply at the present address. */
  latest: LatestReply | undefined;
  #clock: FollowedSlots | undefined;
  /** Counts of its probes at its present address. */
  #present = new ProbeCounters();
  #target: Target;
  #slotNs: number | undefined;
  /** Restarts of clocks that are not followed any more. */
  #pastRestarts = 0;
  #restarts = 0;
  #last: { readonly index: number; readonly outMs: number; readonly backMs: number } | undefined;

  /** Starts empty; `slotNs` as for {@linkcode FollowedSlots}, undefined to follow no clock. */
  constructor(target: Target, buckets: TargetBuckets, slotNs: number | undefined) {
    this.#target = target;
    this.#slotNs = slotNs;
    this.rtt = new BucketHistogram(buckets.rttS);
    this.change = {
      out: new BucketHistogram(buckets.changeS),
      back: new BucketHistogram(buckets.changeS),
    };
    this.#follow();
  }

  /** The target as it is probed now. */
  get target(): Target {
    return this.#target;
  }

  /** Whether a clock is followed. */
  get hasClock(): boolean {
    return this.#clock !== undefined;
  }

  /** Restarts of the measurement of the clock, as far as {@linkcode clock} has seen them. */
  get restarts(): number {
    return this.#pastRestarts + this.#restarts;
  }

  /** The group has more or fewer targets, or another interval: its clock is followed by that length of stretches, nanoseconds. */
  setSlot(slotNs: number | undefined): void {
    this.#slotNs = slotNs;
    if (this.#clock !== undefined && slotNs !== undefined) this.#clock.slotNs = slotNs;
  }

  /** The target is another host from now on: what is not a total starts again. */
  move(target: Target): void {
    const isSame = target.address === this.#target.address;
    this.#target = target;
    // The numbers of another run's probes do not continue those of the last.
    this.#last = undefined;
    if (isSame) return;
    this.latest = undefined;
    this.isUp = undefined;
    delete this.jitterMs.out;
    delete this.jitterMs.back;
    this.#pastRestarts += this.#restarts;
    this.#restarts = 0;
    this.#follow();
  }

  /** Takes in the outcome of a probe; `change` as `TargetStatistics.add` returns it. */
  add(outcome: ProbeOutcome, address: number, change: DelayChange | undefined): void {
    countOutcome(this.counters, outcome);
    if (outcome.kind === "reply") this.rtt.add(outcome.reply.rttNs / 1e9);
    if (change !== undefined) {
      this.change.out.add(change.outMs / 1e3);
      this.change.back.add(change.backMs / 1e3);
    }
    // A probe to an earlier address says nothing of the host at this one.
    if (address !== this.#target.address) return;
    countOutcome(this.#present, outcome);
    this.isUp = outcome.kind === "reply";
    this.#clock?.add(outcome);
    if (outcome.kind !== "reply") return;
    const { probe, reply } = outcome;
    this.#addJitter(probe, reply);
    const { rttNs, receivedAt } = reply;
    this.latest = { atNs: receivedAt.realtimeNs, rttNs, queueNs: probe.queueNs, change };
  }

  /** Counts a further reply. */
  addExtra({ kind }: ExtraReply): void {
    if (kind === "duplicate") this.counters.duplicates++;
    else this.counters.late++;
  }

  /**
   * What the replies say of its clock now; undefined for echo. It takes a while to find out.
   *
   * @param nowNs our realtime, nanoseconds since `baseUnixMs`
   */
  clock(nowNs: number, baseUnixMs: number): ReturnType<FollowedSlots["event"]> | undefined {
    const event = this.#clock?.event(nowNs, baseUnixMs);
    if (event !== undefined) this.#restarts = event.state.restartCount;
    return event;
  }

  #follow(): void {
    this.#present = new ProbeCounters();
    if (this.#slotNs === undefined) return;
    const statistics = { target: this.#target, counters: this.#present };
    this.#clock = new FollowedSlots(statistics, this.#slotNs);
  }

  /** Of pairs of consecutive probes alone (RFC 3393 §2). The offset of the clocks cancels. */
  #addJitter({ index }: Probe, { measurement }: ReplyDetail): void {
    if (measurement?.out === undefined || measurement.back === undefined) return;
    const outMs = measurement.out.lowerMs;
    const backMs = measurement.back.upperMs;
    const last = this.#last;
    this.#last = { index, outMs, backMs };
    if (last?.index !== index - 1) return;
    this.#smooth("out", outMs - last.outMs);
    this.#smooth("back", backMs - last.backMs);
  }

  #smooth(direction: Direction, variationMs: number): void {
    const before = this.jitterMs[direction] ?? 0;
    this.jitterMs[direction] = before + (Math.abs(variationMs) - before) * JITTER_GAIN;
  }
}
