/** From blocks, exclusions and options to a scan: what is probed, in which order, and what it will take. */

import {
  type Block,
  containsBlock,
  mergeBlocks,
  subtractBlocks,
  totalSize,
} from "../targets/block.ts";
import { PackedBlocks } from "../targets/packed_blocks.ts";
import {
  isLocal,
  reachStrangers,
  RESERVED_BLOCKS,
  type ReservedBlock,
  reservedWithin,
} from "../targets/reserved.ts";
import { AddressSpace } from "./address_space.ts";
import { digestBlocks, type ScanIdentity } from "./checkpoint.ts";
import type { ScanMessage } from "./probe_writer.ts";
import { ScanOrder, type Shard } from "./scan_order.ts";
import { formatSources, type SourceRange } from "./source_range.ts";

/** Most addresses, or a share of all, as a ratio from 0 to 1. */
export type TargetLimit = number | { readonly ratio: number };

/** What a scan is to cover. */
export interface ScanPlanOptions {
  /** Blocks to scan. */
  readonly targets: Iterable<Block>;
  /** Blocks to leave out. */
  readonly excluded: Iterable<Block>;
  /** Addresses of this machine, which are left out like reserved ones. */
  readonly ownAddresses: readonly number[];
  /** Probe reserved and own addresses as well. */
  readonly includeReserved: boolean;
  /** Seed of the order, a safe integer from 0. */
  readonly seed: number;
  /** The part to scan; all when undefined. */
  readonly shard?: Shard | undefined;
  /** Most addresses over all shards; all when undefined. */
  readonly maxTargets?: TargetLimit | undefined;
  /** Times each address is probed, at least 1. */
  readonly probesPerTarget: number;
  /** Probes a second; Infinity for no limit. */
  readonly rate: number;
  /** How long to listen after the last probe, in milliseconds. */
  readonly cooldownMs: number;
  /** What the hosts are asked; `timestamp` by default. */
  readonly message?: ScanMessage | undefined;
  /** Addresses to send from; undefined for the one that the path or the kernel chooses. */
  readonly sources?: SourceRange | undefined;
}

/** Addresses that were asked for and will not be probed. */
export interface LeftOut {
  /** Why, such as `Multicast (RFC 5771)`. */
  readonly reason: string;
  /** How many. */
  readonly addresses: number;
}

/** A scan that is ready but for its sockets. */
export interface ScanPlan {
  /** What is probed. */
  readonly space: AddressSpace;
  /** The permutation of its positions. */
  readonly order: ScanOrder;
  /**
   * Addresses of this machine, which have a place in the order but are not probed. They are no exclusion: the
   * order must be the same on every machine that shares the scan.
   */
  readonly skipped: ReadonlySet<number>;
  /** Identifies this scan; for checkpoints. */
  readonly identity: ScanIdentity;
  /** Reserved and own addresses left out. */
  readonly leftOut: readonly LeftOut[];
  /** Some target can be reached over the public Internet: strangers will be probed. */
  readonly isPublic: boolean;
  /** Seconds that sending takes at the rate asked for, cooldown included; 0 and cooldown when there is no limit. */
  readonly expectedSeconds: number;
}

/**
 * Plans a scan.
 *
 * @throws {RangeError} when seed, shard or counts are out of range
 */
export function planScan(options: ScanPlanOptions): ScanPlan {
  const { targets, seed, probesPerTarget, rate, cooldownMs, includeReserved } = options;
  const named = PackedBlocks.from(targets);
  const merged = mergeBlocks(named);
  const wanted = subtractBlocks(merged, options.excluded);
  const reserved = includeReserved ? [] : reservedWithin(merged);
  // By the words as they stand: neighbours that merge into one block would hide what was named.
  const meant = subtractBlocks(named.filter(isLocal), options.excluded);
  const open = subtractBlocks(wanted, reserved);
  const space = new AddressSpace(meant.length === 0 ? open : joined(open, meant));
  const { shard } = options;
  const maxTargets = resolveLimit(options.maxTargets, space.size);
  const order = new ScanOrder({ space, seed, shard, maxTargets, probesPerTarget });
  const skipped = includeReserved ? new Set<number>() : findOwn(space, options.ownAddresses);
  const seconds = rate === Infinity ? 0 : order.length / rate;
  return {
    space,
    order,
    skipped,
    identity: {
      targets: digestBlocks(space.blocks),
      seed,
      shard: shard === undefined ? "1/1" : `${shard.index}/${shard.count}`,
      maxTargets: order.targets,
      probesPerTarget,
      message: options.message ?? "timestamp",
      sources: options.sources === undefined ? "" : formatSources(options.sources),
    },
    leftOut: [
      ...countReserved(subtractBlocks(wanted, space.blocks), reserved),
      ...(skipped.size > 0 ? [{ reason: "this machine", addresses: skipped.size }] : []),
    ],
    isPublic: reachStrangers(space.blocks),
    expectedSeconds: seconds + cooldownMs / 1000,
  };
}

/** A share that is above 0 is one address at least. */
function resolveLimit(limit: TargetLimit | undefined, size: number): number | undefined {
  return typeof limit === "object" ? Math.ceil(limit.ratio * size) : limit;
}

function joined(one: PackedBlocks, other: PackedBlocks): PackedBlocks {
  const both = new PackedBlocks(one.length + other.length);
  for (const blocks of [one, other]) {
    for (let i = 0; i < blocks.length; i++) both.push(blocks.firstAt(i), blocks.lastAt(i));
  }
  return both;
}

const LOOPBACK = RESERVED_BLOCKS.find((block) => block.name === "Loopback") as ReservedBlock;

/** Our addresses among the targets. A loopback address is this machine by definition; who names it means it. */
function findOwn(space: AddressSpace, ownAddresses: readonly number[]): Set<number> {
  const isLoopback = (address: number) =>
    containsBlock(LOOPBACK, { first: address, last: address });
  return new Set(
    ownAddresses.filter((address) => space.indexOf(address) >= 0 && !isLoopback(address)),
  );
}

function countReserved(left: PackedBlocks, reserved: readonly ReservedBlock[]): LeftOut[] {
  const before = totalSize(left);
  return reserved.map((block) => ({
    reason: `${block.name} (${block.reference})`,
    addresses: before - totalSize(subtractBlocks(left, [block])),
  })).filter(({ addresses }) => addresses > 0);
}
