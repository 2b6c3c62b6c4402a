/** Which address a scan probes at which moment: permutation, passes, and this machine's share of them. */

import type { AddressSpace } from "./address_space.ts";
import { Permutation } from "./permutation.ts";

/** One part of a scan that several machines divide among themselves. */
export interface Shard {
  /** Number of this part, 1 to `count`. */
  readonly index: number;
  /** Number of parts. */
  readonly count: number;
}

/** What determines the order. Two scans with equal options probe the same addresses in the same order. */
export interface ScanOrderOptions {
  /** The target addresses. */
  readonly space: AddressSpace;
  /** Any safe integer from 0. */
  readonly seed: number;
  /** The part to scan; all of it when undefined. */
  readonly shard?: Shard | undefined;
  /** Addresses to probe over all shards, those first in the order; all when undefined. */
  readonly maxTargets?: number | undefined;
  /** Times that each address is probed; 1 when undefined. */
  readonly probesPerTarget?: number | undefined;
}

/**
 * The probes of one shard, numbered 0 … length − 1.
 *
 * Several probes per target are several passes in the same order: probes of one target lie a whole
 * pass apart, so that one burst of loss does not take them all. Shard k of n takes places k − 1,
 * k − 1 + n, … of every pass: shards are disjoint, together complete, and of equal size but for one.
 */
export class ScanOrder {
  /** Addresses of the whole scan, over all shards. */
  readonly targets: number;
  /** Addresses of this shard. */
  readonly shardTargets: number;
  /** Probes of this shard: `shardTargets` × probes per target. */
  readonly length: number;
  readonly #space: AddressSpace;
  readonly #permutation: Permutation | undefined;
  readonly #first: number;
  readonly #step: number;

  /**
   * Lays out the shard.
   *
   * @throws {RangeError} when the shard, `maxTargets` or `probesPerTarget` is out of range
   */
  constructor(options: ScanOrderOptions) {
    const { space, seed, shard = { index: 1, count: 1 }, probesPerTarget = 1 } = options;
    const { maxTargets = space.size } = options;
    requireCount("shards", shard.count, 1);
    requireCount("shard", shard.index, 1);
    requireCount("targets", maxTargets, 0);
    requireCount("probes per target", probesPerTarget, 1);
    if (shard.index > shard.count) {
      throw new RangeError(`Cannot scan shard ${shard.index} of ${shard.count}: there is none`);
    }
    this.#space = space;
    this.#permutation = space.size === 0 ? undefined : new Permutation(space.size, seed);
    this.#first = shard.index - 1;
    this.#step = shard.count;
    this.targets = Math.min(space.size, maxTargets);
    this.shardTargets = Math.max(0, Math.ceil((this.targets - this.#first) / this.#step));
    this.length = this.shardTargets * probesPerTarget;
  }

  /** Where the pass ends that probe `position` belongs to: the position of the next one's first probe. */
  passEnd(position: number): number {
    return position < this.shardTargets
      ? this.shardTargets
      : (Math.floor(position / this.shardTargets) + 1) * this.shardTargets;
  }

  /**
   * The address that probe `position` goes to.
   *
   * @param position an integer, 0 to length − 1
   */
  addressAt(position: number): number {
    const permutation = this.#permutation as Permutation;
    // A remainder of doubles is slow, and there is seldom more than one pass.
    const place = position < this.shardTargets ? position : position % this.shardTargets;
    return this.#space.addressAt(permutation.at(this.#first + place * this.#step));
  }
}

function requireCount(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`Cannot scan with ${value} ${what}: an integer from ${least} is wanted`);
}
