/**
 * The sweep of an audit finds who answers in its blocks, while those found are asked.
 *
 * Both run on one thread and share one rate. Those that are asked go first: the sweep is held up while a question is late,
 * while many hosts wait to be asked, and while the rate is used up.
 */

import { formatAddress } from "../../packet/mod.ts";
import { ExactDuplicateFilter } from "../../scan/duplicate_filter.ts";
import type { ScanProgress } from "../../scan/scan_record.ts";
import type { Candidate, CandidateSource } from "./source.ts";
import type { AuditPace } from "./pace.ts";
import type { ScanRunPlan } from "../scan/options.ts";
import type { ScanResult, ScanRun } from "../scan/run.ts";

/** What an earlier run of the same audit found. */
export interface EarlierFindings {
  /** Addresses that answered and are not final. */
  readonly pending: readonly number[];
  /** Addresses that are final, those of hosts that were named among them. */
  readonly final: ReadonlySet<number>;
  /** Addresses that an ICMP error came for. They may be probed again, and answer. */
  readonly icmpErrors: readonly number[];
}

/** Receives what a sweep finds. */
export interface AuditSweepListener {
  /** An address answered for the first time. */
  found?(address: number): void;
  /** The first ICMP error came for an address that has not answered. It may still answer. */
  failed?(address: number): void;
  /** All probes below the position are settled. */
  settled?(position: number): void;
}

/** What a sweep works with. */
export interface AuditSweepOptions {
  /** The scan, whose sockets are open. */
  readonly run: ScanRun;
  /** Addresses of the blocks, their order, and those of this machine, which are skipped. */
  readonly plan: Pick<ScanRunPlan, "space" | "order" | "skipped">;
  /** Rate of all probes. */
  readonly pace: AuditPace;
  /** CLOCK_MONOTONIC, nanoseconds. */
  readonly nowNs: () => number;
  /** When the next question should leave, CLOCK_MONOTONIC. */
  readonly wantedNs: () => number;
  /** Index that the first host found has among the targets. */
  readonly firstIndex: number;
  /** There is a host to ask, or the sweep is over. */
  readonly wake: () => void;
  /** What an audit that is resumed had found; undefined for none. */
  readonly earlier?: EarlierFindings | undefined;
}

/** Hosts that wait to be asked, at most some more: a slice of the sweep may find several hundred. */
const MAX_WAITING = 1024;
/** A question that is later holds the sweep up, nanoseconds. */
const MAX_LATE_NS = 25e6;
/** So far ahead of the rate the sweep may be, nanoseconds. */
const MAX_AHEAD_NS = 5e6;

/** Finds hosts, and hands them over one by one. */
export class AuditSweep implements CandidateSource {
  /** The sweep is over, and no more hosts will be found. */
  isDone = false;
  /** Hosts that answered. */
  found = 0;
  /** Addresses that an ICMP error came for and that did not answer. */
  icmpErrors = 0;
  /** The last report of the sweep. */
  progress: ScanProgress | undefined;
  readonly #options: AuditSweepOptions;
  readonly #failed: ExactDuplicateFilter;
  readonly #seen: ExactDuplicateFilter;
  #waiting: number[] = [];
  #taken = 0;
  #booked = 0;
  /** When its turn began. */
  #turnNs = Infinity;
  #release: (() => void) | undefined;

