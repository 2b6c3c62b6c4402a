/**
 * A run that judges hosts: each is looked for, asked every question, judged, reported, and forgotten.
 *
 * A bounded number of hosts is asked at a time (audit_interviews.ts); of the others only counts and bounds are kept. A host
 * that is silent costs three tries within two seconds.
 */

import type { OffsetWitness } from "../clock/mod.ts";
import { formatAddress } from "../packet/mod.ts";
import type { ProbeListener } from "../probe/outcome.ts";
import { firstNumbers } from "../probe/probe_numbers.ts";
import { type EndReason, Prober } from "../probe/prober.ts";
import { SharedAddresses } from "../probe/shared_addresses.ts";
import type { Transport } from "../probe/transport.ts";
import { ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
import { type CandidateSource, Interviews } from "./audit_interviews.ts";
import { AuditPace } from "./audit_pace.ts";
import type { AuditPlan } from "./audit_plan.ts";
import { AuditTally } from "./audit_tally.ts";
import { AuditWitnesses } from "./audit_witnesses.ts";
import type { ConsensusEvent } from "./clock_event.ts";
import type { RunInfo } from "./event.ts";
import type { HostFindings, HostRecord } from "./host_findings.ts";
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
  /** A host is final. The findings are not kept. */
  host(findings: HostFindings): void;
  /** The run is about to wait; see {@linkcode ProbeListener.idle}. */
  idle?(nowNs: number, busy: boolean): ReturnType<ProbeListener["idle"]>;
  /** The last probe is settled, or the run was ended. Undefined when the run failed. */
  ending?(reason: EndReason | undefined): void;
}

/** The result of an audit. */
export interface AuditResult extends RunResult {
  /** Hosts by verdict and label. */
  readonly tally: AuditTally;
  /** What the readable clocks show together; undefined for fewer than two. */
  readonly consensus: ConsensusEvent | undefined;
  /** The clocks that count for it. */
  readonly witnesses: readonly OffsetWitness[];
}

/** Ports of an audit. */
export type AuditMachine = Pick<RunMachine, "elapsedMs" | "findRoute" | "openTransport">;

/** Hosts that are asked at a time, at most: each takes some kilobytes. */
const SEATS = 4096;

/** An audit whose socket is open. */
export class AuditRun implements OpenRun {
  readonly #setup: AuditSetup;
  readonly #machine: AuditMachine;
  readonly #transport: Transport;
  readonly #targets: readonly Target[];
  readonly #totals = new ProbeCounters();
  readonly #strays = new StrayCounter();
  readonly #tally = new AuditTally();
  readonly #witnesses = new AuditWitnesses();
  #prober: Prober | undefined;
  #isStopped = false;

  private constructor(setup: AuditSetup, machine: AuditMachine, transport: Transport) {
    this.#setup = setup;
    this.#machine = machine;
    this.#transport = transport;
    this.#targets = new SharedAddresses(setup.targets).asked;
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
    const { transport } = setup.plan.standard;
    return new AuditRun(setup, machine, await machine.openTransport({ ...transport, onTrouble }));
  }

  /** Runs to the end, or until it is stopped. */
  async run(listener: AuditListener): Promise<AuditResult> {
    const { program, plan } = this.#setup;
    const { clock } = this.#transport;
    const startedAt = clock.now();
    listener.run(
      describeRun(program, plan.standard, this.#targets.length, this.#transport, startedAt),
    );
    let reason: EndReason | undefined;
    try {
      reason = await this.#ask(listener);
    } finally {
      listener.ending?.(reason);
    }
    const { answered, totals } = this.progress();
    const time = this.#now();
    const counts = {
      ...{ answered, time, strays: this.#strays, totals: () => totals },
      statistics: this.#targets,
    };
    return {
      ...describeResult(reason, counts, this.#transport, startedAt),
      tally: this.#tally,
      ...this.#agree(time),
    };
  }

  /** Ends the run soon. */
  stop(): void {
    this.#isStopped = true;
    this.#prober?.stop();
  }

  /** How far the run is. */
  progress(): RunProgress {
    return { totals: this.#totals, answered: this.#tally.answering };
  }

  /** Closes the socket. */
  close(): void {
    this.#transport.close();
  }

  /** Asks all hosts. */
  async #ask(listener: AuditListener): Promise<EndReason> {
    const { plan } = this.#setup;
    const seats = Math.min(SEATS, this.#targets.length);
    const interviews = new Interviews({
      ...{ plan, seats },
      source: this.#listed(),
      pace: new AuditPace(plan.ratePps),
      baseUnixMs: this.#transport.clock.baseUnixMs,
      replace: (target) => prober.replace(target),
      finished: (record, isWhole) => this.#finish(record, isWhole, listener),
    });
    const prober: Prober = new Prober(
      {
        ...plan.prober,
        targets: Interviews.emptySeats(seats),
        schedule: () => interviews,
        deadlineMs: remainingMs(plan.prober.deadlineMs, this.#machine),
      },
      this.#transport,
      {
        outcome: (outcome) => {
          countOutcome(this.#totals, outcome);
          interviews.settle(outcome);
        },
        extra: ({ kind }) => {
          if (kind === "late") this.#totals.late++;
          else this.#totals.duplicates++;
        },
        stray: ({ kind }) => this.#strays.add(kind),
        idle: (nowNs, busy) => listener.idle?.(nowNs, busy),
      },
    );
    const { numberKey } = plan.prober;
    this.#transport.keepIdentifiers?.(
      this.#targets.map(({ address }) => firstNumbers(numberKey, address) >>> 16),
    );
    this.#prober = prober;
    if (this.#isStopped) prober.stop();
    const reason = await prober.run();
    this.#totals.sent += prober.pending;
    interviews.abandon();
    return reason;
  }

  /** The hosts that were asked for by themselves, one after the other. */
  #listed(): CandidateSource {
    const targets = this.#targets;
    let next = 0;
    return {
      get hasNext() {
        return next < targets.length;
      },
      isDone: true,
      next: () => ({ target: targets[next++] as Target, isFound: false }),
    };
  }

  /** Judges a host. One that was not asked to the end and has not answered by then may yet do so: it is not called silent. */
  #finish(record: HostRecord, isWhole: boolean, listener: AuditListener): void {
    const findings = record.judge(this.#setup.maxOffsetMs, this.#now());
    if (!isWhole && findings.verdict === "silent") return;
    this.#tally.add(findings);
    this.#witnesses.add(findings);
    listener.host(findings);
  }

  #now(): number {
    const { clock } = this.#transport;
    return clock.baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
  }

  /** What the clocks that show a time of day say together about ours. */
  #agree(time: number): Pick<AuditResult, "consensus" | "witnesses"> {
    const together = this.#witnesses.agree((address) => this.#isOwnAddress(address));
    if (together === undefined) return { consensus: undefined, witnesses: [] };
    const { found, witnesses } = together;
    const notCounted = found.notCounted.map(formatAddress);
    return { consensus: { ...found, notCounted, time }, witnesses };
  }

  #isOwnAddress(address: number): boolean {
    const route = this.#machine.findRoute(address);
    return route.kind === "routed" && route.source === address;
  }
}
