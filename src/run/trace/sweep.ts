/**
 * Probes of one flow with time to live 1, 2, 3, …, until the host answers or five hops in a row are silent.
 *
 * Five hops beyond the last one that answered are probed at the same time. A host that has answered probes with the full
 * time to live is there, so the sweep goes on through silence up to its limit, and starts with as many hops as the time
 * to live of the host's reply suggests.
 */

import type { PathQuestion } from "../../behaviour/path_observation.ts";
import { isTtlExpired } from "../../packet/icmp_error.ts";
import { readMplsLabels } from "../../packet/icmp_extension.ts";
import type { IcmpErrorMessage } from "../../packet/mod.ts";
import { type FlowMessages, ROUND_MS } from "./plan.ts";
import { TraceHop } from "./hop.ts";
import type { PlannedProbe } from "./schedule.ts";

/** Silent hops in a row after which no more are probed. */
export const SILENT_HOPS = 5;

/** What a sweep works with. */
export interface SweepSetup {
  /** Place of the target in the run. */
  readonly targetIndex: number;
  /** Messages that keep to one path through load balancers. */
  readonly messages: FlowMessages;
  /** Probes of each kind for each hop. */
  readonly tries: number;
  /** Largest time to live. */
  readonly maxTtl: number;
  /** Adds to the schedule. */
  readonly add: (atNs: number, probe: PlannedProbe) => void;
}

/** Sends the probes of one flow to one host, and gathers what they show. */
export class TraceSweep {
  /** By time to live - 1. */
  readonly hops: TraceHop[] = [];
  readonly #setup: SweepSetup;
  readonly #refusedAt: Record<PathQuestion, number> = { echo: Infinity, timestamp: Infinity };
  #reachedAt = Infinity;
  /** Planned probes that were not sent, since their kind was refused before. */
  #left: [PathQuestion, number][] = [];
  /** Probes that are planned or on their way. */
  #open = 0;
  #isAnswering = false;

  /** Nothing is planned before {@linkcode start}. */
  constructor(setup: SweepSetup) {
    this.#setup = setup;
  }

  /** Smallest time to live with which the host was reached; undefined where that did not happen. */
  get distance(): number | undefined {
    return this.#reachedAt === Infinity ? undefined : this.#reachedAt;
  }

  /** Last time to live that shows anything: that of the host, or of what refuses every kind, or the last that answers. */
  get end(): number {
    const { echo, timestamp } = this.#refusedAt;
    const last = this.hops.findLast(({ hasAnswered }) => hasAnswered)?.hop ?? 0;
    const end = Math.min(this.#reachedAt, Math.max(echo, timestamp), this.hops.length);
    return end < this.hops.length ? end : Math.min(this.hops.length, last + SILENT_HOPS);
  }

  /** Plans the first probes. */
  start(nowNs: number): void {
    this.#launchTo(SILENT_HOPS, nowNs);
  }

  /** The host answered a probe with the full time to live: it is about that many hops away. */
  expect(distance: number, nowNs: number): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    if (distance <= this.#setup.maxTtl) this.#launchTo(distance, nowNs);
    if (this.#open === 0) this.#advance(nowNs);
  }

  /** A probe has left. */
  sent(kind: PathQuestion, ttl: number): void {
    const hop = this.hops[ttl - 1];
    if (hop !== undefined) hop[kind].sent++;
  }

  /** An ICMP error about a probe; `rttMs` is undefined for one that came too late to count. */
  icmpError(
    kind: PathQuestion,
    ttl: number,
    { error, reporter, rttMs, time }: {
      readonly error: IcmpErrorMessage;
      readonly reporter: number;
      readonly rttMs: number | undefined;
      readonly time: number;
    },
  ): void {
    const hop = this.hops[ttl - 1];
    if (hop === undefined) return;
    if (isTtlExpired(error)) {
      hop.expired(kind, reporter, rttMs, time);
      const labels = readMplsLabels(error);
      if (labels.length > 0) hop.labels = labels;
      return;
    }
    hop.refused(kind, error, reporter);
    this.#refusedAt[kind] = Math.min(this.#refusedAt[kind], ttl);
  }

  /** The host itself answered. */
  reached(kind: PathQuestion, ttl: number, rttMs: number): void {
    const hop = this.hops[ttl - 1];
    if (hop === undefined) return;
    hop[kind].add(rttMs);
    hop.isTarget = true;
    this.#reachedAt = Math.min(this.#reachedAt, ttl);
  }

  /** What `forgers` reported is not so: goes on where an error of theirs had ended the sweep. */
  distrust(forgers: ReadonlySet<number>, nowNs: number): void {
    for (const hop of this.hops) hop.distrust(forgers);
    for (const kind of ["echo", "timestamp"] as const) {
      const refusing = this.hops.find(({ refusal }) => refusal?.kind === kind);
      this.#refusedAt[kind] = refusing?.hop ?? Infinity;
    }
    const left = this.#left;
    this.#left = [];
    for (const [kind, ttl] of left) this.#plan(kind, ttl, nowNs);
    this.#advance(nowNs);
  }

  /** A planned probe is not sent, since it is not wanted any more. */
  dropped(kind: PathQuestion, ttl: number, nowNs: number): void {
    if (ttl <= this.#reachedAt) this.#left.push([kind, ttl]);
    this.settled(nowNs);
  }

  /** A probe was settled. */
  settled(nowNs: number): void {
    this.#open--;
    this.#advance(nowNs);
  }

  /** Plans more hops where some answered, or where the host is known to be there. */
  #advance(nowNs: number): void {
    if (this.#reachedAt < Infinity) return;
    const last = this.hops.findLast(({ hasAnswered }) => hasAnswered)?.hop ?? 0;
    this.#launchTo(last + SILENT_HOPS, nowNs);
    if (this.#open === 0 && this.#isAnswering) {
      this.#launchTo(this.hops.length + SILENT_HOPS, nowNs);
    }
  }

  #launchTo(ttl: number, nowNs: number): void {
    const { tries, maxTtl } = this.#setup;
    while (this.hops.length < Math.min(ttl, maxTtl)) {
      const hop = new TraceHop(this.hops.length + 1);
      this.hops.push(hop);
      for (let round = 0; round < tries; round++) {
        // A router that limits its errors must not always keep back those about the same kind.
        const kinds: PathQuestion[] = ["echo", "timestamp"];
        for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
          this.#plan(kind, hop.hop, nowNs + round * ROUND_MS * 1e6);
        }
      }
    }
  }

  #plan(kind: PathQuestion, ttl: number, atNs: number): void {
    const { targetIndex, messages, add } = this.#setup;
    this.#open++;
    add(atNs, {
      targetIndex,
      ttl,
      message: messages[kind],
      isWanted: () => ttl <= Math.min(this.#reachedAt, this.#refusedAt[kind]),
    });
  }
}
