/** What a ping run is, and what only some such runs need. */

import type { Target } from "../targets/target.ts";
import type { Condition } from "./condition_syntax.ts";
import type { ProgramInfo } from "./run_info.ts";
import type { RunPlan } from "./run_plan.ts";
import type { RunView } from "./run_state.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** Parts of a ping run. */
export interface PingSetup {
  /** For the `run` record. */
  readonly program: ProgramInfo;
  /** Packets, socket and schedule. */
  readonly plan: RunPlan;
  /** Hosts to probe, at least one; several may share an address. */
  readonly targets: readonly Target[];
  /** Report requests too. */
  readonly explains?: boolean | undefined;
  /** Report summaries of every such interval, in milliseconds. */
  readonly summaryEveryMs?: number | undefined;
  /** Conditions to judge each target by. */
  readonly conditions?: readonly Condition<TargetSummary>[] | undefined;
  /** Probe an address that several targets have once for each of them; by default they share its probes. */
  readonly asksTwice?: boolean | undefined;
  /** Look names up again while a run without end goes on. */
  readonly followsNames?: boolean | undefined;
  /** Lengths of the columns of each target's history in snapshots, in milliseconds; no history by default. */
  readonly historyColumnsMs?: readonly number[] | undefined;
  /** Follows the outcomes, in place of a history. */
  readonly view?: RunView | undefined;
}

/** What only some runs need: loaded only there, and before privileges end. */
export interface PingParts {
  /** Judges conditions. */
  readonly judge: typeof import("./condition_watch.ts") | undefined;
  /** Looks names up again. */
  readonly naming: typeof import("./name_follower.ts") | undefined;
  /** Keeps a history. */
  readonly view: typeof import("./state_view.ts") | undefined;
  /** Sends echo requests beside. */
  readonly beside: typeof import("./echo_beside.ts") | undefined;
}

/** Loads the parts of a run that its options need, and no others. */
export async function loadParts(setup: PingSetup): Promise<PingParts> {
  const isJudged = (setup.conditions ?? []).length > 0;
  const isFollowed = setup.followsNames && setup.plan.prober.count === Infinity;
  const judge = isJudged ? await import("./condition_watch.ts") : undefined;
  const naming = isFollowed ? await import("./name_follower.ts") : undefined;
  const hasView = setup.historyColumnsMs !== undefined;
  const view = hasView ? await import("./state_view.ts") : undefined;
  const hasBeside = setup.plan.prober.beside !== undefined;
  const beside = hasBeside ? await import("./echo_beside.ts") : undefined;
  return { judge, naming, view, beside };
}
