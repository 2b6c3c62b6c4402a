/**
 * The second part of a trace: it asks the routers themselves, and what the first part left open. The third part is a rate test.
 *
 * - Each address on the paths, that of the host included where it answers, gets echo and timestamp requests of its own: whether replies pass from there, and its clock.
 * - A host that answered no timestamp request gets some with a wrong checksum. One that is silent is asked again, slowly.
 * - The two hops between which requests seem to be dropped are probed again, slowly, since routers limit their errors.
 * - A host that answered some requests gets slow ones and then a burst: loss of the burst alone is a limit of the rate.
 */

import {
  type AnswerTally,
  emptyTally,
  farthestHop,
  type RateFinding,
} from "../../behaviour/path_observation.ts";
import { formatAddress } from "../../packet/mod.ts";
import type { ExtraReply, ProbeOutcome } from "../../probe/outcome.ts";
import type { Probe } from "../../probe/probe.ts";
import type { Target } from "../../targets/target.ts";
import { ROUND_MS, type TracePlan } from "./plan.ts";
import type { TraceSchedule } from "./schedule.ts";
import type { TraceTarget } from "./target.ts";
import { observeHops } from "./findings.ts";
import { TargetStatistics } from "../target_statistics.ts";

/** What a router said when it was asked itself. */
export class AskedRouter {
  /** Echo requests to it. */
  readonly echo: AnswerTally = emptyTally();
  /** Timestamp requests to it. */
  readonly timestamp: AnswerTally = emptyTally();
  /** Of the timestamp requests: the clock. */
  readonly statistics: TargetStatistics;

  /** Starts without answers. */
  constructor(target: Target) {
    this.statistics = new TargetStatistics(target);
  }
}

/** Slow probes of a rate test, and the time between them: limits of Linux routers allow one a second (icmp(7)). */
const SLOW_PROBES = 3, SLOW_MS = 1100;
const BURST_PROBES = 20, BURST_MS = 20;
/** A burst of which no more than this part is answered shows a limit, where all slow probes are. */
const LIMITED = 0.6;
/**
 * When a router is asked for its clock, in milliseconds: at distances without a common divisor, which show soon that a
 * clock counts single milliseconds (src/measurement/tick_proof.ts).
 */
const CLOCK_MS: readonly number[] = [0, 7.62, 30.24, 61.85, 103.47, 154.09, 216.71, 289.33];
/** Echo requests to a router, at most. */
const MAX_ROUNDS = 3;
const BAD_CHECKSUM_TRIES = 2;
/** Probes that look again at the hops around a drop, and the time between them. */
const CONFIRM_TRIES = 2, CONFIRM_MS = 600;

/** Asks routers and hosts once the paths are known. */
export class TraceInterview {
  /** The hosts of the trace, then the other addresses on the paths. */
  readonly targets: readonly Target[];
  /** Routers by address, each asked once however many paths share it. */
  readonly routers: Map<number, AskedRouter> = new Map();
  readonly #plan: TracePlan;
  readonly #traced: readonly TraceTarget[];
  /** By index of the target, each answer of a rate test in the order of sending. */
  readonly #rates = new Map<number, { sequences: number[]; answered: Set<number> }>();

  /**
   * Decides which hosts to ask.
   *
   * @param mayAsk whether an address that a router reported may be probed
   */
  constructor(
    plan: TracePlan,
    traced: readonly TraceTarget[],
    mayAsk: (address: number) => boolean,
  ) {
    this.#plan = plan;
    this.#traced = traced;
    const targets = traced.map(({ target }, index) => ({ ...target, index }));
    const known = new Map(targets.map((target) => [target.address, target]));
    for (const { target, sweeps, ledger, direct } of traced) {
      const own = known.get(target.address);
      if (direct.timestamp.answered > 0 && own !== undefined) {
        this.routers.set(target.address, new AskedRouter(own));
      }
      for (const hop of sweeps.flatMap((sweep) => sweep.hops.slice(0, sweep.end))) {
        const address = hop.address(ledger.forgers);
        if (address === undefined || this.routers.has(address) || !mayAsk(address)) continue;
        const index = targets.length;
        const target = known.get(address) ?? { index, label: formatAddress(address), address };
        if (target.index === index) targets.push(target);
        this.routers.set(address, new AskedRouter(target));
      }
    }
    this.targets = targets;
  }

