/**
 * The second part of an audit: the clocks of some hosts are followed for a while, as `clock` does it.
 *
 * The questions of the first part bound an offset to some milliseconds. A narrower limit takes many probes, each at its own phase of the
 * remote tick; so does the rate of a clock, which shows whether several addresses are one machine.
 */

import type { ClockState } from "../../clock/mod.ts";
import { type BoundedMs, boundedMs } from "../../measurement/interval.ts";
import { PhasedSchedule } from "../../probe/phased_schedule.ts";
import { type EndReason, Prober } from "../../probe/prober.ts";
import type { Transport } from "../../probe/transport.ts";
import type { ProbeListener, ProbeOutcome } from "../../probe/outcome.ts";
import type { ProbeCounters } from "../../stats/mod.ts";
import type { Clock } from "../../time/mod.ts";
import { type AliasResult, findAliasedHosts } from "./aliases.ts";
import { FollowedClock } from "../clock/followed_clock.ts";
import { type HostFindings, judgeOffset } from "./host_findings.ts";
import type { RunPlan } from "../run_plan.ts";
import type { StrayCounter } from "../stray_counts.ts";
import { countOutcome, TargetStatistics } from "../target_statistics.ts";

/** What is followed, and for how long. */
export interface FollowUpPlan {
  /** How long clocks are followed, in milliseconds, above 0. */
  readonly durationMs: number;
  /** Addresses that are one machine are looked for. */
  readonly findsAliases: boolean;
  /** Hosts whose verdict depends on a narrower bound wait for it. */
  readonly narrows: boolean;
  /** Our own clock keeps the rate of UTC. */
  readonly isOwnRateKept: boolean;
  /** Probes a second at most. */
  readonly ratePps: number;
  /** Few probes leave on the microsecond, each at its place in the remote tick, for some processor time. */
  readonly isPunctual: boolean;
}

/** What a follow-up works with. */
export interface FollowUpOptions {
  /** What is followed. */
  readonly plan: FollowUpPlan;
  /** The standard question. */
  readonly standard: RunPlan;
  /** Sends the probes and receives the answers; the caller closes it. */
  readonly transport: Transport;
  /** Largest offset of a clock that is right, in milliseconds. */
  readonly maxOffsetMs: number;
  /** Counts all probes of the audit. */
  readonly totals: ProbeCounters;
  /** Counts what arrives besides. */
  readonly strays: StrayCounter;
}

/** Receives what a follow-up does. */
export interface FollowUpListener {
  /** A host that waited is final. */
  host(findings: HostFindings): void;
  /** The run is about to wait; see {@linkcode ProbeListener.idle}. */
  readonly idle: NonNullable<ProbeListener["idle"]>;
}

/** A host whose clock can be followed. */
type ReadableHost = HostFindings & { readonly offset: BoundedMs };

/** Clocks that are followed at most: the schedule looks at all of them for each probe. */
const MAX_CLOCKS = 512;
/** Between two probes to one host, at least: as `clock` asks by default, and over a minute half as often. */
const INTERVAL_MS = 50;
const ALIASES_INTERVAL_MS = 100;
/** Up to this rate each probe is sent on the microsecond. */
const PUNCTUAL_PPS = 500;

/** Follows the clocks of the hosts that it is given. */
export class FollowUp {
  readonly #options: FollowUpOptions;
  readonly #hosts: ReadableHost[] = [];
  #unfollowed = 0;
  #open = 0;
  #prober: Prober | undefined;
  #isStopped = false;
  #aliases: AliasResult | undefined;

  /** Nothing is sent before {@linkcode run}. */
  constructor(options: FollowUpOptions) {
    this.#options = options;
  }

  /** The addresses that show one clock; undefined where they were not looked for. */
  get aliases(): AliasResult | undefined {
    return this.#aliases;
  }

  /** Hosts that are called right, but whose round trips are too long to show it. */
  get open(): number {
    return this.#open;
  }

  /**
   * Takes note of a host that has been judged.
   *
   * @returns whether its verdict waits for {@linkcode run}
   */
  keeps(findings: HostFindings): boolean {
    const { offset, behaviour } = findings;
    const { plan: { findsAliases, narrows }, maxOffsetMs } = this.#options;
    if (offset === undefined || behaviour.form?.unit !== "milliseconds-of-day") return false;
    const waits = narrows && isOpen(offset, maxOffsetMs);
    if (!findsAliases && !waits) return false;
    if (this.#hosts.length >= MAX_CLOCKS) {
      this.#unfollowed++;
      return false;
    }
    this.#hosts.push({ ...findings, offset });
    return waits;
  }

  /** Ends the run soon. */
  stop(): void {
    this.#isStopped = true;
    this.#prober?.stop();
  }

