/** What one target has shown so far: counts, spreads and the offset that every reply agrees with. */

import type { CapturePoint } from "../probe/observed/capture_point.ts";
import type { ExtraReply, ProbeOutcome, ReplyDetail } from "../probe/outcome.ts";
import type { Target } from "../targets/target.ts";
import type { Probe } from "../probe/probe.ts";
import { type DelayChange, ProbeCounters, type Summary } from "../stats/mod.ts";
import type { BoundedMs, HostMeasurement, HostOffset } from "../measurement/mod.ts";
import { DelaySeries } from "./delay_series.ts";

/** A target's statistics at one moment. */
export interface TargetSummary {
  /** `run`: since the start. `interval`: since the last summary of this kind. */
  readonly scope: "run" | "interval";
  /** When it was made, Unix time in seconds. */
  readonly time: number;
  /** Start of the interval, Unix time in seconds; undefined since the start of the run. */
  readonly from?: number | undefined;
  /** The target that they are of. */
  readonly target: Target;
  /** What became of the probes. */
  readonly counters: ProbeCounters;
  /** Round-trip time, milliseconds. */
  readonly rttMs: Summary | undefined;
  /** Wait in this machine's own queue, milliseconds. */
  readonly queueMs: Summary | undefined;
  /** Way out plus offset, milliseconds. */
  readonly outMs: Summary | undefined;
  /** Way back minus offset, milliseconds. */
  readonly backMs: Summary | undefined;
  /** Absolute delay variation of the way out, milliseconds. */
  readonly outJitterMs: Summary | undefined;
  /** Absolute delay variation of the way back, milliseconds. */
  readonly backJitterMs: Summary | undefined;
  /** Way out: delay above its running minimum, milliseconds. */
  readonly outChangeMs: Summary | undefined;
  /** Way back: delay above its running minimum, milliseconds. */
  readonly backChangeMs: Summary | undefined;
  /** Offset of the remote clock at its latest usable reply, whichever tick its stamps leave. */
  readonly offset: BoundedMs | undefined;
  /** What the replies say of the remote clock; undefined before the first with stamps. */
  readonly host?: HostOffset | undefined;
  /** Message of its probes, where that is not the run's. */
  readonly message?: "echo" | undefined;
  /** In a capture: where it was taken on the way to this target; undefined where its packets do not show that. */
  readonly capturedAt?: CapturePoint | undefined;
  /** How many replies had each flag, in the order of their first; those on the tick are not among them. */
  readonly flags?: ReadonlyMap<string, number> | undefined;
}

/** Flags that `host` sums up. */
const TICK_FLAGS: ReadonlySet<string> = new Set(["tick-assumed", "coarse-tick", "tick-unknown"]);

/** The summary of no delays. */
const NO_DELAYS = {
  rttMs: undefined,
  queueMs: undefined,
  outMs: undefined,
  backMs: undefined,
  outJitterMs: undefined,
  backJitterMs: undefined,
  outChangeMs: undefined,
  backChangeMs: undefined,
} as const;

/** The middle of a millisecond that a stamp cuts off. */
const HALF_TICK_MS = 0.5;

/** Counts the final word on a probe. */
export function countOutcome(counters: ProbeCounters, outcome: ProbeOutcome): void {
  if (outcome.kind === "unsent") {
    counters.unsent++;
    return;
  }
  counters.sent++;
  if (outcome.kind === "reply") counters.received++;
  else if (outcome.kind === "icmpError") counters.icmpErrors++;
  else {
    counters.lost++;
    if (outcome.mayBeDropped) counters.droppedByUs++;
  }
}

/** Gathers the statistics of one target. */
export class TargetStatistics {
  /** The target that they are of. */
  readonly target: Target;
  /** What became of the probes. */
  readonly counters: ProbeCounters = new ProbeCounters();
  /** In a capture: where it was taken on the way to this target. */
  capturedAt: CapturePoint | undefined;
  #delays: DelaySeries | undefined;
  #host: HostOffset | undefined;
  #flags: Map<string, number> | undefined;

  readonly #scope: "run" | "interval";
  readonly #keepsDelays: boolean;

  /** Starts empty. Without `keepsDelays` probes are counted and nothing else is kept, at a tenth of the memory. */
  constructor(target: Target, scope: "run" | "interval" = "run", keepsDelays: boolean = true) {
    this.target = target;
    this.#scope = scope;
    this.#keepsDelays = keepsDelays;
  }