  /** Nothing is sent before {@linkcode run}. */
  constructor(options: AuditSweepOptions) {
    this.#options = options;
    const { plan: { space }, earlier } = options;
    this.#failed = new ExactDuplicateFilter(space.size);
    this.#seen = new ExactDuplicateFilter(space.size);
    if (earlier === undefined) return;
    for (const address of earlier.icmpErrors) this.#fail(address);
    for (const address of earlier.final) this.#see(address);
    for (const address of earlier.pending) {
      if (this.#see(address)) this.#waiting.push(address);
    }
  }

  /** A host waits to be asked. */
  get hasNext(): boolean {
    return this.waiting > 0;
  }

  /** Hosts that wait to be asked. */
  get waiting(): number {
    return this.#waiting.length - this.#taken;
  }

  /** The sweep is on and not held up: it needs the thread. */
  get isBusy(): boolean {
    return !this.isDone && this.#release === undefined;
  }

  /** Addresses of the sweep, those of this machine not counted. */
  get addresses(): number {
    const { order, skipped } = this.#options.plan;
    return order.shardTargets - skipped.size;
  }

  /** Whether a reply that the other socket received is one to the sweep. */
  isOwnReply(source: number, originateMs: number, proof: number): boolean {
    return this.#options.run.isOwnReply(source, originateMs, proof);
  }

  /** Takes the next host. */
  next(): Candidate {
    const address = this.#waiting[this.#taken++] as number;
    if (this.#taken >= MAX_WAITING) {
      this.#waiting = this.#waiting.slice(this.#taken);
      this.#taken = 0;
    }
    const { firstIndex, plan: { space } } = this.#options;
    const index = firstIndex + space.indexOf(address);
    const target = { index, label: formatAddress(address), address, isFromBlock: true } as const;
    return { target, isFound: true };
  }

  /** Sweeps to the end. */
  async run(listener: AuditSweepListener): Promise<ScanResult> {
    const { run, wake, nowNs } = this.#options;
    this.#turnNs = nowNs();
    try {
      return await run.run({
        reply: ({ address }, isNew) => {
          if (!isNew || !this.#see(address)) return;
          this.#waiting.push(address);
          listener.found?.(address);
        },
        icmpError: ({ address }) => {
          if (this.#fail(address)) listener.failed?.(address);
        },
        unsent: () => {},
        progress: (progress) => this.progress = progress,
        checkpoint: (position) => listener.settled?.(position),
        room: () => this.#room(),
      });
    } finally {
      this.isDone = true;
      wake();
    }
  }

  /** Lets a sweep that was held up go on, if nothing stands against it. */
  serve(nowNs: number): void {
    if (this.#release === undefined || !this.#mayGoOn(nowNs)) return;
    this.#turnNs = nowNs;
    this.#release();
    this.#release = undefined;
  }

  /** Sends no more; answers to what was sent are still awaited. */
  stop(): void {
    this.#options.run.stop();
    this.#release?.();
    this.#release = undefined;
  }

  /** Sends no more and awaits nothing. */
  abort(): void {
    this.#options.run.abort();
    this.stop();
  }

  /** Closes the sockets. */
  close(): void {
    this.#options.run.close();
  }

  /** Notes that an address answered; returns whether it is the first time. */
  #see(address: number): boolean {
    const index = this.#options.plan.space.indexOf(address);
    if (index < 0 || this.#seen.markSeen(index)) return false;
    this.found++;
    if (this.#failed.has(index)) this.icmpErrors--;
    return true;
  }

  /** Notes an ICMP error; returns whether it is the first one for an address that has not answered. */
  #fail(address: number): boolean {
    const index = this.#options.plan.space.indexOf(address);
    if (index < 0 || this.#failed.markSeen(index) || this.#seen.has(index)) return false;
    this.icmpErrors++;
    return true;
  }

  #room(): Promise<void> | undefined {
    const { run: { sent }, pace, nowNs } = this.#options;
    const now = nowNs();
    pace.take(now, sent - this.#booked, this.#turnNs);
    this.#booked = sent;
    this.#turnNs = now;
    if (this.#mayGoOn(now)) return undefined;
    return new Promise((resolve) => this.#release = resolve);
  }

  #mayGoOn(nowNs: number): boolean {
    const { pace, wantedNs } = this.#options;
    return this.waiting < MAX_WAITING &&
      pace.readyNs - nowNs <= MAX_AHEAD_NS && nowNs - wantedNs() <= MAX_LATE_NS;
  }
}
