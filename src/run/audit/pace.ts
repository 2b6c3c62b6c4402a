/** The rate of an audit, shared by the sweep that finds hosts and the interviews of those found. */

import { GOLDEN_FRACTION } from "../../probe/schedule.ts";

/** Probes of this time may leave together: a batch costs little more than a probe, and the kernel stamps each. */
const GROUP_NS = 2.5e6;
/** Time that may be caught up at once on a busy machine: no second has 5 % more probes than asked. */
const BURST_NS = 50e6;
/**
 * Probes are put off by up to this, each differently: where the rate alone decides when they leave, all would meet one
 * part of the remote tick, and show neither its length nor where it ends.
 */
const SCATTER_NS = 4e6;

/** Gives each probe of an audit its moment, of the sweep and of the questions. All times are CLOCK_MONOTONIC in nanoseconds. */
export class AuditPace {
  readonly #intervalNs: number;
  #turns = 0;
  #nextNs = -Infinity;
  #readyNs = -Infinity;

  /** Takes the most probes a second, above 0; Infinity for no limit. */
  constructor(ratePps: number) {
    this.#intervalNs = 1e9 / ratePps;
  }

  /** When the next probe may leave. */
  get readyNs(): number {
    return this.#readyNs;
  }

  /** Books probes that leave at `nowNs`, or left since `sinceNs`. */
  take(nowNs: number, count: number, sinceNs: number = nowNs): void {
    this.#nextNs = Math.max(this.#nextNs, sinceNs - BURST_NS) + count * this.#intervalNs;
    // A sender that has used up its time waits for a group's worth, not for each probe.
    const groupNs = this.#intervalNs < GROUP_NS ? GROUP_NS : 0;
    const share = this.#turns++ * GOLDEN_FRACTION % 1;
    const putOffNs = groupNs + share * SCATTER_NS;
    this.#readyNs = this.#nextNs <= nowNs ? this.#nextNs : this.#nextNs + putOffNs;
  }
}