  /**
   * Counts the final word on a probe; returns how far an answer's delays are above their baselines.
   * `change` says so where that is known already.
   */
  add(outcome: ProbeOutcome, change?: DelayChange): DelayChange | undefined {
    const { counters } = this;
    countOutcome(counters, outcome);
    if (outcome.kind !== "reply" || !this.#keepsDelays) return undefined;
    this.#countFlags(outcome.reply.flags);
    return this.#measure(outcome.probe, outcome.reply, change);
  }

  /** Counts a further answer. */
  addExtra(extra: ExtraReply): void {
    this.#host = extra.reply.measurement?.host ?? this.#host;
    this.#countFlags(extra.reply.flags);
    if (extra.kind === "duplicate") this.counters.duplicates++;
    else this.counters.late++;
  }

  /** Counts a probe that is still out at the end. */
  addPending(): void {
    this.counters.sent++;
  }

  /**
   * The statistics as they stand. A summary of delays is computed when it is read: few forms of output show all of them.
   *
   * @param time now, Unix time in seconds
   * @param from start of an interval, Unix time in seconds
   */
  summary(time: number, from?: number): TargetSummary {
    const delays = this.#delays;
    const host = this.#host;
    // Delays that were measured with stamps of no known tick, or of no clock, are none.
    const isTrue = host === undefined || !host.isWithdrawn && host.tick !== "unknown";
    const oneWay = isTrue ? delays : undefined;
    // They were added up for a tick of a millisecond.
    const laterMs = host?.tick === "coarse" ? host.tickMs / 2 - HALF_TICK_MS : 0;
    const { target, counters } = this;
    const flags = this.#flags;
    const known = { scope: this.#scope, time, from, target, counters, flags };
    if (delays === undefined && this.capturedAt === undefined) {
      return { ...known, ...NO_DELAYS, offset: host?.offset, host };
    }
    return {
      ...known,
      get rttMs() {
        return delays?.rtt.summary();
      },
      get queueMs() {
        return delays?.queue.summary();
      },
      get outMs() {
        return shifted(oneWay?.out.summary(), laterMs);
      },
      get backMs() {
        return shifted(oneWay?.back.summary(), -laterMs);
      },
      get outJitterMs() {
        return oneWay?.jitter?.out.summary();
      },
      get backJitterMs() {
        return oneWay?.jitter?.back.summary();
      },
      get outChangeMs() {
        return oneWay?.outChange.summary();
      },
      get backChangeMs() {
        return oneWay?.backChange.summary();
      },
      offset: host?.offset,
      host,
      ...this.capturedAt === undefined ? {} : { capturedAt: this.capturedAt },
    };
  }

  #countFlags(flags: readonly string[]): void {
    for (const flag of flags) {
      if (TICK_FLAGS.has(flag)) continue;
      this.#flags ??= new Map();
      this.#flags.set(flag, (this.#flags.get(flag) ?? 0) + 1);
    }
  }

  #measure(
    probe: Probe,
    reply: ReplyDetail,
    known: DelayChange | undefined,
  ): DelayChange | undefined {
    this.#delays ??= new DelaySeries();
    const delays = this.#delays;
    delays.rtt.add(reply.rttNs / 1e6);
    const { queueNs } = probe;
    if (queueNs !== undefined) delays.queue.add(queueNs / 1e6);
    const { measurement } = reply;
    if (measurement === undefined) return undefined;
    this.#host = measurement.host;
    const oneWay = fineDelays(measurement);
    if (oneWay === undefined) return undefined;
    const { outMs, backMs } = oneWay;
    delays.out.add(outMs);
    delays.back.add(backMs);
    delays.addJitter(probe.index, outMs, backMs);
    // A stamp that lags by an unknown tick says nothing of the delay.
    if (measurement.host.tick === "unknown") return undefined;
    const change = known ?? delays.baseline.add(reply.receivedAt.monotonicNs, outMs, backMs);
    delays.outChange.add(change.outMs);
    delays.backChange.add(change.backMs);
    return change;
  }
}

/** The middles of both delays for a tick of a millisecond: what is believed of the tick does not move them. */
function fineDelays(
  { out, back }: HostMeasurement,
): { readonly outMs: number; readonly backMs: number } | undefined {
  if (out === undefined || back === undefined) return undefined;
  return { outMs: out.lowerMs + HALF_TICK_MS, backMs: back.upperMs - HALF_TICK_MS };
}

function shifted(summary: Summary | undefined, byMs: number): Summary | undefined {
  if (summary === undefined) return undefined;
  const { min, median, mean, p95, max, stddev } = summary;
  return {
    min: min + byMs,
    median: median + byMs,
    mean: mean + byMs,
    p95: p95 + byMs,
    max: max + byMs,
    stddev,
  };
}
