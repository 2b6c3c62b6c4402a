/** The clocks of an audit that say something about ours: a bounded number of them, picked at random where there are more. */

import { independentConsensus, type LocatedWitness } from "../../clock/witness.ts";
import { formatAddress } from "../../packet/mod.ts";
import type { ConsensusEvent } from "../clock/event.ts";
import type { HostFindings } from "./host_findings.ts";

/** Clocks that are kept at most. */
const MAX_WITNESSES = 65_536;
/** Witnesses up to which the kernel is asked whether their address is this machine's own. */
const MAX_OWN_LOOKUPS = 4096;

/** Gathers the bounds of clocks. */
export class AuditWitnesses {
  readonly #kept: LocatedWitness[] = [];
  readonly #limit: number;
  #seen = 0;

  /** `limit`: clocks that are kept at most. */
  constructor(limit = MAX_WITNESSES) {
    this.#limit = limit;
  }

  /**
   * Takes in a host whose clock shows a time of day in UTC. Of more than the limit each is kept with the same chance
   * (Vitter 1985, algorithm R), which no host can improve by being early or late.
   */
  add({ target: { label, address }, offset, behaviour }: HostFindings): void {
    if (offset === undefined || behaviour.utcOffsetMinutes !== undefined) return;
    const { lowerMs, upperMs } = offset;
    const witness = { host: label, address, lowerMs, upperMs };
    this.#seen++;
    if (this.#kept.length < this.#limit) {
      this.#kept.push(witness);
      return;
    }
    const place = Math.floor(Math.random() * this.#seen);
    if (place < this.#limit) this.#kept[place] = witness;
  }

  /**
   * What they say together about our clock, and those that count for it.
   *
   * @param time now, Unix time in seconds
   * @param isOwnAddress asks the kernel whether an address is this machine's
   */
  agree(
    time: number,
    isOwnAddress: (address: number) => boolean,
  ): {
    /** What they agree on; undefined for fewer than two. */
    readonly consensus: ConsensusEvent | undefined;
    /** Clocks that count for the consensus: not this machine's own, and readable. */
    readonly witnesses: readonly LocatedWitness[];
  } {
    const looksUp = this.#kept.length <= MAX_OWN_LOOKUPS;
    const found = independentConsensus(
      this.#kept,
      (address) => looksUp && isOwnAddress(address),
    );
    if (found === undefined) return { consensus: undefined, witnesses: [] };
    const left = new Set(found.notCounted);
    return {
      consensus: { ...found, notCounted: found.notCounted.map(formatAddress), time },
      witnesses: this.#kept.filter(({ address }) => !left.has(address)),
    };
  }
}
