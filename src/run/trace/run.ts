/**
 * A run that finds out what becomes of timestamp requests to hosts, and where: first the hosts and every hop to them in one
 * go, then the routers that were found and what is still open. All parts use one socket.
 */

import type { ProbeListener } from "../../probe/outcome.ts";
import { firstNumbers } from "../../probe/probe_numbers.ts";
import { type EndReason, Prober } from "../../probe/prober.ts";
import { SharedAddresses } from "../../probe/shared_addresses.ts";
import type { Transport } from "../../probe/transport.ts";
import { ProbeCounters } from "../../stats/mod.ts";
import type { Target } from "../../targets/target.ts";
import type { RunInfo } from "../event.ts";
import type { ReplyWitness, RunMachine } from "../machine.ts";
import type { RunProgress } from "../reporter.ts";
import { type OpenRun, remainingMs } from "../run_frame.ts";
import { describeResult, describeRun, type ProgramInfo, type RunResult } from "../run_info.ts";
import { StrayCounter } from "../stray_counts.ts";
import { countOutcome } from "../target_statistics.ts";
import { findSeenHops, findTrace, type TraceFindings } from "./findings.ts";
import { TraceInterview } from "./interview.ts";
import { askedByMessage, FIRST_PART_PROBES, type TracePlan } from "./plan.ts";
import { TraceSchedule } from "./schedule.ts";
import { TraceTarget } from "./target.ts";

/** Parts of a trace. */
export interface TraceSetup {
  /** For the `run` record. */
  readonly program: ProgramInfo;
  /** What is sent, and how. */
  readonly plan: TracePlan;
  /** Hosts to trace, at least one; several names of one address are one host. */
  readonly targets: readonly Target[];
  /** Whether an address on a path may be asked itself. */
  readonly mayAsk: (address: number) => boolean;
}

/** Receives what happens in a trace. */
export interface TraceListener {
  /** The trace starts. */
  run(info: RunInfo): void;
  /** The run is about to wait; see {@linkcode ProbeListener.idle}. */
  idle?(nowNs: number, busy: boolean): ReturnType<ProbeListener["idle"]>;
  /** The last probe is settled, or the run was ended. Undefined when the run failed. */
  ending?(reason: EndReason | undefined): void;
}

/** What a trace found, and how its run ended. */
export interface TraceResult extends RunResult {
  /** Every host, in the order of the targets. */
  readonly hosts: readonly TraceFindings[];
}

/** Ports of a trace. */
export type TraceMachine = Pick<
  RunMachine,
  "elapsedMs" | "findRoute" | "isBroadcast" | "openTransport" | "openReplyWitness"
>;

/** Sequence numbers of the second and third part start here: no probe of an earlier part has one of them. */
const INTERVIEW_ORDINAL = FIRST_PART_PROBES, RATE_ORDINAL = 0xc000;

/** A trace whose socket is open. */
export class TraceRun implements OpenRun {
  readonly #setup: TraceSetup;
  readonly #machine: TraceMachine;
  readonly #transport: Transport;
  readonly #witness: ReplyWitness | undefined;
  readonly #hosts: readonly TraceTarget[];
  readonly #totals = new ProbeCounters();
  readonly #strays = new StrayCounter();
  #schedule: TraceSchedule;
  #interview: TraceInterview | undefined;
  #prober: Prober | undefined;
  /** Timestamp replies of the hosts, not of routers. */
  #timestampReplies = 0;
  #isStopped = false;

  private constructor(
    setup: TraceSetup,
    machine: TraceMachine,
    transport: Transport,
    witness: ReplyWitness | undefined,
  ) {
    const { plan } = setup;
    this.#setup = setup;
    this.#machine = machine;
    this.#transport = transport;
    this.#witness = witness;
    this.#schedule = this.#newSchedule();
    const asked = askedByMessage(plan);
    const { asked: targets } = new SharedAddresses(setup.targets);
    this.#hosts = targets.map((target) =>
      new TraceTarget(target, {
        ...{ plan, asked, clock: transport.clock, own: this.#sourcesTo(target) },
        add: (atNs, probe) => this.#schedule.add(atNs, probe),
      })
    );
  }

  /**
   * Opens the sockets of a trace; nothing is sent.
   *
   * @param onTrouble called once for each kind of failure that the run survives
   * @throws {Error} The system refuses a socket.
   */
  static async open(
    setup: TraceSetup,
    machine: TraceMachine,
    onTrouble?: (error: Error) => void,
  ): Promise<TraceRun> {
    const transport = await machine.openTransport({ ...setup.plan.run.transport, onTrouble });
    const { numberKey } = setup.plan.prober;
    const identifiers = setup.targets.map(({ address }) => firstNumbers(numberKey, address) >>> 16);
    const witness = await machine.openReplyWitness?.([...new Set(identifiers)]);
    return new TraceRun(setup, machine, transport, witness);
  }

