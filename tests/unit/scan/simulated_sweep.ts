/** A sweep over a network without a kernel. */

import { AddressSpace } from "../../../src/scan/address_space.ts";
import { ScanOrder } from "../../../src/scan/scan_order.ts";
import { Sweep } from "../../../src/scan/sweep.ts";
import type { SweepOptions } from "../../../src/scan/sweep_options.ts";
import { type Block, parseBlock } from "../../../src/targets/block.ts";
import { Random } from "../../lab/random.ts";
import {
  answer,
  type Behaviour,
  Recording,
  type SeenProbe,
  SimulatedNetwork,
} from "../../support/swept_network.ts";

const key = { k0: 0x11223344, k1: 0x55667788 };
/** Everybody answers, 10.25 ms after the probe left. */
export function answering(probe: SeenProbe): ReturnType<Behaviour> {
  return [{ bytes: answer(probe), delayMs: 10.25 }];
}

/** What a sweep differs in from the usual one. */
export interface SweepSetup {
  readonly block?: string;
  readonly options?: Partial<SweepOptions>;
  readonly probesPerTarget?: number;
  readonly startMs?: number;
  /** Threads that send; without it the one that runs the sweep. */
  readonly threads?: number;
}

/** A sweep and what it runs over. */
export interface SimulatedSweep {
  readonly network: SimulatedNetwork;
  readonly listener: Recording;
  readonly sweep: Sweep;
  readonly order: ScanOrder;
}

/** A sweep of a block at 1000 probes a second, ready to run over a simulated network. */
export function prepareSweep(behaviour: Behaviour, setup: SweepSetup = {}): SimulatedSweep {
  const { block = "10.1.0.0/24", options = {}, probesPerTarget = 1 } = setup;
  const network = new SimulatedNetwork(behaviour, setup.startMs);
  const { threads = 0 } = setup;
  const listener = new Recording();
  const space = new AddressSpace([parseBlock(block) as Block]);
  const order = new ScanOrder({ space, seed: 4, probesPerTarget });
  const sweep = new Sweep({
    space,
    order,
    skipped: new Set(),
    probesPerTarget,
    key,
    transmitters: threads === 0 ? [network] : network.threads(threads, new Random(threads)),
    replies: network,
    clock: network,
    rate: 1000,
    cooldownMs: 500,
    listener,
    ...options,
  });
  return { network, listener, sweep, order };
}

/** The different addresses of some records. */
export const addresses = (records: readonly { address: number }[]): Set<number> =>
  new Set(records.map(({ address }) => address));
