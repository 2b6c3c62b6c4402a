/** What the probes with one time to live have shown. */

import type { AnswerTally, PathQuestion } from "../../behaviour/path_observation.ts";
import type { MplsLabel } from "../../packet/icmp_extension.ts";
import type { IcmpErrorMessage } from "../../packet/mod.ts";
import { SeriesSummary, type Summary } from "../../stats/mod.ts";

/** An address was followed by another one, for probes of one kind and one flow. */
export interface PathChange {
  /** Kind of probe. */
  readonly kind: PathQuestion;
  /** The address before, an unsigned 32-bit number. */
  readonly from: number;
  /** Address that answers from the change on, unsigned 32-bit. */
  readonly to: number;
  /** When, Unix time in seconds. */
  readonly time: number;
}

/** An ICMP error other than an expired time to live. */
export interface HopRefusal {
  /** Kind of probe. */
  readonly kind: PathQuestion;
  /** Its sender, an unsigned 32-bit number. */
  readonly reporter: number;
  /** ICMP type. */
  readonly type: number;
  /** ICMP code. */
  readonly code: number;
  /** Type and code in words. */
  readonly name: string;
}

/** One kind of probe at one hop. */
export class HopSeries implements AnswerTally {
  /** Probes to this hop that the kernel took. */
  sent = 0;
  /** Probes that were answered: by Time Exceeded, or by the host itself. */
  answered = 0;
  readonly #rtts = new SeriesSummary();

  /** Takes in an answer after `rttMs` milliseconds. */
  add(rttMs: number): void {
    this.answered++;
    this.#rtts.add(rttMs);
  }

  /** Round-trip times in milliseconds; undefined before the first answer. */
  get rttMs(): Summary | undefined {
    return this.#rtts.count === 0 ? undefined : this.#rtts.summary();
  }
}

/** Changes that are kept of one hop: a load balancer that goes packet by packet makes many. */
const MAX_CHANGES = 8;
/** Addresses that are kept of one hop: one host can send errors from many. */
const MAX_ADDRESSES = 16;

/** Gathers what one time to live shows, for one flow. */
export class TraceHop {
  /** The time to live. */
  readonly hop: number;
  /** Echo requests. */
  readonly echo: HopSeries = new HopSeries();
  /** Timestamp requests. */
  readonly timestamp: HopSeries = new HopSeries();
  /** Addresses that Time Exceeded came from, and how often. */
  readonly addresses: Map<number, number> = new Map();
  /** Changes of the address. */
  readonly changes: PathChange[] = [];
  /** Labels of MPLS that the datagram had when it expired, outermost first; empty where none are reported. */
  labels: readonly MplsLabel[] = [];
  /** An error that is no expired time to live. */
  refusal: HopRefusal | undefined;
  /** The host itself answered here. */
  isTarget = false;
  readonly #last: Partial<Record<PathQuestion, number>> = {};

  /** Starts empty. */
  constructor(hop: number) {
    this.hop = hop;
  }

  /** Whether anything came back. */
  get hasAnswered(): boolean {
    return this.isTarget || this.addresses.size > 0 || this.refusal !== undefined;
  }

  /** Takes in an expired probe; `time` in Unix seconds. */
  expired(kind: PathQuestion, reporter: number, rttMs: number | undefined, time: number): void {
    if (rttMs !== undefined) this[kind].add(rttMs);
    const before = this.#last[kind];
    if (before !== undefined && before !== reporter && this.changes.length < MAX_CHANGES) {
      this.changes.push({ kind, from: before, to: reporter, time });
    }
    this.#last[kind] = reporter;
    if (!this.addresses.has(reporter) && this.addresses.size >= MAX_ADDRESSES) return;
    this.addresses.set(reporter, (this.addresses.get(reporter) ?? 0) + 1);
  }

  /** Takes in an error that is no expired time to live. */
  refused(kind: PathQuestion, { type, code, name }: IcmpErrorMessage, reporter: number): void {
    this.refusal = { kind, type, code, name, reporter };
  }

  /** What an error said was not so: the probe was answered later. */
  retract(kind: PathQuestion, reporter: number): void {
    const { refusal } = this;
    if (refusal?.kind === kind && refusal.reporter === reporter) {
      this.refusal = undefined;
      return;
    }
    const count = this.addresses.get(reporter);
    if (count === undefined) return;
    if (count > 1) this.addresses.set(reporter, count - 1);
    else this.addresses.delete(reporter);
    this[kind].answered--;
  }

  /** Takes back a refusal by a host that forges errors. */
  distrust(forgers: ReadonlySet<number>): void {
    if (this.refusal !== undefined && forgers.has(this.refusal.reporter)) this.refusal = undefined;
  }

  /** The address that most errors came from, `forgers` only where there is no other. */
  address(forgers: ReadonlySet<number>): number | undefined {
    return this.sortedAddresses(forgers)[0];
  }

  /** All addresses, the commonest first, `forgers` only where there is no other. */
  sortedAddresses(forgers: ReadonlySet<number>): number[] {
    const sorted = [...this.addresses].sort(([, one], [, other]) => other - one)
      .map(([address]) => address);
    const others = sorted.filter((address) => !forgers.has(address));
    return others.length > 0 ? others : sorted;
  }
}
