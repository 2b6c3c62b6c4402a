/**
 * A run that judges hosts: each is looked for, asked every question, judged, reported, and forgotten.
 *
 * A bounded number of hosts is asked at a time (audit_interviews.ts); of the others only counts and bounds are kept. A host
 * that is silent costs three tries within two seconds.
 */

import type { EndReason } from "../../probe/prober.ts";
import { SharedAddresses } from "../../probe/shared_addresses.ts";
import type { Transport } from "../../probe/transport.ts";
import type { Target } from "../../targets/target.ts";
import { AuditAsker } from "./asker.ts";
import { FollowUp } from "./follow_up.ts";
import type { AuditListener, EarlierAudit } from "./listener.ts";
import { AuditPace } from "./pace.ts";
import type { AuditPlan } from "./plan.ts";
import type { AuditProgress, AuditResult } from "./result.ts";
import { AuditSweep } from "./sweep.ts";
import { AuditTally } from "./tally.ts";
import { AuditWitnesses } from "./witnesses.ts";
import type { HostFindings, HostRecord } from "./host_findings.ts";
import type { RunMachine } from "../machine.ts";
import type { ScanRunPlan } from "../scan/options.ts";
import { type ScanResult, ScanRun, type ScanRunMachine } from "../scan/run.ts";
import { type OpenRun, remainingMs } from "../run_frame.ts";
import { describeResult, describeRun, type ProgramInfo } from "../run_info.ts";

export type { AuditProgress, AuditResult };

/** Parts of an audit. */
export interface AuditSetup {
  /** For the `run` record. */
  readonly program: ProgramInfo;
  /** What is sent, and how. */
  readonly plan: AuditPlan;
  /** Hosts to audit; several names of one address are one host. */
  readonly targets: readonly Target[];
  /** Blocks in which those that answer are audited; undefined for none. */
  readonly blocks?: ScanRunPlan | undefined;
  /** Largest offset of a clock that is right, in milliseconds. */
  readonly maxOffsetMs: number;
  /** What an audit that is resumed had found; undefined for none. */
  readonly earlier?: EarlierAudit | undefined;
}

/** Ports of an audit. */
export type AuditMachine =
  & Pick<RunMachine, "elapsedMs" | "findRoute" | "openTransport">
  & ScanRunMachine;

/** An audit whose socket is open. */
export class AuditRun implements OpenRun {
  readonly #setup: AuditSetup;
  readonly #machine: AuditMachine;
  readonly #transport: Transport;
  /** Hosts that were named. */
  readonly #named: number;
  readonly #tally = new AuditTally();
  readonly #witnesses = new AuditWitnesses();
  readonly #sweep: AuditSweep | undefined;
  readonly #asker: AuditAsker;
  readonly #followUp: FollowUp | undefined;

