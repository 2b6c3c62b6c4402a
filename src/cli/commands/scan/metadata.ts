/** `scan --metadata`: what was done, when, on which host, and what came of it. */

import { formatBlock } from "../../../targets/block.ts";
import type { ScanRunInfo } from "../../../record/scan_record.ts";
import type { ScanRunPlan } from "../../../run/scan/options.ts";
import type { ScanResult } from "../../../run/scan/run.ts";
import type { ExitCode } from "../../outcome.ts";
import type { ScanOptions } from "./checks.ts";

/** More blocks than this are counted, not listed. */
const LISTED_BLOCKS = 1000;

/** A scan that is over. */
export interface FinishedScan {
  /** Blocks, order and seed of the scan. */
  readonly plan: ScanRunPlan;
  /** The command line. */
  readonly options: Pick<
    ScanOptions,
    "max-targets" | "include-reserved" | "interface" | "notes" | "user-metadata"
  >;
  /** Its first record. */
  readonly info: ScanRunInfo;
  /** Counts of the scan and the reason why it ended. */
  readonly result: ScanResult;
  /** Exit code of the process. */
  readonly exitCode: ExitCode;
  /** Name of this machine; undefined when it cannot be read. */
  readonly hostName: string | undefined;
}

/** One JSON object with a line break at its end. */
export function formatScanMetadata(scan: FinishedScan): string {
  const { plan, options, info, result, exitCode, hostName } = scan;
  const startMs = info.time * 1000;
  const metadata = {
    program: "icmptime",
    version: info.version,
    command: "scan",
    host: hostName ?? null,
    started_at: new Date(startMs).toISOString(),
    ended_at: new Date(startMs + result.elapsedSeconds * 1000).toISOString(),
    sending_s: result.sendingSeconds,
    duration_s: result.elapsedSeconds,
    options: {
      message: plan.message,
      seed: plan.seed,
      shard: info.shard,
      rate: Number.isFinite(plan.rate) ? plan.rate : "max",
      sender_threads: plan.senderThreads,
      cooldown_ms: plan.cooldownMs,
      probes_per_target: plan.probesPerTarget,
      max_targets: options["max-targets"] === undefined ? null : plan.order.targets,
      include_reserved: options["include-reserved"],
      ttl: plan.ttl,
      tos: plan.tos,
      interface: options.interface.join(",") || null,
      source_ip: plan.identity.sources || null,
      resumed: plan.previous !== undefined,
    },
    targets: {
      addresses: plan.space.size,
      of_scan: plan.order.targets,
      of_shard: plan.order.shardTargets,
      digest: plan.identity.targets,
      blocks: plan.space.blocks.slice(0, LISTED_BLOCKS).map(formatBlock),
      blocks_total: plan.space.blocks.length,
      left_out: plan.leftOut,
    },
    path: info.path,
    path_reason: info.pathReason,
    counts: countsOf(plan, result),
    complete: result.isComplete,
    exit_code: exitCode,
    ...(options.notes === undefined ? {} : { notes: options.notes }),
    ...(options["user-metadata"] === undefined ? {} : { user_metadata: options["user-metadata"] }),
  };
  return `${JSON.stringify(metadata, null, 2)}\n`;
}

function countsOf(plan: ScanRunPlan, result: ScanResult): Record<string, number> {
  return {
    start_position: plan.startPosition,
    position: result.position,
    probes: plan.order.length,
    sent: result.sent,
    received: result.replies,
    targets_answered: result.hostsAnswered,
    duplicates: result.duplicates,
    icmp_errors: result.icmpErrors,
    unsent: result.unsent,
    notices: result.notices,
    unproven: result.unproven,
    malformed: result.malformed,
    kernel_drops: result.dropped,
    blocked: result.blocked,
    failed_calls: result.failedCalls,
    backoffs: result.backoffs,
  };
}
