/** `scan` as a function: which addresses of whole networks answer. */

import { planScanRun, type ScanRunPlan } from "../run/scan/options.ts";
import { ScanRun } from "../run/scan/run.ts";
import type { Shard } from "../scan/scan_order.ts";
import { SOCKET_MACHINE } from "../machine/run_machine.ts";
import { PackedBlocks } from "../targets/packed_blocks.ts";
import { readWord } from "../targets/target_word.ts";
import { iterate } from "./iterate.ts";
import { endOf, icmpErrorOf, replyOf, type ScanFinding, unsentOf } from "./scan_finding.ts";
import {
  addressOf,
  blockOf,
  type CommonOptions,
  TargetError,
  type TargetFault,
  wordsOf,
} from "./options.ts";

/** What is scanned and how fast. All are optional. */
export interface ScanOptions extends CommonOptions {
  /** Probes a second, above 0; Infinity for no limit. Default 10 000. */
  readonly rate?: number | undefined;
  /** How long to listen after the last probe, in milliseconds, from 0. Default 4000. */
  readonly cooldownMs?: number | undefined;
  /** Probes for each address, from 1. Default 1. */
  readonly probesPerTarget?: number | undefined;
  /** Seed of the order, a safe integer from 0. Default: random. */
  readonly seed?: number | undefined;
  /** The part to scan, such as `{ index: 2, count: 8 }`; the parts of one seed are disjoint and complete. Default: all. */
  readonly shard?: Shard | undefined;
  /** Probe at most this many addresses, over all shards. Default: all. */
  readonly maxTargets?: number | undefined;
  /** Probe reserved blocks, multicast and this machine's own addresses too. Default false. */
  readonly includeReserved?: boolean | undefined;
  /** Allow addresses of the public Internet. Default false. */
  readonly allowPublic?: boolean | undefined;
  /** Threads that send, from 1. Default: 1 up to 100 000 probes a second, above that 2 for each processor, at most 8. */
  readonly senderThreads?: number | undefined;
  /** Send through a raw socket even where a packet socket would do. Default false. */
  readonly rawSocket?: boolean | undefined;
}

/**
 * Sends one ICMP Timestamp request to every address of the targets, in pseudo-random order and constant memory, and
 * yields what comes back; the last finding is `end`.
 *
 * Reserved blocks and this machine's own addresses are left out unless `includeReserved`. The sockets open with the
 * first `next()` and need root or CAP_NET_RAW, and Deno's `--allow-ffi`. The iteration ends as that of
 * {@linkcode ping}; when 10 000 findings wait, nothing is sent until some are taken.
 *
 * @param targets Names, addresses, prefixes (`10.0.0.0/16`) or ranges, one or several.
 * @throws {TargetError} A word is no target, or a name does not resolve.
 * @throws {RangeError} An option is outside its range, no address is left, or an address is of the public Internet.
 * @throws {SystemError} The system refuses a socket, or has no route.
 *
 * @example
 * ```ts
 * import { scan } from "icmptime";
 *
 * for await (const found of scan("127.0.0.0/28", { cooldownMs: 200 })) {
 *   if (found.kind === "reply") console.log(found.address, found.offset);
 *   if (found.kind === "end") console.log(`${found.hostsAnswered} of ${found.hosts} answered`);
 * }
 * ```
 */
export async function* scan(
  targets: string | Iterable<string>,
  options: ScanOptions = {},
): AsyncGenerator<ScanFinding, void, void> {
  const plan = await planOf(targets, options);
  yield* iterate<ScanFinding, ScanRun>(
    () => ScanRun.open(plan, SOCKET_MACHINE, options.onTrouble),
    async (run, queue) => {
      const { baseUnixMs } = run;
      const result = await run.run({
        reply: (reply, isNew) => queue.push(replyOf(reply, isNew, baseUnixMs)),
        icmpError: (error) => queue.push(icmpErrorOf(error, baseUnixMs)),
        unsent: (unsent) => queue.push(unsentOf(unsent)),
        progress() {},
        checkpoint() {},
        room: () => queue.room(),
      });
      queue.push(endOf(plan, result));
    },
    options.signal,
  );
}

async function planOf(
  targets: string | Iterable<string>,
  options: ScanOptions,
): Promise<ScanRunPlan> {
  const { rate, cooldownMs = 0, probesPerTarget = 1, senderThreads = 1 } = options;
  if (!(cooldownMs >= 0 && cooldownMs < Infinity)) {
    throw new RangeError(
      `Cannot use cooldownMs ${cooldownMs}: out of range, expected milliseconds from 0`,
    );
  }
  for (const [name, count] of Object.entries({ probesPerTarget, senderThreads })) {
    if (Number.isSafeInteger(count) && count >= 1) continue;
    throw new RangeError(`Cannot use ${name} ${count}: out of range, expected a count from 1`);
  }
  if (rate !== undefined && !(rate > 0)) {
    throw new RangeError(`Cannot use rate ${rate}: out of range, expected probes a second above 0`);
  }
  const plan = planScanRun({
    ...options,
    targets: await blocksOf(wordsOf(targets)),
    excluded: (options.exclude ?? []).map(blockOf),
    egress: {
      interfaceName: options.interfaceName,
      source: addressOf(options.sourceAddress),
      mark: options.mark,
      rawSocket: options.rawSocket,
    },
  }, SOCKET_MACHINE.scan);
  if (plan.space.size === 0) {
    throw new RangeError(
      "Cannot scan: every address is excluded or reserved, expected at least one that is not",
    );
  }
  if (plan.isPublic && options.allowPublic !== true) {
    throw new RangeError("Cannot scan the public Internet: expected allowPublic to be true");
  }
  return plan;
}

/** The blocks of words; names are looked up. */
async function blocksOf(words: readonly string[]): Promise<PackedBlocks> {
  const blocks = new PackedBlocks();
  const problems: TargetFault[] = [];
  for (const target of words) {
    const reading = readWord(target);
    if (reading.kind === "block") blocks.push(reading.block.first, reading.block.last);
    else if (reading.kind === "invalid") {
      problems.push({ target, kind: "invalid", message: reading.message });
    } else {
      const found = await SOCKET_MACHINE.resolver.resolve(reading.name);
      if (found.ok) { for (const address of found.addresses) blocks.push(address, address); }
      else problems.push({ target, kind: "unresolved", message: found.message });
    }
  }
  if (problems.length > 0) throw new TargetError(problems);
  return blocks;
}