  private constructor(
    setup: AuditSetup,
    machine: AuditMachine,
    transport: Transport,
    scan: ScanRun | undefined,
  ) {
    this.#setup = setup;
    this.#machine = machine;
    this.#transport = transport;
    const { plan, blocks, earlier } = setup;
    const named = new SharedAddresses(setup.targets).asked;
    this.#named = named.length;
    const pace = new AuditPace(plan.ratePps);
    const { clock } = transport;
    this.#sweep = scan && new AuditSweep({
      ...{ run: scan, plan: blocks as ScanRunPlan, pace, earlier },
      firstIndex: named.length,
      nowNs: () => clock.now().monotonicNs,
      wantedNs: () => this.#asker.wantedNs,
      wake: () => transport.wake(),
    });
    const targets = named.filter(({ address }) => earlier?.final.has(address) !== true);
    this.#asker = new AuditAsker({ plan, targets, sweep: this.#sweep, transport, pace });
    const { totals, strays } = this.#asker;
    this.#followUp = plan.followUp && new FollowUp({
      ...{ plan: plan.followUp, standard: plan.standard, transport, totals, strays },
      maxOffsetMs: setup.maxOffsetMs,
    });
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
    const { plan, blocks } = setup;
    const transport = await machine.openTransport({ ...plan.standard.transport, onTrouble });
    try {
      const scan = blocks && await ScanRun.open(blocks, machine, onTrouble);
      return new AuditRun(setup, machine, transport, scan);
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  /** Runs to the end, or until it is stopped. */
  async run(listener: AuditListener): Promise<AuditResult> {
    const { program, plan } = this.#setup;
    const { clock } = this.#transport;
    const startedAt = clock.now();
    const { targets } = this.progress();
    listener.run(describeRun(program, plan.standard, targets, this.#transport, startedAt));
    for await (const findings of this.#setup.earlier?.hosts() ?? []) {
      this.#report(findings, true, listener);
    }
    let reason: EndReason | undefined;
    let sweep: ScanResult | undefined;
    try {
      ({ reason, sweep } = await this.#askAll(listener));
      reason = await this.#follow(reason, listener);
    } finally {
      listener.ending?.(reason);
    }
    const { answered, totals } = this.progress();
    const time = this.#now();
    const counts = {
      ...{ answered, time, strays: this.#asker.strays, totals: () => totals },
      statistics: { length: targets },
    };
    return {
      ...describeResult(reason, counts, this.#transport, startedAt),
      ...{ tally: this.#tally, sweep },
      ...{ aliases: this.#followUp?.aliases, open: this.#followUp?.open },
      ...this.#witnesses.agree(time, (address) => this.#isOwnAddress(address)),
    };
  }

  /** Ends the run soon. */
  stop(): void {
    this.#sweep?.abort();
    this.#asker.stop();
    this.#followUp?.stop();
  }

  /** How far the run is. */
  progress(): AuditProgress {
    const sweep = this.#sweep;
    return {
      totals: this.#asker.totals,
      answered: this.#tally.answering,
      targets: this.#named + (sweep?.addresses ?? 0),
      found: this.#tally.answering + this.#asker.answering,
      judged: this.#tally.hosts,
      sweep: sweep?.progress,
    };
  }

  /** Closes the sockets. */
  close(): void {
    this.#transport.close();
    this.#sweep?.close();
  }

  /** Sweeps the blocks, and asks the hosts found beside those that were named. */
  async #askAll(
    listener: AuditListener,
  ): Promise<{ readonly reason: EndReason; readonly sweep: ScanResult | undefined }> {
    const sweep = this.#sweep;
    const { deadlineMs } = this.#setup.plan.prober;
    const ask = () =>
      this.#asker.run({
        finished: (record, isWhole) => this.#finish(record, isWhole, listener),
        idle: (nowNs, busy) => listener.idle?.(nowNs, busy),
      }, remainingMs(deadlineMs, this.#machine));
    if (sweep === undefined) return { reason: await ask(), sweep };
    // Its failure ends the questions too, and is reported once these are over.
    const sweeping = sweep.run(listener).catch((error) => {
      this.#asker.stop();
      return error instanceof Error ? error : new Error(String(error));
    });
    let reason: EndReason;
    try {
      reason = await ask();
    } finally {
      sweep.abort();
    }
    const result = await sweeping;
    if (result instanceof Error) throw result;
    const asked = Math.min(sweep.addresses, result.position);
    const silent = Math.max(0, asked - sweep.found - sweep.icmpErrors);
    this.#tally.addUnused(silent, sweep.icmpErrors);
    return { reason, sweep: result };
  }

  /** Judges a host. Of one that was not asked to the end, only what is decided is reported. */
  #finish(record: HostRecord, isWhole: boolean, listener: AuditListener): void {
    const findings = record.judge(this.#setup.maxOffsetMs, this.#now());
    const isOpen = findings.verdict === "silent" ||
      findings.behaviour.labels.some(({ label }) => label === "undecided");
    if (!isWhole && isOpen) return;
    if (this.#followUp?.keeps(findings) !== true) this.#report(findings, false, listener);
  }

  /** Follows the clocks that the first part did not bound well enough, or whose rate is asked for. */
  async #follow(reason: EndReason, listener: AuditListener): Promise<EndReason> {
    const deadlineMs = remainingMs(this.#setup.plan.prober.deadlineMs, this.#machine);
    return await this.#followUp?.run(reason, {
      host: (findings) => this.#report(findings, false, listener),
      idle: (nowNs, busy) => listener.idle?.(nowNs, busy),
    }, deadlineMs) ?? reason;
  }

  #report(findings: HostFindings, isEarlier: boolean, listener: AuditListener): void {
    this.#tally.add(findings);
    this.#witnesses.add(findings);
    listener.host(findings, isEarlier);
  }

  #now(): number {
    const { clock } = this.#transport;
    return clock.baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
  }

  #isOwnAddress(address: number): boolean {
    const route = this.#machine.findRoute(address);
    return route.kind === "routed" && route.source === address;
  }
}