  /**
   * Follows the clocks, and hands on the hosts that waited.
   *
   * @param reason how the first part ended: if it was ended early, nothing more is sent
   * @param deadlineMs ends it after that many milliseconds
   */
  async run(
    reason: EndReason,
    listener: FollowUpListener,
    deadlineMs: number | undefined,
  ): Promise<EndReason> {
    const { plan, maxOffsetMs, transport: { clock } } = this.#options;
    const hosts = this.#hosts;
    const followed = hosts.map(({ target }, index) =>
      new FollowedClock(new TargetStatistics({ ...target, index }), {})
    );
    let end = reason;
    const fromNs = clock.now().realtimeNs;
    try {
      if (reason === "complete" && hosts.length > 0 && !this.#isStopped) {
        end = await this.#follow(followed, listener.idle, deadlineMs);
      }
    } finally {
      const nowNs = clock.now().realtimeNs;
      for (const [i, host] of hosts.entries()) {
        if (!plan.narrows || !isOpen(host.offset, maxOffsetMs)) continue;
        const findings = narrowed(host, followed[i]?.tracker.state(), maxOffsetMs);
        if (isOpen(findings.offset, maxOffsetMs)) this.#open++;
        listener.host(findings);
      }
      if (plan.findsAliases) {
        const clocks = hosts.map(({ target }, i) => ({
          target,
          tracker: (followed[i] as FollowedClock).tracker,
        }));
        this.#aliases = findAliasedHosts(clocks, (fromNs + nowNs) / 2, {
          isOwnRateKept: plan.isOwnRateKept,
          unfollowed: this.#unfollowed,
          time: clock.baseUnixMs / 1e3 + nowNs / 1e9,
        });
      }
    }
    return end;
  }

  async #follow(
    followed: readonly FollowedClock[],
    idle: FollowUpListener["idle"],
    deadlineMs: number | undefined,
  ): Promise<EndReason> {
    const { plan, standard, transport, totals, strays } = this.#options;
    const targets = this.#hosts.map(({ target }, index) => ({ ...target, index }));
    const leastMs = plan.findsAliases ? ALIASES_INTERVAL_MS : INTERVAL_MS;
    const intervalMs = Math.max(leastMs, 1000 * targets.length / plan.ratePps);
    const count = Math.max(1, Math.round(plan.durationMs / intervalMs));
    const { probes } = standard.prober;
    const phaseMs = (index: number, round: number, plannedNs: number) =>
      (followed[index] as FollowedClock).tracker.phaseMs(
        round,
        toRealtime(transport.clock, plannedNs),
        { intervalMs, seed: index * Math.SQRT1_2 },
      );
    const prober = new Prober(
      {
        ...standard.prober,
        ...{ targets, count, intervalMs, deadlineMs, groupMs: 0 },
        punctual: plan.isPunctual && 1000 * targets.length / intervalMs <= PUNCTUAL_PPS,
        schedule: (startNs) =>
          new PhasedSchedule(
            { targetCount: targets.length, probes, count, intervalMs, phaseMs },
            startNs,
          ),
      },
      transport,
      {
        outcome(outcome: ProbeOutcome) {
          countOutcome(totals, outcome);
          const { target } = outcome.kind === "unsent" ? outcome : outcome.probe;
          followed[target.index]?.add(outcome);
        },
        extra({ kind }) {
          if (kind === "late") totals.late++;
          else totals.duplicates++;
        },
        stray: ({ kind }) => strays.add(kind),
        idle,
      },
    );
    this.#prober = prober;
    if (this.#isStopped) prober.stop();
    const reason = await prober.run();
    totals.sent += prober.pending;
    return reason;
  }
}

/** Whether neither all nor no offset within the bounds is within the limit. */
function isOpen(offset: BoundedMs, maxOffsetMs: number): boolean {
  const { lowerMs, upperMs } = offset;
  const isInside = lowerMs >= -maxOffsetMs && upperMs <= maxOffsetMs;
  return !isInside && judgeOffset(offset, maxOffsetMs) === "right";
}

/** The findings with what following the clock has shown; as they were where that is nothing. */
function narrowed(
  host: ReadableHost,
  state: ClockState | undefined,
  maxOffsetMs: number,
): ReadableHost {
  if (state?.offsetMs === undefined) return host;
  const { offsetMs, lowerMs = NaN, upperMs = NaN } = state;
  const offset = { ...boundedMs(lowerMs, upperMs - lowerMs), valueMs: offsetMs };
  return { ...host, offset, verdict: judgeOffset(offset, maxOffsetMs) };
}

/** CLOCK_MONOTONIC to CLOCK_REALTIME, as the two stand now. */
function toRealtime(clock: Clock, monotonicNs: number): number {
  const now = clock.now();
  return monotonicNs + now.realtimeNs - now.monotonicNs;
}
