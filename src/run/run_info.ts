/** What the first and the last record of a run say, for the runs over one transport. */

import type { EndReason } from "../probe/prober.ts";
import type { Transport } from "../probe/transport.ts";
import type { Instant } from "../time/mod.ts";
import type { EndInfo, RunInfo } from "./event.ts";
import type { RunPlan } from "./run_plan.ts";
import type { RunState } from "./run_state.ts";

/** The program that runs. */
export interface ProgramInfo {
  /** Command, such as `ping`. */
  readonly command: string;
  /** Version of the program. */
  readonly version: string;
}

/** The result of a run, known before its exit code. */
export interface RunResult extends Omit<EndInfo, "exitCode"> {
  /** Why it ended. */
  readonly reason: EndReason;
}

/** Describes a run before its first probe. */
export function describeRun(
  program: ProgramInfo,
  { kind, prober, messageBytes }: RunPlan,
  targets: number,
  transport: Transport,
  startedAt: Instant,
): RunInfo {
  const { baseUnixMs } = transport.clock;
  const { count, intervalMs, timeoutMs } = prober;
  return {
    ...program,
    time: baseUnixMs / 1e3 + startedAt.realtimeNs / 1e9,
    ...{ kind, targets, count, intervalMs, timeoutMs },
    identifier: transport.identifier ?? prober.identifier,
    isUnprivileged: transport.identifier !== undefined,
    stampSource: transport.stampSource,
    // Stamps taken in user space are read before the system call.
    stampAt: transport.stampSource === "kernel" ? prober.stampAt ?? "driver" : "queue",
    lengthBytes: messageBytes,
    baseUnixMs,
  };
}

/** What the result of a run is counted from; {@linkcode RunState} has it. */
export type RunCounts = Pick<RunState, "answered" | "strays" | "time" | "totals"> & {
  /** One for each target. */
  readonly statistics: { readonly length: number };
};

/** The result of a run that ends now. */
export function describeResult(
  reason: EndReason,
  state: RunCounts,
  transport: Transport,
  startedAt: Instant,
): RunResult {
  const { malformed, foreign, unmatched, unreported } = state.strays;
  return {
    time: state.time,
    reason,
    durationS: (transport.clock.now().monotonicNs - startedAt.monotonicNs) / 1e9,
    targets: state.statistics.length,
    answered: state.answered,
    totals: state.totals(),
    ...{ malformed, foreign, unmatched, unreported },
    kernelDrops: transport.droppedDatagrams(),
    failedCalls: transport.failedCalls?.() ?? 0,
  };
}
