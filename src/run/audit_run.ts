/**
 * A run that judges hosts: it finds out who answers, asks each of those every question, and judges what came.
 *
 * Both parts use one socket. A host that is silent costs three tries within two seconds; only hosts that answer are asked further.
 */

import { independentConsensus, type OffsetWitness } from "../clock/mod.ts";
import { formatAddress } from "../packet/mod.ts";
import type { ProbeListener } from "../probe/outcome.ts";
import { type EndReason, Prober } from "../probe/prober.ts";
import type { ProberOptions } from "../probe/prober_options.ts";
import { SharedAddresses } from "../probe/shared_addresses.ts";
import type { Transport } from "../probe/transport.ts";
import { ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
import type { AskedNumbers, AuditPlan } from "./audit_plan.ts";
import type { ConsensusEvent } from "./clock_event.ts";
import type { RunInfo } from "./event.ts";
import { type HostFindings, HostRecord } from "./host_findings.ts";
import type { RunMachine } from "./machine.ts";
import type { RunProgress } from "./reporter.ts";
import { type OpenRun, remainingMs } from "./run_frame.ts";
import { describeResult, describeRun, type ProgramInfo, type RunResult } from "./run_info.ts";
import { countOutcome } from "./target_statistics.ts";
import { StrayCounter } from "./stray_counts.ts";

/** Parts of an audit. */
export interface AuditSetup {
  /** For the `run` record. */
  readonly program: ProgramInfo;
  /** What is sent, and how. */
  readonly plan: AuditPlan;
  /** Hosts to audit, at least one; several names of one address are one host. */
  readonly targets: readonly Target[];
  /** Largest offset of a clock that is right, in milliseconds. */
  readonly maxOffsetMs: number;
}

/** Receives what happens in an audit. */
export interface AuditListener {
  /** The audit starts. */
  run(info: RunInfo): void;
  /** The run is about to wait; see {@linkcode ProbeListener.idle}. */
  idle?(nowNs: number, busy: boolean): ReturnType<ProbeListener["idle"]>;
  /** The last probe is settled, or the run was ended. Undefined when the run failed. */
  ending?(reason: EndReason | undefined): void;
}

/** The result of an audit. */
export interface AuditResult extends RunResult {
  /** Every host, in the order of the targets. */
  readonly hosts: readonly HostFindings[];
  /** What the readable clocks show together; undefined for fewer than two. */
  readonly consensus: ConsensusEvent | undefined;
  /** The clocks that count for it. */
  readonly witnesses: readonly OffsetWitness[];
}

/** Ports of an audit. */
export type AuditMachine = Pick<RunMachine, "elapsedMs" | "findRoute" | "openTransport">;

/** Witnesses up to which the kernel is asked whether their address is this machine's own. */
const MAX_OWN_LOOKUPS = 4096;

/** An audit whose socket is open. */
export class AuditRun implements OpenRun {
  readonly #setup: AuditSetup;
  readonly #machine: AuditMachine;
  readonly #transport: Transport;
  readonly #hosts: readonly HostRecord[];
  readonly #totals = new ProbeCounters();
  readonly #strays = new StrayCounter();
  #prober: Prober | undefined;
  #isStopped = false;

  private constructor(setup: AuditSetup, machine: AuditMachine, transport: Transport) {
    this.#setup = setup;
    this.#machine = machine;
    this.#transport = transport;
    this.#hosts = new SharedAddresses(setup.targets).asked.map((target) => new HostRecord(target));
  }

  /**
   * Opens the socket of an audit; nothing is sent.
   *
   * @param onTrouble called once for each kind of failure that the run survives
   * @throws {Error} The system refuses the socket.
   */
  static async open(
    setup: AuditSetup,
    machine: AuditMachine,
    onTrouble?: (error: Error) => void,
  ): Promise<AuditRun> {
    const { transport } = setup.plan.discovery;
    return new AuditRun(setup, machine, await machine.openTransport({ ...transport, onTrouble }));
  }

  /** Runs both parts. */
  async run(listener: AuditListener): Promise<AuditResult> {
    const { program, plan, maxOffsetMs } = this.#setup;
    const { clock } = this.#transport;
    const startedAt = clock.now();
    listener.run(
      describeRun(program, plan.discovery, this.#hosts.length, this.#transport, startedAt),
    );
    let reason: EndReason | undefined;
    try {
      reason = await this.#ask(this.#hosts, plan.discovery.prober, listener);
      const answering = this.#hosts.filter(({ hasAnswered }) => hasAnswered);
      if (reason === "complete" && answering.length > 0) {
        reason = await this.#ask(answering, plan.interview, listener);
      }
    } finally {
      listener.ending?.(reason);
    }
    const time = clock.baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
    const hosts = this.#hosts.map((host) => host.judge(maxOffsetMs, time));
    const totals = () => this.#totals;
    const { answered } = this.progress();
    const counts = { answered, strays: this.#strays, time, totals, statistics: hosts };
    return {
      ...describeResult(reason, counts, this.#transport, startedAt),
      hosts,
      ...this.#agree(hosts, time),
    };
  }

  /** Ends the run soon. */
  stop(): void {
    this.#isStopped = true;
    this.#prober?.stop();
  }

  /** How far the run is. */
  progress(): RunProgress {
    const answered = this.#hosts.filter(({ hasAnswered }) => hasAnswered).length;
    return { totals: this.#totals, answered };
  }

  /** Closes the socket. */
  close(): void {
    this.#transport.close();
  }

  /** Asks hosts as one part of the plan says. */
  async #ask(
    hosts: readonly HostRecord[],
    options: Omit<ProberOptions, "targets">,
    listener: AuditListener,
  ): Promise<EndReason> {
    const { questions } = this.#setup.plan;
    const { baseUnixMs } = this.#transport.clock;
    const [standard] = questions.values();
    const prober = new Prober(
      {
        ...options,
        targets: hosts.map(({ target }, index) => ({ ...target, index })),
        deadlineMs: remainingMs(options.deadlineMs, this.#machine),
      },
      this.#transport,
      {
        outcome: (outcome) => {
          countOutcome(this.#totals, outcome);
          const { target } = outcome.kind === "unsent" ? outcome : outcome.probe;
          const { message } = outcome.kind === "unsent" ? outcome : outcome.probe;
          // The message of the first part is a standard question too.
          const asked = questions.get(message) ?? standard as AskedNumbers;
          hosts[target.index]?.add(outcome, asked, baseUnixMs);
        },
        extra: ({ kind }) => {
          if (kind === "late") this.#totals.late++;
          else this.#totals.duplicates++;
        },
        stray: ({ kind }) => this.#strays.add(kind),
        idle: (nowNs, busy) => listener.idle?.(nowNs, busy),
      },
    );
    this.#prober = prober;
    if (this.#isStopped) prober.stop();
    const reason = await prober.run();
    for (const { target } of prober.pendingProbes()) {
      this.#totals.sent++;
      hosts[target.index]?.addPending();
    }
    return reason;
  }

  /** What the clocks that show a time of day say together about ours. */
  #agree(
    hosts: readonly HostFindings[],
    time: number,
  ): Pick<AuditResult, "consensus" | "witnesses"> {
    const measured = hosts.flatMap(({ target: { label, address }, offset, behaviour }) =>
      offset === undefined || behaviour.utcOffsetMinutes !== undefined
        ? []
        : [{ host: label, address, lowerMs: offset.lowerMs, upperMs: offset.upperMs }]
    );
    const looksUp = measured.length <= MAX_OWN_LOOKUPS;
    const found = independentConsensus(
      measured,
      (address) => looksUp && this.#isOwnAddress(address),
    );
    if (found === undefined) return { consensus: undefined, witnesses: [] };
    const left = new Set(found.notCounted);
    return {
      consensus: { ...found, notCounted: found.notCounted.map(formatAddress), time },
      witnesses: measured.filter(({ address }) => !left.has(address)),
    };
  }

  #isOwnAddress(address: number): boolean {
    const route = this.#machine.findRoute(address);
    return route.kind === "routed" && route.source === address;
  }
}
