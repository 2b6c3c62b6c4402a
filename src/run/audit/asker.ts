/** Asks the hosts of an audit, those that were named and those that a sweep finds, through one socket. */

import type { ProbeListener } from "../../probe/outcome.ts";
import { firstNumbers } from "../../probe/probe_numbers.ts";
import { type EndReason, Prober } from "../../probe/prober.ts";
import type { Transport } from "../../probe/transport.ts";
import { ProbeCounters } from "../../stats/mod.ts";
import type { Target } from "../../targets/target.ts";
import { Interviews } from "./interviews.ts";
import type { AuditPace } from "./pace.ts";
import type { AuditPlan } from "./plan.ts";
import { listThen } from "./source.ts";
import type { AuditSweep } from "./sweep.ts";
import type { HostRecord } from "./host_findings.ts";
import { shareThread } from "../shared_thread_transport.ts";
import { StrayCounter } from "../stray_counts.ts";
import { countOutcome } from "../target_statistics.ts";

/** What an asker works with. */
export interface AuditAskerOptions {
  /** Questions, rounds and rate. */
  readonly plan: AuditPlan;
  /** Hosts that were named, each address once. */
  readonly targets: readonly Target[];
  /** Finds further hosts; undefined for none. */
  readonly sweep: AuditSweep | undefined;
  /** Sends the questions and receives the answers; the caller closes it. */
  readonly transport: Transport;
  /** Rate of all probes. */
  readonly pace: AuditPace;
}

/** Receives what an asker does. */
export interface AuditAskerListener {
  /** A host is final. `isWhole`: all its questions were answered or given up. */
  finished(record: HostRecord, isWhole: boolean): void;
  /** See {@linkcode ProbeListener.idle}. */
  idle(nowNs: number, busy: boolean): ReturnType<ProbeListener["idle"]>;
}

/** Hosts that are asked at a time, at most: each takes some kilobytes. */
const SEATS = 4096;

/** Asks all hosts of one audit. */
export class AuditAsker {
  /** What became of all probes. */
  readonly totals: ProbeCounters = new ProbeCounters();
  /** Datagrams that answered none of the questions, counted by kind. */
  readonly strays: StrayCounter = new StrayCounter();
  readonly #options: AuditAskerOptions;
  #interviews: Interviews | undefined;
  #prober: Prober | undefined;
  #isStopped = false;

  /** Nothing is sent before {@linkcode run}. */
  constructor(options: AuditAskerOptions) {
    this.#options = options;
  }

  /** Hosts that answer and are being asked, or wait for it. */
  get answering(): number {
    return (this.#interviews?.answering ?? 0) + (this.#options.sweep?.waiting ?? 0);
  }

  /** When the next question should leave, CLOCK_MONOTONIC; Infinity when none waits. */
  get wantedNs(): number {
    return this.#interviews?.wantedNs ?? Infinity;
  }

  /** Ends the run soon. */
  stop(): void {
    this.#isStopped = true;
    this.#prober?.stop();
  }

  /** Asks all hosts. `deadlineMs`: ends the run after that many milliseconds. Call it once. */
  async run(listener: AuditAskerListener, deadlineMs: number | undefined): Promise<EndReason> {
    const { plan, targets, sweep, pace } = this.#options;
    const seats = sweep === undefined ? Math.min(SEATS, targets.length) : SEATS;
    const transport = sweep === undefined
      ? this.#options.transport
      : shareThread(this.#options.transport, sweep);
    const interviews = this.#interviews = new Interviews({
      ...{ plan, seats, pace },
      source: listThen(targets, sweep),
      baseUnixMs: transport.clock.baseUnixMs,
      replace: (target) => prober.replace(target),
      finished: (record, isWhole) => listener.finished(record, isWhole),
    });
    const options = { ...plan.prober, targets: Interviews.emptySeats(seats), deadlineMs };
    const prober: Prober = new Prober(
      { ...options, schedule: () => interviews },
      transport,
      this.#listen(interviews, listener),
    );
    if (sweep === undefined) this.#keepIdentifiers();
    this.#prober = prober;
    if (this.#isStopped) prober.stop();
    const reason = await prober.run();
    this.totals.sent += prober.pending;
    interviews.abandon();
    return reason;
  }

  #listen(interviews: Interviews, listener: AuditAskerListener): ProbeListener {
    const { totals, strays } = this;
    return {
      outcome(outcome) {
        countOutcome(totals, outcome);
        interviews.settle(outcome);
      },
      extra({ kind }) {
        if (kind === "late") totals.late++;
        else totals.duplicates++;
      },
      stray: ({ kind }) => strays.add(kind),
      idle: (nowNs, busy) => {
        this.#options.sweep?.serve(nowNs);
        return listener.idle(nowNs, busy);
      },
    };
  }

  /** Of hosts that are all known before, the kernel drops what answers none of them. */
  #keepIdentifiers(): void {
    const { plan, targets, transport } = this.#options;
    const { numberKey } = plan.prober;
    transport.keepIdentifiers?.(
      targets.map(({ address }) => firstNumbers(numberKey, address) >>> 16),
    );
  }
}
