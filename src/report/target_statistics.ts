/** What one target has shown so far: counts, spreads and the offset that every reply agrees with. */

import type { ExtraReply, ProbeOutcome, ReplyDetail } from "../probe/outcome.ts";
import type { Target } from "../target/target.ts";
import type { Probe } from "../probe/probe.ts";
import { DelayVariation, ProbeCounters, SeriesSummary, type Summary } from "../stats/mod.ts";
import type { BoundedMs } from "../measurement/mod.ts";

/** A target's statistics at one moment. */
export interface TargetSummary {
  /** The target. */
  readonly target: Target;
  /** What became of its probes. */
  readonly counters: ProbeCounters;
  /** Round-trip time, milliseconds. */
  readonly rttMs: Summary | undefined;
  /** Way out plus offset, milliseconds. */
  readonly outMs: Summary | undefined;
  /** Way back minus offset, milliseconds. */
  readonly backMs: Summary | undefined;
  /** Absolute delay variation of the way out, milliseconds. */
  readonly outJitterMs: Summary | undefined;
  /** Absolute delay variation of the way back, milliseconds. */
  readonly backJitterMs: Summary | undefined;
  /** Offset of the remote clock by the reply with the tightest bounds. */
  readonly offset: BoundedMs | undefined;
}

/** Delay series of a target that has answered; made with the first answer, since most of a large run may never answer. */
class Delays {
  readonly rtt = new SeriesSummary();
  readonly out = new SeriesSummary();
  readonly back = new SeriesSummary();
  readonly outJitter = new DelayVariation();
  readonly backJitter = new DelayVariation();
}

/** Gathers the statistics of one target. */
export class TargetStatistics {
  /** The target. */
  readonly target: Target;
  /** What became of its probes. */
  readonly counters: ProbeCounters = new ProbeCounters();
  #delays: Delays | undefined;
  #offset: BoundedMs | undefined;

  /** Starts empty. */
  constructor(target: Target) {
    this.target = target;
  }

  /** Counts the final word on a probe. */
  add(outcome: ProbeOutcome): void {
    const { counters } = this;
    switch (outcome.kind) {
      case "replied":
        counters.sent++;
        counters.received++;
        this.#measure(outcome.probe, outcome.reply);
        break;
      case "refused":
        counters.sent++;
        counters.refused++;
        break;
      case "timedOut":
        counters.sent++;
        counters.lost++;
        break;
      case "unsent":
        counters.unsent++;
        break;
    }
  }

  /** Counts a further answer. */
  addExtra(extra: ExtraReply): void {
    if (extra.kind === "duplicate") this.counters.duplicates++;
    else this.counters.late++;
  }

  /** Counts a probe that is still out at the end. */
  addPending(): void {
    this.counters.sent++;
  }

  /** The statistics as they stand. */
  summary(): TargetSummary {
    const delays = this.#delays;
    return {
      target: this.target,
      counters: this.counters,
      rttMs: delays?.rtt.summary(),
      outMs: delays?.out.summary(),
      backMs: delays?.back.summary(),
      outJitterMs: delays?.outJitter.summary(),
      backJitterMs: delays?.backJitter.summary(),
      offset: this.#offset,
    };
  }

  #measure(probe: Probe, reply: ReplyDetail): void {
    this.#delays ??= new Delays();
    const delays = this.#delays;
    delays.rtt.add(reply.rttNs / 1e6);
    const { out, back, offset } = reply.measurement ?? {};
    if (out === undefined || back === undefined || offset === undefined) return;
    delays.out.add(out.valueMs);
    delays.back.add(back.valueMs);
    delays.outJitter.add(probe.number, out.valueMs);
    delays.backJitter.add(probe.number, back.valueMs);
    const width = offset.upperMs - offset.lowerMs;
    if (this.#offset === undefined || width < this.#offset.upperMs - this.#offset.lowerMs) {
      this.#offset = offset;
    }
  }
}
