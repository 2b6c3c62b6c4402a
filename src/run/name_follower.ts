/** Follows the names of a run without end to the addresses they move to. Loaded only by such runs. */

import { formatAddress } from "../packet/address.ts";
import type { Prober } from "../probe/prober.ts";
import type { SharedAddresses } from "../probe/shared_addresses.ts";
import { NameWatch } from "../targets/name_watch.ts";
import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import type { RunMachine } from "./machine.ts";
import type { RunRecorder } from "./run_recorder.ts";
import type { RunState } from "./run_state.ts";

/** The parts of a run that a new address concerns. */
export interface FollowedRun {
  /** Which targets share an address. */
  readonly shared: SharedAddresses;
  /** Statistics by address. */
  readonly state: RunState;
  /** Receives the new addresses of names. */
  readonly recorder: RunRecorder;
  /** Sends to the new address. */
  readonly prober: Prober;
  /** Receives one line for each change. */
  readonly remark: (text: string) => void;
}

/** Looks names up again while a run goes on. */
export class NameFollower {
  readonly #run: FollowedRun;
  readonly #machine: Pick<RunMachine, "resolver" | "isBroadcast">;
  readonly #watch: NameWatch;

  /** Watches the targets that were given as names. */
  constructor(run: FollowedRun, machine: Pick<RunMachine, "resolver" | "isBroadcast">) {
    this.#run = run;
    this.#machine = machine;
    const targets = run.state.statistics.map(({ target }) => target);
    this.#watch = new NameWatch(
      targets,
      machine.resolver,
      (target, address) => this.#move(target, address),
    );
  }

  /** Number of targets without an address now. */
  get unknown(): number {
    return this.#watch.unknown;
  }

  /** Starts the lookups that are due; CLOCK_MONOTONIC. */
  look(nowNs: number): void {
    this.#watch.look(nowNs);
  }

  /** Probes a name at its new address, and reports it; returns whether it is probed there. */
  #move(target: Target, address: number): boolean {
    const { shared, state, recorder, prober, remark } = this.#run;
    const found = `${target.label} is at ${formatAddress(address)} now`;
    if (address === 0 || address >>> 28 >= 0xe || this.#machine.isBroadcast(address)) {
      remark(`${found}, which is no single host: it is not asked there`);
      return false;
    }
    const others = state.statistics.map((statistics) => statistics.target);
    const index = shared.movableIndex(target, address, others);
    if (index === undefined) {
      remark(`${found}, which shares an address with another target: it is not asked there`);
      return false;
    }
    const isNew = target.address === UNKNOWN_ADDRESS;
    remark(isNew ? found : `${found}, not at ${formatAddress(target.address)} any more`);
    recorder.move(target, address);
    prober.move(index, address);
    return true;
  }
}