  /** Plans all probes. */
  plan(schedule: TraceSchedule, nowNs: number): void {
    const { hop, options: { tries } } = this.#plan;
    const add = (atMs: number, targetIndex: number, message: Probe["message"], ttl?: number) =>
      schedule.add(nowNs + atMs * 1e6, { targetIndex, message, ttl, isWanted: () => true });
    for (const { index, address } of this.targets) {
      if (!this.routers.has(address)) continue;
      const rounds = Math.min(tries, MAX_ROUNDS);
      for (let round = 0; round < rounds; round++) add(round * ROUND_MS, index, hop.echo);
      for (const atMs of CLOCK_MS) add(atMs, index, hop.timestamp);
    }
    for (const traced of this.#traced) this.#planHost(traced, add);
  }

  /** Plans bursts to the hosts that answered some timestamp requests and not all; false for none. */
  planRates(schedule: TraceSchedule, nowNs: number): boolean {
    let isPlanned = false;
    for (const traced of this.#traced) {
      const { target } = traced;
      const all = [traced.reaching("timestamp"), this.routers.get(target.address)?.timestamp];
      const sent = all.reduce((sum, tally) => sum + (tally?.sent ?? 0), 0);
      const answered = all.reduce((sum, tally) => sum + (tally?.answered ?? 0), 0);
      if (answered === 0 || answered >= sent) continue;
      isPlanned = true;
      const times = [
        ...Array.from({ length: SLOW_PROBES }, (_, i) => (i + 1) * SLOW_MS),
        ...Array.from(
          { length: BURST_PROBES },
          (_, i) => (SLOW_PROBES + 1) * SLOW_MS + i * BURST_MS,
        ),
      ];
      for (const atMs of times) {
        schedule.add(nowNs + atMs * 1e6, {
          targetIndex: target.index,
          message: this.#plan.rate,
          ttl: undefined,
          isWanted: () => true,
        });
      }
    }
    return isPlanned;
  }

  /** A probe has left; false where it is none of this part alone. */
  sent(probe: Probe): boolean {
    const { message, target } = probe;
    const router = this.routers.get(target.address);
    if (message === this.#plan.rate) {
      const rate = this.#rates.get(target.index) ?? { sequences: [], answered: new Set() };
      this.#rates.set(target.index, rate);
      rate.sequences.push(probe.sequence);
    } else if (message === this.#plan.hop.echo && router !== undefined) router.echo.sent++;
    else if (message === this.#plan.hop.timestamp && router !== undefined) router.timestamp.sent++;
    else return false;
    return true;
  }

  /** A probe has ended; false where it is none of this part alone. */
  outcome(outcome: ProbeOutcome): boolean {
    const probe = outcome.kind === "unsent" ? outcome : outcome.probe;
    if (probe.message === this.#plan.hop.timestamp) {
      this.routers.get(probe.target.address)?.statistics.add(outcome);
    }
    return this.#count(probe, outcome.kind === "reply");
  }

  /** An answer to a probe that had ended; false where it is none of this part alone. */
  extra({ kind, probe }: ExtraReply): boolean {
    return this.#count(probe, kind !== "duplicate");
  }

  /** What the burst to a target showed; undefined where nothing shows a limit. */
  rateOf(targetIndex: number): RateFinding | undefined {
    const rate = this.#rates.get(targetIndex);
    if (rate === undefined) return undefined;
    const { sequences, answered } = rate;
    const slow = sequences.slice(0, SLOW_PROBES), burst = sequences.slice(SLOW_PROBES);
    const count = burst.filter((sequence) => answered.has(sequence)).length;
    const isLimited = slow.every((sequence) => answered.has(sequence)) &&
      burst.length === BURST_PROBES && count <= LIMITED * burst.length;
    return isLimited ? { sent: burst.length, answered: count, rate: 1000 / BURST_MS } : undefined;
  }

  #count(
    { message, target, sequence }: Pick<Probe, "message" | "target"> & {
      readonly sequence?: number;
    },
    isAnswered: boolean,
  ): boolean {
    const { hop, rate } = this.#plan;
    if (message === rate) {
      if (isAnswered && sequence !== undefined) {
        this.#rates.get(target.index)?.answered.add(sequence);
      }
      return true;
    }
    if (message !== hop.echo && message !== hop.timestamp) return false;
    const kind = message === hop.echo ? "echo" : "timestamp";
    const tally = this.routers.get(target.address)?.[kind];
    if (isAnswered && tally !== undefined) tally.answered++;
    return true;
  }

  #planHost(
    traced: TraceTarget,
    add: (atMs: number, index: number, message: Probe["message"], ttl?: number) => void,
  ): void {
    const { index } = traced.target;
    const timestamp = traced.reaching("timestamp"), echo = traced.reaching("echo");
    if (timestamp.sent > 0 && timestamp.answered === 0) {
      for (let round = 0; round < BAD_CHECKSUM_TRIES; round++) {
        add(round * ROUND_MS, index, this.#plan.direct["bad-checksum"]);
      }
      if (echo.answered > 0) this.#planConfirmation(traced, add);
      else this.#planSlowly(traced, add);
    }
  }

  /** Nothing came back, perhaps because a router limits its errors: asks again, with pauses. */
  #planSlowly(
    { target: { index }, refusals }: TraceTarget,
    add: (atMs: number, index: number, message: Probe["message"]) => void,
  ): void {
    for (const kind of ["timestamp", "echo"] as const) {
      if (refusals[kind] !== undefined) continue;
      for (let i = 1; i <= CONFIRM_TRIES; i++) add(i * SLOW_MS, index, this.#plan.direct[kind]);
    }
  }

  #planConfirmation(
    { target: { index }, sweeps, ledger }: TraceTarget,
    add: (atMs: number, index: number, message: Probe["message"], ttl?: number) => void,
  ): void {
    const [sweep] = sweeps, [flow] = this.#plan.flows;
    if (sweep === undefined || flow === undefined) return;
    const hops = observeHops(sweep, ledger.forgers, this.routers);
    const last = farthestHop({ hops }, "timestamp");
    const beyond = hops.find(({ hop, expiredEcho }) => hop > last && expiredEcho.answered > 0);
    if (beyond === undefined) return;
    for (let i = 1; i <= CONFIRM_TRIES; i++) {
      add(i * CONFIRM_MS, index, flow.timestamp, beyond.hop);
      add(i * CONFIRM_MS, index, flow.echo, beyond.hop);
    }
  }
}
