/** From the options of `scan` to the plan of a run, and what a plan may not be. */

import { planScanRun, type ScanRunPlan } from "../../../run/scan/options.ts";
import type { Checkpoint } from "../../../scan/checkpoint.ts";
import { rateForBandwidth } from "../../../scan/pacer.ts";
import { PROBE_BYTES } from "../../../scan/probe_writer.ts";
import type { PackedBlocks } from "../../../targets/packed_blocks.ts";
import { readEgress } from "../../options/egress.ts";
import { reportLeftOut, requireConsent } from "../../targets/sweep_limits.ts";
import { UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import { checkPrevious } from "./checkpoints.ts";
import type { ScanOptions } from "./checks.ts";

/** What the words and files of a command line name. */
export interface ScanInput {
  /** Blocks to scan. */
  readonly targets: PackedBlocks;
  /** Blocks to leave out. */
  readonly excluded: PackedBlocks;
  /** The checkpoint of `--resume`. */
  readonly previous: Checkpoint | undefined;
}

/**
 * Plans the scan, and reports which addresses it leaves out.
 *
 * @throws {UsageError} Nothing is left to scan, the checkpoint is of another scan, or the public Internet is scanned without `--yes`.
 */
export function planScanCommand(
  options: ScanOptions,
  input: ScanInput,
  system: System,
): ScanRunPlan {
  const { interfaceName, sourceAddress: source } = readEgress(options.interface);
  const { mark, ttl, tos, shard, seed, bandwidth } = options;
  const sources = options["source-ip"];
  if (source !== undefined && sources !== undefined) {
    throw new UsageError(
      "Cannot use --source-ip with an address of --interface: expected one of them",
    );
  }
  const plan = planScanRun({
    ...input,
    ...{ seed, shard, ttl, tos },
    includeReserved: options["include-reserved"],
    maxTargets: options["max-targets"],
    probesPerTarget: options["probes-per-target"],
    retries: options.retries,
    message: options.echo ? "echo" : "timestamp",
    rate: bandwidth === undefined ? options.rate : rateForBandwidth(bandwidth, PROBE_BYTES),
    cooldownMs: options.cooldown,
    senderThreads: options["sender-threads"],
    egress: {
      ...{ interfaceName, source, sources, mark },
      gatewayMac: options["gateway-mac"],
      rawSocket: options["raw-socket"],
    },
  }, system.scan);
  reportLeftOut(plan, options, system);
  checkPrevious(plan);
  if (!options["dry-run"]) requireConsent(plan, options, "scan");
  return plan;
}