  /** Runs all parts. */
  async run(listener: TraceListener): Promise<TraceResult> {
    const { program, plan, mayAsk } = this.#setup;
    const { clock } = this.#transport;
    const startedAt = clock.now();
    listener.run(describeRun(program, plan.run, this.#hosts.length, this.#transport, startedAt));
    let reason: EndReason | undefined;
    try {
      for (const host of this.#hosts) {
        host.start(startedAt.monotonicNs, (atNs, probe) => this.#schedule.add(atNs, probe));
      }
      reason = await this.#ask(this.#hosts.map(({ target }) => target), 0, listener);
      if (reason === "complete") {
        const interview = new TraceInterview(
          plan,
          this.#hosts,
          (address) => mayAsk(address) && !this.#machine.isBroadcast(address),
        );
        this.#interview = interview;
        this.#schedule = this.#newSchedule();
        interview.plan(this.#schedule, clock.now().monotonicNs);
        reason = await this.#ask(interview.targets, INTERVIEW_ORDINAL, listener);
        if (reason === "complete" && interview.planRates(this.#schedule, clock.now().monotonicNs)) {
          reason = await this.#ask(interview.targets, RATE_ORDINAL, listener);
        }
      }
    } finally {
      listener.ending?.(reason);
    }
    const time = clock.baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
    const isBlockedHere = this.#timestampReplies === 0 && (this.#witness?.seen() ?? 0) > 0;
    const routers = this.#interview?.routers ?? new Map();
    const seenHops = findSeenHops(this.#hosts);
    const isComplete = reason === "complete";
    const hosts = this.#hosts.map((host) => {
      const rate = this.#interview?.rateOf(host.target.index);
      return findTrace(host, { routers, rate, seenHops, isBlockedHere, isComplete, time });
    });
    const { answered, totals } = this.progress();
    const strays = this.#strays;
    const counts = { answered, strays, time, totals: () => totals, statistics: hosts };
    return { ...describeResult(reason, counts, this.#transport, startedAt), hosts };
  }

  /** Ends the run soon. */
  stop(): void {
    this.#isStopped = true;
    this.#prober?.stop();
  }

  /** How far the run is. */
  progress(): RunProgress {
    const answered = this.#hosts.filter(({ direct }) => direct.timestamp.answered > 0).length;
    return { totals: this.#totals, answered };
  }

  /** Closes the sockets. */
  close(): void {
    this.#transport.close();
    this.#witness?.close();
  }

  /** Sends what is in the schedule, and what is added to it meanwhile. */
  async #ask(
    targets: readonly Target[],
    firstOrdinal: number,
    listener: TraceListener,
  ): Promise<EndReason> {
    const { prober: options } = this.#setup.plan;
    const prober = new Prober(
      {
        ...options,
        targets,
        firstOrdinal,
        schedule: () => this.#schedule,
        deadlineMs: remainingMs(options.deadlineMs, this.#machine),
      },
      this.#transport,
      this.#listen(listener),
    );
    this.#prober = prober;
    if (this.#isStopped) prober.stop();
    const reason = await prober.run();
    for (const _ of prober.pendingProbes()) this.#totals.sent++;
    return reason;
  }

  #listen(listener: TraceListener): ProbeListener {
    return {
      sent: (probe) => {
        const host = this.#hosts[probe.target.index];
        host?.ledger.add(probe);
        if (!this.#interview?.sent(probe)) host?.sent(probe);
      },
      outcome: (outcome) => {
        countOutcome(this.#totals, outcome);
        const { target, message } = outcome.kind === "unsent" ? outcome : outcome.probe;
        const isHost = target.index < this.#hosts.length;
        const isReply = outcome.kind === "reply" && message.name === "timestamp";
        if (isReply && isHost) this.#timestampReplies++;
        if (this.#interview?.outcome(outcome)) return;
        this.#hosts[target.index]?.outcome(outcome);
      },
      extra: (extra) => {
        if (extra.kind === "late") this.#totals.late++;
        else this.#totals.duplicates++;
        if (this.#interview?.extra(extra)) return;
        this.#hosts[extra.probe.target.index]?.extra(extra);
      },
      stray: (datagram) => {
        this.#strays.add(datagram.kind);
        for (const host of this.#hosts) host.stray(datagram);
      },
      idle: (nowNs, busy) => listener.idle?.(nowNs, busy),
    };
  }

  #newSchedule(): TraceSchedule {
    const { ratePps } = this.#setup.plan.options;
    return new TraceSchedule(ratePps, (probe) => this.#hosts[probe.targetIndex]?.dropped(probe));
  }

  /** Addresses that this machine sends from to a target. */
  #sourcesTo({ address }: Target): ReadonlySet<number> {
    const { sourceAddress, interfaceName, mark } = this.#setup.plan.options;
    const route = this.#machine.findRoute(address, { interfaceName, mark });
    return new Set([
      ...sourceAddress === undefined ? [] : [sourceAddress],
      ...route.kind === "routed" ? [route.source] : [],
    ]);
  }
}
