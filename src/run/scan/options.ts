/** The options of a scan as plain values, and the plan made from them. */

import { DEFAULT_TTL } from "../../packet/ipv4_header.ts";
import type { Checkpoint } from "../../scan/checkpoint.ts";
import type { ScanMessage } from "../../scan/probe_writer.ts";
import type { Shard } from "../../scan/scan_order.ts";
import type { SourceRange } from "../../scan/source_range.ts";
import { planScan, type ScanPlan, type TargetLimit } from "../../scan/scan_plan.ts";
import type { Block } from "../../targets/block.ts";
import type { ScanMachine } from "../machine.ts";

/** Values of a scan for which no option was given. */
export const SCAN_DEFAULTS = {
  rate: 10_000,
  cooldownMs: 4000,
  probesPerTarget: 1,
  includeReserved: false,
  ttl: DEFAULT_TTL,
  tos: 0,
} as const;

/** Probes a second that one thread sends on any machine. */
const ONE_THREAD_RATE = 100_000;
/** Further threads only wait for the network card. */
const MAX_DEFAULT_SENDERS = 8;

/** How the probes of a scan leave this machine. */
export interface ScanEgress {
  /** Interface to send from; the kernel's route when undefined. */
  readonly interfaceName?: string | undefined;
  /** Source address, an unsigned 32-bit number; the kernel's choice when undefined. */
  readonly source?: number | undefined;
  /** Several source addresses instead, 64 at most. */
  readonly sources?: SourceRange | undefined;
  /** Ethernet address of the next hop, six bytes; the gateway's when undefined. */
  readonly gatewayMac?: Uint8Array | undefined;
  /** Firewall mark, an unsigned 32-bit number. */
  readonly mark?: number | undefined;
  /** Send through a raw socket even where a packet socket would do. Default false. */
  readonly rawSocket?: boolean | undefined;
}

/** What to scan and how. */
export interface ScanRunOptions {
  /** What the hosts are asked; `timestamp` by default. */
  readonly message?: ScanMessage | undefined;
  /** Blocks to scan, in any order; they may overlap. */
  readonly targets: Iterable<Block>;
  /** Blocks to leave out. */
  readonly excluded?: Iterable<Block> | undefined;
  /** Probe reserved blocks and this machine's own addresses too. */
  readonly includeReserved?: boolean | undefined;
  /** Seed of the order, a safe integer from 0; that of `previous`, else a random one, when undefined. */
  readonly seed?: number | undefined;
  /** The part to scan; all when undefined. */
  readonly shard?: Shard | undefined;
  /** Most addresses over all shards; all when undefined. */
  readonly maxTargets?: TargetLimit | undefined;
  /** Probes for each address, at least 1. */
  readonly probesPerTarget?: number | undefined;
  /** With several probes for each address: leave out those that have answered; false by default. Of up to 2^24 addresses. */
  readonly skipsAnswered?: boolean | undefined;
  /** Probes a second, above 0; Infinity for no limit. */
  readonly rate?: number | undefined;
  /** How often a probe that the kernel refuses is sent again, from 0; 0 by default. */
  readonly retries?: number | undefined;
  /** How long to listen after the last probe, in milliseconds, from 0. */
  readonly cooldownMs?: number | undefined;
  /** Threads that send, at least 1; chosen by rate and processors when undefined. */
  readonly senderThreads?: number | undefined;
  /** Time to live, 1 to 255. */
  readonly ttl?: number | undefined;
  /** Type of service, 0 to 255. */
  readonly tos?: number | undefined;
  /** How probes leave this machine. */
  readonly egress?: ScanEgress | undefined;
  /** The checkpoint to resume at; from the start when undefined. */
  readonly previous?: Checkpoint | undefined;
}

/** A scan that is ready but for its sockets: what is probed, in which order, and every value that was chosen for it. */
export interface ScanRunPlan extends ScanPlan {
  /** What the hosts are asked. */
  readonly message: ScanMessage;
  /** Seed of the order. */
  readonly seed: number;
  /** Probes for each address. */
  readonly probesPerTarget: number;
  /** Hosts that have answered are not probed again. */
  readonly skipsAnswered: boolean;
  /** Probes a second; Infinity for no limit. */
  readonly rate: number;
  /** How long to listen after the last probe, in milliseconds. */
  readonly cooldownMs: number;
  /** How often a probe that the kernel refuses is sent again. */
  readonly retries: number;
  /** Threads that send. */
  readonly senderThreads: number;
  /** Time to live of probes. */
  readonly ttl: number;
  /** Type of service of probes. */
  readonly tos: number;
  /** How probes leave this machine. */
  readonly egress: ScanEgress;
  /** The checkpoint to resume at. */
  readonly previous: Checkpoint | undefined;
  /** First position to probe; 0 unless resumed. */
  readonly startPosition: number;
}

/**
 * Plans a scan; nothing is opened or sent.
 *
 * @throws {RangeError} An option is outside its range.
 */
export function planScanRun(
  options: ScanRunOptions,
  machine: Pick<ScanMachine, "ownAddresses" | "processors">,
): ScanRunPlan {
  const { targets, excluded = [], shard, maxTargets, egress = {}, previous } = options;
  const rate = options.rate ?? SCAN_DEFAULTS.rate;
  const chosen = {
    seed: options.seed ?? previous?.seed ?? randomSeed(),
    probesPerTarget: options.probesPerTarget ?? SCAN_DEFAULTS.probesPerTarget,
    rate,
    cooldownMs: options.cooldownMs ?? SCAN_DEFAULTS.cooldownMs,
  };
  const plan = planScan({
    ...{ targets, excluded, shard, maxTargets },
    ...{ message: options.message, sources: egress.sources },
    ...chosen,
    ownAddresses: machine.ownAddresses(),
    includeReserved: options.includeReserved ?? SCAN_DEFAULTS.includeReserved,
  });
  return {
    ...plan,
    ...chosen,
    skipsAnswered: options.skipsAnswered ?? false,
    retries: options.retries ?? 0,
    message: options.message ?? "timestamp",
    senderThreads: options.senderThreads ?? chooseSenderThreads(rate, machine.processors()),
    ttl: options.ttl ?? SCAN_DEFAULTS.ttl,
    tos: options.tos ?? SCAN_DEFAULTS.tos,
    egress,
    previous,
    startPosition: previous?.position ?? 0,
  };
}

/**
 * One thread sends at every usual rate. Above that the kernel needs more than one processor, and for each of them a
 * second batch that is ready when the first has left.
 */
function chooseSenderThreads(rate: number, processors: number): number {
  if (rate <= ONE_THREAD_RATE || processors === 1) return 1;
  return Math.min(2 * processors, MAX_DEFAULT_SENDERS);
}

function randomSeed(): number {
  const [high, low] = [...crypto.getRandomValues(new Uint32Array(2))] as [number, number];
  return (high % 2 ** 21) * 2 ** 32 + low;
}
