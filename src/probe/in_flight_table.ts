/**
 * The probes that may still be answered, found by address, sequence and identifier in constant time.
 *
 * Every address has its own 16-bit sequence, so one address can have 65 536 pending probes and the
 * table as a whole any number. Probes are also strung in the order of sending. Deadlines grow in
 * that order, so two pointers that only move forward do all the ageing: one behind which nothing
 * is pending, one behind which nothing is remembered.
 */

import { type InFlightProbe, SEQUENCES } from "./probe.ts";

/** How long a settled probe is remembered, so that late and repeated answers are known as such, in milliseconds. */
export const REMEMBER_MS = 10_000;

/** Finds and ends probes, as far as the readers of answers need that. */
export interface ProbeTable {
  /** The probe that an answer from `address` with these numbers belongs to, if one is remembered. */
  find(address: number, sequence: number, identifier: number): InFlightProbe | undefined;
  /** The pending probes, oldest first. */
  pendingProbes(): Iterable<InFlightProbe>;
  /** Ends a pending probe; does nothing to one that has ended. */
  settle(probe: InFlightProbe, state: "reply" | "icmpError" | "timedOut"): void;
}

/** Probes by address and sequence, and by age. */
export class InFlightTable implements ProbeTable {
  readonly #byKey = new Map<number, InFlightProbe>();
  readonly #rememberNs: number;
  #oldest: InFlightProbe | null = null;
  #oldestPending: InFlightProbe | null = null;
  #youngest: InFlightProbe | null = null;
  #pending = 0;

  /** `rememberMs`: how long after its deadline a probe is kept, so that late and repeated answers are known as such. */
  constructor(rememberMs: number) {
    this.#rememberNs = rememberMs * 1e6;
  }

  /** Number of pending probes. */
  get pending(): number {
    return this.#pending;
  }

  /** Number of probes remembered, answered ones included. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Deadline of the oldest pending probe; Infinity when there is none. */
  get nextDeadlineNs(): number {
    let probe = this.#oldestPending;
    while (probe !== null && probe.state !== "pending") probe = probe.younger;
    this.#oldestPending = probe;
    return probe === null ? Infinity : probe.deadlineNs;
  }

  /** True when the probe with that sequence number of that address is pending. */
  isPending(address: number, sequence: number): boolean {
    return this.#byKey.get(keyOf(address, sequence))?.state === "pending";
  }

  /**
   * Takes in a probe that has just been sent. A remembered probe with the same sequence number
   * is replaced, and the new one is marked `reusedSequence`.
   *
   * @throws {RangeError} The same sequence number of the same address is pending, or the
   * deadline lies before that of a probe sent earlier.
   */
  add(probe: InFlightProbe): void {
    const key = keyOf(probe.target.address, probe.sequence);
    // Before its sequence numbers wrap an address has none that was used before.
    const earlier = probe.ordinal < SEQUENCES ? undefined : this.#byKey.get(key);
    if (earlier !== undefined) {
      if (earlier.state === "pending") {
        throw new RangeError(
          `Cannot reuse sequence ${probe.sequence} of ${probe.target.label}: its probe is pending`,
        );
      }
      probe.reusedSequence = true;
    }
    if (this.#youngest !== null && probe.deadlineNs < this.#youngest.deadlineNs) {
      throw new RangeError("Cannot add a probe: its deadline lies before that of an earlier one");
    }
    this.#byKey.set(key, probe);
    if (this.#youngest === null) this.#oldest = probe;
    else this.#youngest.younger = probe;
    this.#youngest = probe;
    this.#oldestPending ??= probe;
    this.#pending++;
  }

  /** The probe that an answer from `address` with these numbers belongs to, if one is remembered. */
  find(address: number, sequence: number, identifier: number): InFlightProbe | undefined {
    const probe = this.#byKey.get(keyOf(address, sequence));
    return probe?.identifier === identifier ? probe : undefined;
  }

  /** Ends a pending probe; does nothing to one that has ended. */
  settle(probe: InFlightProbe, state: "reply" | "icmpError" | "timedOut"): void {
    if (probe.state !== "pending") return;
    probe.state = state;
    this.#pending--;
  }

  /** Has `settle` settle every probe whose deadline has passed, oldest first, and forgets the very old. */
  expire(nowNs: number, settle: (probe: InFlightProbe) => void): void {
    while (this.nextDeadlineNs <= nowNs) {
      const probe = this.#oldestPending;
      if (probe === null) break;
      settle(probe);
    }
    const forgetBefore = nowNs - this.#rememberNs;
    let probe = this.#oldest;
    while (probe !== null && probe.state !== "pending" && probe.deadlineNs <= forgetBefore) {
      const key = keyOf(probe.target.address, probe.sequence);
      if (this.#byKey.get(key) === probe) this.#byKey.delete(key);
      const { younger }: InFlightProbe = probe;
      // A listener that keeps this probe must not keep all that came after it.
      probe.younger = null;
      probe = younger;
    }
    this.#oldest = probe;
    if (probe === null) this.#youngest = null;
  }

  /** The pending probes, oldest first. */
  *pendingProbes(): Generator<InFlightProbe> {
    for (let probe = this.#oldestPending; probe !== null; probe = probe.younger) {
      if (probe.state === "pending") yield probe;
    }
  }
}

/** (address, sequence) as one number: 48 bits, exact in a double. */
function keyOf(address: number, sequence: number): number {
  return address * SEQUENCES + sequence;
}
