/**
 * Which of the measured clocks are witnesses of their own.
 *
 * A host that is asked under several addresses must not outvote the others. What its timestamps say does not
 * show: two hosts that NTP keeps are as alike as two addresses of one host. So a host is known by what we asked
 * for: the same address, whatever it was called, is one host; addresses of the same name are one host as far as their
 * clocks agree (a name may stand for a pool of hosts, whose clocks then differ). And this machine is no witness of
 * its own clock.
 */

import { type Agreement, findAgreement } from "./agreement.ts";
import { doOffsetsMeet, type OffsetWitness } from "./consensus.ts";

/** A measured clock and where it was found. */
export interface LocatedWitness extends OffsetWitness {
  /** IPv4 address as an unsigned 32-bit number. */
  readonly address: number;
}

const LOOPBACK_NETWORK = 127;

/** Which clocks count, and which do not. */
export interface Witnesses {
  /** One for each host: its first address. */
  readonly counted: readonly LocatedWitness[];
  /** The addresses of the others: of this machine, and further ones of a host that counts. */
  readonly notCounted: readonly number[];
}

/**
 * One witness for each host.
 *
 * @param measured the clocks; `host` is the name or address that the user gave.
 * @param isOwnAddress whether an address is this machine's. Loopback addresses are in any case.
 */
export function independentWitnesses(
  measured: readonly LocatedWitness[],
  isOwnAddress: (address: number) => boolean,
): Witnesses {
  const counted: LocatedWitness[] = [];
  const notCounted: number[] = [];
  // Tens of thousands of hosts are not compared with each other one by one.
  const addresses = new Set<number>();
  const byHost = new Map<string, readonly LocatedWitness[]>();
  for (const witness of measured) {
    const { address } = witness;
    const isOwn = address >>> 24 === LOOPBACK_NETWORK || isOwnAddress(address);
    const others = byHost.get(witness.host) ?? [];
    if (
      isOwn || addresses.has(address) || others.some((other) => doOffsetsMeet(witness, other))
    ) notCounted.push(address);
    else {
      counted.push(witness);
      addresses.add(address);
      byHost.set(witness.host, [...others, witness]);
    }
  }
  return { counted, notCounted };
}

/** What independent witnesses show together. */
export interface IndependentConsensus {
  /** What they agree on. */
  readonly consensus: Agreement;
  /** The addresses that were not counted, see {@linkcode Witnesses.notCounted}. */
  readonly notCounted: readonly number[];
}

/** The consensus of the hosts that count; undefined for fewer than two. See {@linkcode independentWitnesses}. */
export function independentConsensus(
  measured: readonly LocatedWitness[],
  isOwnAddress: (address: number) => boolean,
): IndependentConsensus | undefined {
  const { counted, notCounted } = independentWitnesses(measured, isOwnAddress);
  const found = counted.length < 2 ? undefined : findAgreement(counted);
  return found && { consensus: found, notCounted };
}
