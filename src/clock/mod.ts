/** Many measurements of a remote clock: its offset and skew with bounds; consensus over hosts. */

export { type Agreement, findAgreement, type Nearness, nearOurs } from "./agreement.ts";
export { type Consensus, consensus, type OffsetWitness } from "./consensus.ts";
export { LowerEnvelope } from "./envelope.ts";
export { estimateLine, type LikelyLine, type LineEstimate } from "./estimate.ts";
export { FeasibleRegion, type Range } from "./feasible_region.ts";
export {
  MAX_SPREAD_MS as WIDEST_SPREAD_MS,
  sendPhaseMs,
  type SendPhaseOptions,
  steeredPhaseMs,
  type SteeringOptions,
} from "./phase.ts";
export { PrecisionGoal, precisionMs } from "./precision_goal.ts";
export {
  isFar,
  remoteTimeOfDay,
  type Timescale,
  timescale,
  UNDECIDED_REASONS,
  type UndecidedReason,
  undecidedReason,
  zoneMinutes,
} from "./remarks.ts";
export { type ClockSample } from "./sample.ts";
export type { ClockState, Restart, RestartReason, Undecided } from "./state.ts";
export { ClockTracker } from "./tracker.ts";
export type { ClockTrackerOptions } from "./tracker_options.ts";
export {
  type IndependentConsensus,
  independentConsensus,
  independentWitnesses,
  type LocatedWitness,
  type Witnesses,
} from "./witness.ts";
