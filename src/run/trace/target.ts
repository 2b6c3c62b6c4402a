/** What a trace has shown of one host and of the paths to it. */

import {
  type AnswerTally,
  emptyTally,
  type PathQuestion,
  type Refusal,
} from "../../behaviour/path_observation.ts";
import { isTtlExpired } from "../../packet/icmp_error.ts";
import { formatAddress, type IcmpErrorMessage } from "../../packet/mod.ts";
import type { ProbeMessage } from "../../probe/message/message.ts";
import type { ExtraReply, ProbeOutcome, StrayDatagram } from "../../probe/outcome.ts";
import type { Probe } from "../../probe/probe.ts";
import type { Target } from "../../targets/target.ts";
import type { Clock } from "../../time/mod.ts";
import { TargetStatistics } from "../target_statistics.ts";
import { type Answer, describeReply, likelyDistance } from "./answer.ts";
import { TraceLedger } from "./ledger.ts";
import { type Asked, type DirectQuestion, ROUND_MS, type TracePlan } from "./plan.ts";
import type { PlannedProbe } from "./schedule.ts";
import { TraceSweep } from "./sweep.ts";

/** Errors of a machine that is busy: they say nothing about the path. */
const NO_ROOM: ReadonlySet<string> = new Set(["EAGAIN", "ENOBUFS"]);

/** Gathers the evidence about one host. */
export class TraceTarget {
  /** The host, as the user named it. */
  readonly target: Target;
  /** One for each flow. */
  readonly sweeps: readonly TraceSweep[];
  /** Probes with the full time to live. */
  readonly direct: Readonly<Record<DirectQuestion, AnswerTally>> = {
    echo: emptyTally(),
    timestamp: emptyTally(),
    "ip-timestamp": emptyTally(),
    "bad-checksum": emptyTally(),
  };
  /** Numbers of all probes, and who lies about them. */
  readonly ledger: TraceLedger;
  /** Of the timestamp requests with the full time to live. */
  readonly statistics: TargetStatistics;
  /** Errors that ended probes with the full time to live. */
  readonly refusals: Partial<Record<PathQuestion, Refusal>> = {};
  /** Why this machine did not send. */
  readonly unsent: Partial<Record<PathQuestion, string>> = {};
  /** The host wrote its time into an IP Timestamp option. */
  hasOptionTime = false;
  readonly #plan: TracePlan;
  readonly #asked: ReadonlyMap<ProbeMessage, Asked>;
  readonly #clock: Clock;
  readonly #own: ReadonlySet<number>;
  /** Forgers whose errors were taken back. */
  #distrusted = 0;

  /**
   * Starts without evidence.
   *
   * @param own addresses of this machine
   */
  constructor(
    target: Target,
    setup: {
      readonly plan: TracePlan;
      readonly asked: ReadonlyMap<ProbeMessage, Asked>;
      readonly clock: Clock;
      readonly own: ReadonlySet<number>;
      readonly add: (atNs: number, probe: PlannedProbe) => void;
    },
  ) {
    const { plan, asked, clock, own, add } = setup;
    const { tries, maxTtl } = plan.options;
    this.target = target;
    this.ledger = new TraceLedger(target.address);
    this.statistics = new TargetStatistics(target);
    this.sweeps = plan.flows.map((messages) =>
      new TraceSweep({ targetIndex: target.index, messages, tries, maxTtl, add })
    );
    this.#plan = plan;
    this.#asked = asked;
    this.#clock = clock;
    this.#own = own;
  }

  /** Probes of one kind to the host, with every time to live that reaches it. */
  reaching(kind: PathQuestion): AnswerTally {
    const sum = { ...this.direct[kind] };
    for (const hop of this.sweeps.flatMap(({ hops }) => hops)) {
      if (!hop.isTarget) continue;
      sum.sent += hop[kind].sent;
      sum.answered += hop[kind].answered;
    }
    return sum;
  }

  /** Plans the first probes. */
  start(nowNs: number, add: (atNs: number, probe: PlannedProbe) => void): void {
    const { direct, options: { tries } } = this.#plan;
    for (let round = 0; round < tries; round++) {
      for (const question of ["echo", "timestamp", "ip-timestamp"] as const) {
        add(nowNs + round * ROUND_MS * 1e6, {
          targetIndex: this.target.index,
          message: direct[question],
          ttl: undefined,
          isWanted: () => true,
        });
      }
    }
    for (const sweep of this.sweeps) sweep.start(nowNs);
  }

  /** A probe has left. */
  sent(probe: Probe): void {
    const asked = this.#asked.get(probe.message);
    if (asked?.kind === "direct") this.direct[asked.question].sent++;
    else if (asked !== undefined) this.sweeps[asked.flow]?.sent(asked.question, ttlOf(probe));
  }

