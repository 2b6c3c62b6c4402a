/** `scan --metadata`: what was done, when, by whom, and what came of it. */

import { formatBlock } from "../../../targets/block.ts";
import type { ScanRunInfo } from "../../../record/scan_record.ts";
import type { SweepResult } from "../../../scan/sweep_options.ts";
import type { ExitCode } from "../../outcome.ts";
import type { ScanSetup } from "./setup.ts";

/** More blocks than this are counted, not listed. */
const LISTED_BLOCKS = 1000;

/** One JSON object with a line break at its end. */
export function formatScanMetadata(
  setup: ScanSetup,
  info: ScanRunInfo,
  result: SweepResult & { readonly targetsAnswered: number },
  exitCode: ExitCode,
  hostName: string | undefined,
): string {
  const { options, plan, rate, cooldownMs, probesPerTarget, seed } = setup;
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
      seed,
      shard: info.shard,
      rate: Number.isFinite(rate) ? rate : "max",
      sender_threads: info.senders,
      cooldown_ms: cooldownMs,
      probes_per_target: probesPerTarget,
      max_targets: options["max-targets"] ?? null,
      include_reserved: options["include-reserved"],
      ttl: options.ttl,
      tos: options.tos,
      interface: options.interface.join(",") || null,
      resumed: setup.previous !== undefined,
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
    counts: {
      start_position: info.position,
      position: result.position,
      probes: plan.order.length,
      sent: result.sent,
      received: result.replies,
      targets_answered: result.targetsAnswered,
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
    },
    complete: result.isComplete,
    exit_code: exitCode,
  };
  return `${JSON.stringify(metadata, null, 2)}\n`;
}
