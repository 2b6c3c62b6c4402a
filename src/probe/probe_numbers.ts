/**
 * Identifiers and sequence numbers that only their own target can know.
 *
 * A host sees the probes that it is sent. With numbers common to a run it could answer for every other
 * host, from the other's address. So each target has its own:
 *
 * ```text
 *   hash                  HalfSipHash-2-4(key, address, 0)            32 bits
 *   identifier            high 16 bits of the hash
 *   sequence of probe n   (low 16 bits of the hash + n) mod 65 536, n counted for each target
 *   cookie of probe n     HalfSipHash-2-4(key, address, n + 1)        32 bits, in the payload of an echo
 * ```
 *
 * The message that is hashed is two 32-bit words: the target's address as a number (192.0.2.7 is
 * 0xc0000207), and 0 or n + 1. The key is 64 random bits, drawn for each run. To anyone without it the 32
 * bits of identifier and sequence are random, however many other targets' numbers he has seen
 * (half_sip_hash.ts names the paper).
 *
 * A number that the user sets is the same for all targets, and as many bits are then known to all.
 *
 * A router on the path of a trace sees some probes and may forge errors about those that ended before it. There sequence
 * numbers are scattered: n goes through a keyed permutation (scatter.ts), and no number gives away another.
 */

import { halfSipHash, type HashKey } from "../packet/half_sip_hash.ts";
import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import { scatter } from "./scatter.ts";

/** What the numbers of a run are made from. */
export interface ProbeNumbersOptions {
  /** The run's secret. */
  readonly numberKey: HashKey;
  /** Identifier of all probes, 0..65535; by default each target has its own. */
  readonly identifier?: number | undefined;
  /** Sequence number of each target's first probe, 0..65535; by default each target has its own. */
  readonly firstSequence?: number | undefined;
  /** Give no target sequence numbers that follow each other; not with `firstSequence`. */
  readonly scattersSequences?: boolean | undefined;
  /** Ordinal of each target's first probe, from 0, for a run that goes on where one with the same key ended. */
  readonly firstOrdinal?: number | undefined;
  /** Several targets may have one address: they take their numbers from one sequence. */
  readonly sharesNumbers?: boolean | undefined;
}

/** Identifier × 65 536 + sequence of the first probe to an address. */
export function firstNumbers(key: HashKey, address: number): number {
  return halfSipHash(key.k0, key.k1, address, 0);
}

/** The numbers of every target of a run. */
export class ProbeNumbers {
  readonly #key: HashKey;
  readonly #identifier: number | undefined;
  readonly #firstSequence: number | undefined;
  /** By target index: identifier × 65 536 + first sequence. */
  readonly #first: Uint32Array;
  /** By target index: probes that have a sequence number. */
  readonly #allocated: Uint32Array;
  /** One bit for each identifier that a target has. */
  readonly #identifiers = new Uint8Array(65_536 / 8);
  readonly #isScattered: boolean;
  readonly #firstOrdinal: number;
  /** By target index: the first target at its address; undefined where no two share one. */
  readonly #owners: Uint32Array | undefined;

  /** Numbers `targets`; `targets[i].index` is i. */
  constructor(targets: readonly Target[], options: ProbeNumbersOptions) {
    const { numberKey, identifier, firstSequence, firstOrdinal = 0 } = options;
    this.#key = numberKey;
    this.#isScattered = options.scattersSequences ?? false;
    this.#first = new Uint32Array(targets.length);
    this.#allocated = new Uint32Array(targets.length);
    this.#identifier = identifier;
    this.#firstSequence = firstSequence;
    this.#firstOrdinal = firstOrdinal;
    for (const target of targets) this.renew(target);
    this.#owners = options.sharesNumbers ? findOwners(targets) : undefined;
  }

  /** Numbers the probes of a target from the start, with the numbers of its address. */
  renew({ address, index }: Target): void {
    // Targets without an address yet must not have the same numbers; no host has the address 0.0.0.1.
    const hash = firstNumbers(this.#key, address === 0 ? index + 1 : address);
    const own = this.#identifier ?? hash >>> 16;
    this.#first[index] = own * 0x10000 + (this.#firstSequence ?? hash & 0xffff);
    this.#allocated[index] = this.#firstOrdinal;
    this.#identifiers[own >>> 3] = (this.#identifiers[own >>> 3] as number) | 1 << (own & 7);
  }

  /** ICMP identifier of all probes to a target. */
  identifierOf({ index }: Target): number {
    return (this.#first[index] as number) >>> 16;
  }

  /** How many of a target's probes have a number: the ordinal of the next one. */
  allocated({ index }: Target): number {
    return this.#allocated[this.#owners?.[index] ?? index] as number;
  }

  /** The next ordinal of a target, from 0, whatever message it is for. */
  allocate({ index }: Target): number {
    const owner = this.#owners?.[index] ?? index;
    const ordinal = this.#allocated[owner] as number;
    this.#allocated[owner] = ordinal + 1;
    return ordinal;
  }

  /** Sequence number of a target's probe with that ordinal. */
  sequenceOf({ index, address }: Target, ordinal: number): number {
    if (this.#isScattered) return scatter(this.#key, address, ordinal & 0xffff);
    return ((this.#first[index] as number) + ordinal) & 0xffff;
  }

  /** The four octets that the payload of an echo to that target begins with, as an unsigned number. */
  cookieOf({ address }: Target, ordinal: number): number {
    return halfSipHash(this.#key.k0, this.#key.k1, address, ordinal + 1);
  }

  /** The identifiers of all targets, one for each. */
  *identifiers(): Iterable<number> {
    for (const first of this.#first) yield first >>> 16;
  }

  /** Whether any target has that identifier. */
  isOurs(identifier: number): boolean {
    return ((this.#identifiers[identifier >>> 3] as number) >>> (identifier & 7) & 1) === 1;
  }
}

/** By target index: index of the first target at the same address. */
function findOwners(targets: readonly Target[]): Uint32Array | undefined {
  const first = new Map<number, number>();
  const owners = new Uint32Array(targets.length);
  for (const { address, index } of targets) {
    // Targets without an address yet are not one host.
    const owner = address === UNKNOWN_ADDRESS ? index : first.get(address) ?? index;
    owners[index] = owner;
    if (owner === index) first.set(address, index);
  }
  return first.size < targets.length ? owners : undefined;
}