  /** A planned probe is not wanted any more. */
  dropped(planned: Pick<PlannedProbe, "message" | "ttl">): void {
    const asked = this.#asked.get(planned.message);
    if (asked?.kind !== "flow") return;
    this.sweeps[asked.flow]?.dropped(asked.question, ttlOf(planned), this.#nowNs);
  }

  /** A probe has ended. */
  outcome(outcome: ProbeOutcome): void {
    const { message } = outcome.kind === "unsent" ? outcome : outcome.probe;
    const asked = this.#asked.get(message);
    if (asked === undefined) return;
    const { question } = asked;
    if (question === "timestamp" && asked.kind === "direct") this.statistics.add(outcome);
    if (outcome.kind === "reply") {
      this.#answered(outcome.probe, describeReply(outcome.reply), asked);
    } else if (outcome.kind === "icmpError") this.#icmpError(outcome, asked);
    else if (outcome.kind === "unsent" && (question === "echo" || question === "timestamp")) {
      const { code } = outcome.error;
      if (!NO_ROOM.has(code)) this.unsent[question] ??= code;
    }
    if (asked.kind === "flow") this.sweeps[asked.flow]?.settled(this.#nowNs);
  }

  /** An answer to a probe that has ended. */
  extra({ kind, probe, reply }: ExtraReply): void {
    if (kind !== "duplicate") this.#answeredLate(probe, describeReply(reply));
  }

  /** Something that the prober could not match. */
  stray(datagram: StrayDatagram): void {
    const entry = this.ledger.stray(datagram);
    this.#distrust();
    const parsed = datagram.datagram;
    if (entry === undefined || parsed === undefined) return;
    const { receivedAt, source: reporter } = datagram;
    const { probe } = entry;
    const { header, message } = parsed;
    if (message.kind !== "error") {
      const rttNs = receivedAt.monotonicNs - probe.sentAt.monotonicNs;
      return this.#answeredLate(probe, { rttNs, ttl: header.ttl, hasOptionTime: false });
    }
    const asked = this.#asked.get(probe.message);
    // Too late to count as an answer, but not to show who is there.
    if (asked?.kind === "direct") this.#refuse(asked.question, message, reporter);
    if (asked?.kind !== "flow") return;
    this.sweeps[asked.flow]?.icmpError(asked.question, ttlOf(probe), {
      error: message,
      reporter,
      rttMs: undefined,
      time: this.#unixSeconds(receivedAt.realtimeNs),
    });
  }

  /** An answer after the time of the probe, or after an error that it shows not to be so. */
  #answeredLate(probe: Probe, answer: Answer): void {
    const asked = this.#asked.get(probe.message);
    if (asked === undefined) return;
    const reporter = this.ledger.retract(probe);
    if (reporter !== undefined && asked.kind === "flow") {
      this.sweeps[asked.flow]?.hops[ttlOf(probe) - 1]?.retract(asked.question, reporter);
    }
    const { question } = asked;
    if (reporter !== undefined && question in this.refusals) {
      delete this.refusals[question as PathQuestion];
    }
    if (this.ledger.find(probe)?.isAnswered === false) this.#answered(probe, answer, asked);
    this.#distrust();
  }

  #answered(probe: Probe, { rttNs, ttl, hasOptionTime }: Answer, asked: Asked): void {
    const entry = this.ledger.find(probe);
    if (entry !== undefined) entry.isAnswered = true;
    if (asked.kind === "flow") {
      this.sweeps[asked.flow]?.reached(asked.question, ttlOf(probe), rttNs / 1e6);
      return;
    }
    this.direct[asked.question].answered++;
    if (asked.question === "ip-timestamp" && hasOptionTime) this.hasOptionTime = true;
    for (const sweep of this.sweeps) sweep.expect(likelyDistance(ttl), this.#nowNs);
  }

  #icmpError(outcome: Extract<ProbeOutcome, { kind: "icmpError" }>, asked: Asked): void {
    const { probe, error, reporter, rttNs, receivedAt } = outcome;
    const entry = this.ledger.find(probe);
    if (entry !== undefined) entry.reporter = reporter;
    if (this.ledger.forgers.has(reporter) && !isTtlExpired(error)) return;
    if (asked.kind === "flow") {
      const time = this.#unixSeconds(receivedAt.realtimeNs);
      const report = { error, reporter, rttMs: rttNs / 1e6, time };
      this.sweeps[asked.flow]?.icmpError(asked.question, ttlOf(probe), report);
      return;
    }
    this.#refuse(asked.question, error, reporter);
  }

  /** Takes back what hosts reported that have turned out to forge errors. */
  #distrust(): void {
    const { forgers } = this.ledger;
    if (forgers.size === this.#distrusted) return;
    this.#distrusted = forgers.size;
    for (const sweep of this.sweeps) sweep.distrust(forgers, this.#nowNs);
    const names = new Set([...forgers].map(formatAddress));
    for (const kind of ["echo", "timestamp"] as const) {
      if (names.has(this.refusals[kind]?.from ?? "")) delete this.refusals[kind];
    }
  }

  #refuse(question: DirectQuestion, error: IcmpErrorMessage, reporter: number): void {
    if (question !== "echo" && question !== "timestamp") return;
    const { type, code, name } = error;
    const from = formatAddress(reporter);
    this.refusals[question] = { from, isOwn: this.#own.has(reporter), type, code, name };
  }

  get #nowNs(): number {
    return this.#clock.now().monotonicNs;
  }

  #unixSeconds(realtimeNs: number): number {
    return this.#clock.baseUnixMs / 1e3 + realtimeNs / 1e9;
  }
}

/** Time to live of a probe of a flow, which is planned with one. */
function ttlOf({ ttl }: Pick<PlannedProbe, "ttl">): number {
  return ttl as number;
}
